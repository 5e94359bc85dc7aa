"""A request of Elastic Load Balancing in; what it refuses, out.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.cloud.room import Parameters, Refusal

VALIDATION = "ValidationError"
ARN = re.compile(r"arn:aws[\w-]*:elasticloadbalancing:[\w-]+:\d{12}:[\w/.-]+")
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
HEALTH = {
    "HealthCheckIntervalSeconds": (5, 300),
    "HealthCheckTimeoutSeconds": (2, 120),
    "HealthyThresholdCount": (2, 10),
    "UnhealthyThresholdCount": (2, 10),
}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
TARGETS = [
    ip_network(block)
    for block in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
]  # 127.0.0.0/8 is the lab's own
GROUP_ATTRIBUTES: Mapping[str, tuple[int, int] | None] = {
    "deregistration_delay.timeout_seconds": (0, 3600),
    "load_balancing.algorithm.type": None,
    "load_balancing.algorithm.anomaly_mitigation": None,
    "load_balancing.cross_zone.enabled": None,
    "slow_start.duration_seconds": (0, 900),
    "stickiness.app_cookie.cookie_name": None,
    "stickiness.app_cookie.duration_seconds": (1, 604_800),
    "stickiness.enabled": None,
    "stickiness.lb_cookie.duration_seconds": (1, 604_800),
    "stickiness.type": None,
    "target_group_health.dns_failover.minimum_healthy_targets.count": None,
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": None,
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": None,
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": None,
}
BALANCER_NUMBERS = {
    "idle_timeout.timeout_seconds": (1, 4000),
    "client_keep_alive.seconds": (60, 604_800),
}


def wrong(message: str) -> Refusal:
    return Refusal(VALIDATION, message)


def check(moto: Backends, operation: str, asked: Parameters) -> None:
    """Raises Refusal."""
    for arn in _arns(asked):
        if not ARN.fullmatch(arn):
            raise wrong(f"'{arn}' is not a valid ARN")
    for name, (least, most) in HEALTH.items():
        if asked.get(name) is not None and not least <= int(asked[name]) <= most:
            raise wrong(f"{name} must be between {least} and {most}")
    for action in _actions(asked):
        if action.get("Type") in ("redirect", "fixed-response"):
            # An effect that the lab does not have is refused, not acted out.
            raise Refusal("InvalidConfigurationRequest", "The lab's load balancers only forward.")
    rule = RULES.get(operation)
    if rule is not None:
        rule(moto, asked)


def _actions(asked: Parameters) -> list[Mapping[str, Any]]:
    return [*(asked.get("DefaultActions") or []), *(asked.get("Actions") or [])]


def _arns(asked: Parameters) -> Iterator[str]:
    for name in ("TargetGroupArn", "ListenerArn", "LoadBalancerArn", "RuleArn"):
        if asked.get(name):
            yield str(asked[name])
        yield from map(str, asked.get(f"{name}s") or [])
    for action in _actions(asked):
        if action.get("TargetGroupArn"):
            yield str(action["TargetGroupArn"])


def _create_group(moto: Backends, asked: Parameters) -> None:
    _check_name(asked, "target group")
    path = asked.get("HealthCheckPath")
    if path is not None and not str(path).startswith("/"):
        raise wrong("Health check path must begin with a '/' character")
    codes = (asked.get("Matcher") or {}).get("HttpCode")
    if codes is not None:
        _check_codes(str(codes))
    for kept in moto.elbv2.target_groups.values():
        if kept.name == asked.get("Name") and _is_other(kept, asked):
            raise Refusal(
                "DuplicateTargetGroupName",
                "A target group with the same name exists, but with different settings",
            )


def _is_other(kept: Any, asked: Parameters) -> bool:
    return (str(kept.port), kept.protocol, kept.vpc_id) != (
        str(asked.get("Port")),
        asked.get("Protocol"),
        asked.get("VpcId"),
    )


def _check_codes(given: str) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html"""
    for code in re.split(r"[,-]", given):
        if not code.strip().isdigit() or not 200 <= int(code) <= 499:
            raise wrong("Health check matcher HTTP code must be within '200-499' inclusive")


