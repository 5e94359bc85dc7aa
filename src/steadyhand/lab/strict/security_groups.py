"""A request about EC2's security groups in; what EC2 refuses, out.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from collections.abc import Callable

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.cloud.room import Parameters, Refusal

INVALID = "InvalidParameterValue"
PROTOCOLS = {"tcp", "udp", "icmp", "icmpv6", "-1"}
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
FILTERS = {
    "description", "egress.ip-permission.cidr", "egress.ip-permission.from-port",
    "egress.ip-permission.group-id", "egress.ip-permission.group-name",
    "egress.ip-permission.ipv6-cidr", "egress.ip-permission.prefix-list-id",
    "egress.ip-permission.protocol", "egress.ip-permission.to-port",
    "egress.ip-permission.user-id", "group-id", "group-name", "ip-permission.cidr",
    "ip-permission.from-port", "ip-permission.group-id", "ip-permission.group-name",
    "ip-permission.ipv6-cidr", "ip-permission.prefix-list-id", "ip-permission.protocol",
    "ip-permission.to-port", "ip-permission.user-id", "owner-id", "tag-key", "vpc-id",
}  # fmt: skip


def check(moto: Backends, operation: str, asked: Parameters) -> None:
    """Raises Refusal."""
    rule = RULES.get(operation)
    if rule is not None:
        rule(moto, asked)


def _describe(_: Backends, asked: Parameters) -> None:
    most = asked.get("MaxResults")
    if most is not None and not 5 <= int(most) <= 1000:
        raise Refusal(INVALID, f"Value ({most}) for parameter maxResults is invalid.")
    for given in asked.get("Filters") or []:
        name = str(given.get("Name"))
        if name not in FILTERS and not name.startswith("tag:"):
            raise Refusal(INVALID, f"The filter '{name}' is invalid")


def _create(moto: Backends, asked: Parameters) -> None:
    name = str(asked.get("GroupName") or "")
    if name.startswith("sg-") or len(name) > 255:
        raise Refusal(
            INVALID, f"Value ({name}) for parameter GroupName is invalid. Invalid group name."
        )
    if not asked.get("GroupDescription") and not asked.get("Description"):
        raise Refusal("MissingParameter", "The request must contain the parameter GroupDescription")
    vpc = asked.get("VpcId")
    if vpc and vpc not in {one.id for one in moto.ec2.describe_vpcs()}:
        raise Refusal("InvalidVpcID.NotFound", f"The vpc ID '{vpc}' does not exist")


def _authorize(_: Backends, asked: Parameters) -> None:
    for given in asked.get("IpPermissions") or []:
        protocol = str(given.get("IpProtocol") or "")
        if protocol not in PROTOCOLS and not protocol.isdigit():
            raise Refusal(INVALID, f"Invalid value '{protocol}' for IP protocol. Unknown protocol.")
        first, last = given.get("FromPort"), given.get("ToPort")
        if protocol not in ("tcp", "udp") or first is None or last is None:
            continue
        for port in (first, last):
            if not 0 <= int(port) <= 65535:
                raise Refusal(
                    INVALID,
                    f"Invalid value '{port}' for portRange. Must specify port from 0 to 65535",
                )
        if int(first) > int(last):
            raise Refusal(
                INVALID, "Invalid TCP/UDP port range. The first port is greater than the last."
            )


def _delete(moto: Backends, asked: Parameters) -> None:
    wanted = asked.get("GroupId")
    for group in moto.ec2.describe_security_groups():
        if group.id == wanted and group.name == "default":
            raise Refusal(
                "CannotDelete", f'the specified group: "{wanted}" name: "default" cannot be deleted'
            )
        for rule in [*group.ingress_rules, *group.egress_rules]:
            if group.id != wanted and rule.source_group.get("GroupId") == wanted:
                raise Refusal("DependencyViolation", f"resource {wanted} has a dependent object")


RULES: dict[str, Callable[[Backends, Parameters], None]] = {
    "AuthorizeSecurityGroupEgress": _authorize,
    "AuthorizeSecurityGroupIngress": _authorize,
    "CreateSecurityGroup": _create,
    "DeleteSecurityGroup": _delete,
    "DescribeSecurityGroups": _describe,
}