def _check_name(asked: Parameters, what: str) -> None:
    name = str(asked.get("Name") or "")
    if len(name) > 32:
        raise wrong(f"The {what} name '{name}' cannot be longer than '32' characters")
    if name and not NAME.fullmatch(name):
        raise wrong(
            f"The {what} name '{name}' can only contain characters that are alphanumeric "
            "characters and hyphens(-), and cannot begin or end with a hyphen"
        )


def _create_balancer(moto: Backends, asked: Parameters) -> None:
    _check_name(asked, "load balancer")
    name = str(asked.get("Name") or "")
    if name.startswith("internal-"):
        raise wrong(f"The load balancer name '{name}' cannot begin with 'internal-'")
    subnets = {one.id: one for one in moto.ec2.describe_subnets()}
    wanted = [*(asked.get("Subnets") or [])]
    wanted += [one["SubnetId"] for one in asked.get("SubnetMappings") or []]
    for one in wanted:
        if one not in subnets:
            raise Refusal("SubnetNotFound", f"The subnet ID '{one}' is not valid")
    zones = {subnets[one].availability_zone for one in wanted}
    if asked.get("Type") in (None, "application") and len(zones) < 2:
        raise wrong("At least two subnets in two different Availability Zones must be specified")
    groups = {one.id for one in moto.ec2.describe_security_groups()}
    for one in asked.get("SecurityGroups") or []:
        if one not in groups:
            raise Refusal("InvalidSecurityGroup", f"The security group '{one}' does not exist")
    if any(one.name == name for one in moto.elbv2.load_balancers.values()):
        raise Refusal(
            "DuplicateLoadBalancerName", f"A load balancer with name '{name}' already exists"
        )


def _describe_balancers(_: Backends, asked: Parameters) -> None:
    if len(asked.get("Names") or []) > 20 or len(asked.get("LoadBalancerArns") or []) > 20:
        raise wrong("There cannot be more than 20 load balancers")


def _register(_: Backends, asked: Parameters) -> None:
    """The lab's target groups are all of type ip."""
    for target in asked.get("Targets") or []:
        try:
            address = ip_address(str(target.get("Id")))
        except ValueError:
            raise wrong(
                f"The IP address '{target.get('Id')}' is not a valid IPv4 address"
            ) from None
        if not any(address in network for network in TARGETS):
            raise wrong(f"The IP address '{address}' is not within the VPC")


def _group_attributes(_: Backends, asked: Parameters) -> None:
    for given in asked.get("Attributes") or []:
        key, value = str(given.get("Key")), str(given.get("Value") or "")
        if key not in GROUP_ATTRIBUTES:
            raise Refusal(
                "InvalidConfigurationRequest",
                f"Target group attribute key '{key}' is not recognized",
            )
        _check_number(key, value, GROUP_ATTRIBUTES[key])


def _balancer_attributes(moto: Backends, asked: Parameters) -> None:
    balancer = moto.elbv2.load_balancers.get(asked.get("LoadBalancerArn"))
    then = {} if balancer is None else dict(balancer.attrs)
    for given in asked.get("Attributes") or []:
        key, value = str(given.get("Key")), str(given.get("Value") or "")
        _check_number(key, value, BALANCER_NUMBERS.get(key))
        then[key] = value
    bucket = then.get("access_logs.s3.bucket", "")
    if then.get("access_logs.s3.enabled") == "true" and bucket not in moto.s3.buckets:
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
        raise Refusal(
            "InvalidConfigurationRequest",
            f"Access Denied for bucket: {bucket}. Please check S3bucket permission",
        )


def _check_number(key: str, value: str, limits: tuple[int, int] | None) -> None:
    if limits and not (value.isdigit() and limits[0] <= int(value) <= limits[1]):
        raise Refusal(
            "InvalidConfigurationRequest", f"'{key}' must be between {limits[0]} and {limits[1]}"
        )


def _create_listener(moto: Backends, asked: Parameters) -> None:
    balancer = moto.elbv2.load_balancers.get(asked.get("LoadBalancerArn"))
    if balancer is None:
        raise Refusal("LoadBalancerNotFound", "One or more load balancers not found")
    if balancer.type == "application" and asked.get("Protocol") not in ("HTTP", "HTTPS"):
        raise wrong(f"Listener protocol '{asked.get('Protocol')}' must be one of 'HTTP, HTTPS'")
    if not asked.get("DefaultActions"):
        raise wrong("A listener must have at least one default action")
    if asked.get("Protocol") == "HTTPS" and not asked.get("Certificates"):
        raise wrong("A certificate must be specified for HTTPS listeners")
    if any(str(one.port) == str(asked.get("Port")) for one in balancer.listeners.values()):
        raise Refusal("DuplicateListener", "A listener already exists on this port")
    _check_groups(moto, asked.get("DefaultActions") or [])
    _check_certificates(moto, asked)


def _modify_listener(moto: Backends, asked: Parameters) -> None:
    found = [
        listener
        for balancer in moto.elbv2.load_balancers.values()
        for arn, listener in balancer.listeners.items()
        if arn == asked.get("ListenerArn")
    ]
    if not found:
        raise Refusal("ListenerNotFound", "One or more listeners not found")
    protocol = asked.get("Protocol") or found[0].protocol
    if protocol == "HTTP" and asked.get("Certificates"):
        raise wrong("Certificates cannot be specified for HTTP listeners")
    _check_groups(moto, asked.get("DefaultActions") or [])
    _check_certificates(moto, asked)


def _check_groups(moto: Backends, actions: list[Mapping[str, Any]]) -> None:
    for action in actions:
        weighted = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        for arn in (action.get("TargetGroupArn"), *(one["TargetGroupArn"] for one in weighted)):
            if arn is not None and arn not in moto.elbv2.target_groups:
                raise Refusal("TargetGroupNotFound", "One or more target groups not found")


def _check_certificates(moto: Backends, asked: Parameters) -> None:
    for given in asked.get("Certificates") or []:
        arn = str(given.get("CertificateArn") or "")
        kept = moto.acm._certificates.get(arn)
        if kept is None:
            raise Refusal("CertificateNotFound", f"Certificate '{arn}' not found")
        if kept.status == "PENDING_VALIDATION":
            raise Refusal(
                "UnsupportedCertificate",
                f"The certificate '{arn}' must have a fully-qualified domain name, a supported "
                "signature, and a supported RSA key size.",
            )


def _describe_listeners(_: Backends, asked: Parameters) -> None:
    if not asked.get("ListenerArns") and not asked.get("LoadBalancerArn"):
        raise wrong("You must specify either listener ARNs or a load balancer ARN")


def _create_rule(moto: Backends, asked: Parameters) -> None:
    if not asked.get("Actions"):
        raise wrong("A rule must have an action")
    for condition in asked.get("Conditions") or []:
        own = [
            one["Values"] for one in condition.values() if isinstance(one, dict) and "Values" in one
        ]
        for value in [*(condition.get("Values") or []), *(text for one in own for text in one)]:
            if len(str(value)) > 128:
                raise wrong("A condition value can have at most 128 characters")
    _check_groups(moto, asked.get("Actions") or [])


def _delete_rule(moto: Backends, asked: Parameters) -> None:
    rules = [
        rule
        for balancer in moto.elbv2.load_balancers.values()
        for listener in balancer.listeners.values()
        for rule in listener.rules.values()
        if rule.arn == asked.get("RuleArn")
    ]
    if not rules:
        raise Refusal("RuleNotFound", "One or more rules not found")
    if rules[0].priority == "default":
        raise Refusal("OperationNotPermitted", "Default rule cannot be deleted")


RULES: dict[str, Callable[[Backends, Parameters], None]] = {
    "CreateListener": _create_listener,
    "CreateLoadBalancer": _create_balancer,
    "CreateRule": _create_rule,
    "CreateTargetGroup": _create_group,
    "DeleteRule": _delete_rule,
    "DescribeListeners": _describe_listeners,
    "DescribeLoadBalancers": _describe_balancers,
    "ModifyListener": _modify_listener,
    "ModifyLoadBalancerAttributes": _balancer_attributes,
    "ModifyTargetGroupAttributes": _group_attributes,
    "RegisterTargets": _register,
}
