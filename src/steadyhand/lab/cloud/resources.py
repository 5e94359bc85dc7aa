"""A system's parts in, its resources in moto out: what AWS would list before anything runs.

Works on moto's backends directly. What becomes true of them afterwards is the physics' part.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moto.acm.models import acm_backends
from moto.cloudtrail.models import cloudtrail_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.exceptions import JsonRESTError
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.events.models import events_backends
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.ssm.models import ssm_backends

from steadyhand.lab.account import ACCOUNT, REGION, ecs_arn
from steadyhand.lab.ecs.fleet import Definitions
from steadyhand.lab.network.groups import attached
from steadyhand.lab.systems.parts import (
    Bucket,
    Family,
    Parts,
    Schedule,
    Secret,
    SecurityGroup,
    TargetGroup,
)

APP_PORT = 8000
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


@dataclass(frozen=True)
class Backends:
    """moto's stores for the lab's one account and region."""

    ecs: Any
    elbv2: Any
    ec2: Any
    secrets: Any
    sns: Any
    ssm: Any
    acm: Any
    s3: Any
    cloudwatch: Any
    events: Any
    cloudtrail: Any


def backends() -> Backends:
    # The ids of the network outlive the lab: they are the same in each.
    mock_random.seed(ACCOUNT)
    ec2 = ec2_backends[ACCOUNT][REGION]
    mock_random.seed(None)
    return Backends(
        ecs=ecs_backends[ACCOUNT][REGION],
        elbv2=elbv2_backends[ACCOUNT][REGION],
        ec2=ec2,
        secrets=secretsmanager_backends[ACCOUNT][REGION],
        sns=sns_backends[ACCOUNT][REGION],
        acm=acm_backends[ACCOUNT][REGION],
        ssm=ssm_backends[ACCOUNT][REGION],
        s3=s3_backends[ACCOUNT]["aws"],
        cloudwatch=cloudwatch_backends[ACCOUNT][REGION],
        events=events_backends[ACCOUNT][REGION],
        cloudtrail=cloudtrail_backends[ACCOUNT][REGION],
    )


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in for `{names}`, in one pass; other braces stay."""
    return re.sub(r"\{([\w.-]+)\}", lambda m: values.get(m.group(1), m.group()), text)


def create_secret(moto: Backends, secret: Secret, values: Mapping[str, str]) -> None:
    """Create it in Secrets Manager, or in SSM where its name is a path."""
    value = fill(secret.value, values)
    if secret.name.startswith("/"):
        kind = "SecureString" if secret.secure else "String"
        moto.ssm.put_parameter(
            secret.name,
            secret.description,
            value,
            kind,
            "",
            "alias/aws/ssm",
            True,
            [],
            "text",
            "Standard",
            None,
        )
        return
    moto.secrets.create_secret(
        name=secret.name,
        secret_string=value,
        secret_binary=None,
        description=secret.description or None,
        tags=None,
        kms_key_id=None,
        client_request_token=None,
        replica_regions=[],
        force_overwrite=False,
    )


def create_security_groups(moto: Backends, groups: Sequence[SecurityGroup]) -> None:
    """Create groups, then what may come in: one group may name another."""
    vpc = next(iter(moto.ec2.describe_subnets())).vpc_id
    ids = {}
    for group in groups:
        mock_random.seed(group.name)
        ids[group.name] = moto.ec2.create_security_group(group.name, group.name, vpc).id
    mock_random.seed(None)
    for group in groups:
        for port, source in group.ingress:
            blocks = [] if source in ids else [{"CidrIp": source}]
            sources = [{"GroupId": ids[source]}] if source in ids else []
            moto.ec2.authorize_security_group_ingress(
                ids[group.name], "tcp", str(port), str(port), blocks, source_groups=sources
            )


def create_bucket(moto: Backends, bucket: Bucket, values: Mapping[str, str]) -> None:
    """Create a bucket with its objects, its policy and its CORS rules."""
    moto.s3.create_bucket(bucket.name, bucket.region or REGION)
    for key, content in bucket.objects.items():
        moto.s3.put_object(bucket.name, key, content)
    if bucket.policy:
        moto.s3.put_bucket_policy(bucket.name, fill(bucket.policy, values).encode())
    if bucket.origins:
        rule = {
            "AllowedOrigin": list(bucket.origins),
            "AllowedMethod": ["GET", "PUT", "HEAD"],
            "AllowedHeader": ["*"],
        }
        moto.s3.put_bucket_cors(bucket.name, [rule])


def create_schedule(moto: Backends, schedule: Schedule, security_group: str = "") -> None:
    """Create a rule, and the task that it runs as its target, in this security group."""
    moto.events.put_rule(
        name=schedule.name,
        description=schedule.description,
        scheduled_expression=schedule.expression,
        state="ENABLED",
    )
    (given,) = moto.ecs.describe_task_definition(schedule.family).container_definitions
    overrides = [{"name": given["name"], "command": list(schedule.arguments)}]
    vpc = network(moto, security_group)["awsvpcConfiguration"]
    target = {
        "Id": schedule.family,
        "Arn": ecs_arn("cluster", schedule.cluster),
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/ecsEventsRole",
        "Input": json.dumps({"containerOverrides": overrides}),
        "EcsParameters": {
            "TaskDefinitionArn": ecs_arn("task-definition", schedule.family),
            "TaskCount": 1,
            "LaunchType": "FARGATE",
            "NetworkConfiguration": {
                "awsvpcConfiguration": {
                    "Subnets": vpc["subnets"],
                    "SecurityGroups": vpc["securityGroups"],
                    "AssignPublicIp": vpc["assignPublicIp"],
                }
            },
        },
    }
    moto.events.put_targets(schedule.name, None, [target])


def create_load_balancing(
    moto: Backends, parts: Parts, certificates: Mapping[str, str] | None = None
) -> None:
    """Create a system's target groups, balancers, listeners and rules. `certificates` are the ARNs
    by domain; a balancer whose names have some listens for https."""
    subnets = list(moto.ec2.describe_subnets())[:2]
    vpc = subnets[0].vpc_id
    security_group = group_id(moto, attached(parts).balancer)
    groups = {group.name: _target_group(moto, group, vpc) for group in parts.target_groups}
    for balancer in parts.balancers:
        # Its id is drawn from its name: metrics are asked for by it, so it has to outlive the lab.
        mock_random.seed(balancer.name)
        made = moto.elbv2.create_load_balancer(
            balancer.name, [security_group], [subnet.id for subnet in subnets]
        )
        bucket, _, prefix = balancer.access_logs.partition("/")
        if bucket:
            names = {"enabled": "true", "bucket": bucket, "prefix": prefix}
            made.attrs.update({f"access_logs.s3.{name}": one for name, one in names.items()})
        forward = _forward(groups[balancer.target_group])
        hosts = (*balancer.hosts, *balancer.host_groups)
        arns = [arn for domain, arn in (certificates or {}).items() if domain in hosts]
        listener = _listener(moto, made.arn, forward, arns)
        by_host = [("host-header", name, group) for name, group in balancer.host_groups.items()]
        by_path = [("path-pattern", path, group) for path, group in balancer.paths.items()]
        for number, (field, pattern, group) in enumerate([*by_host, *by_path], 1):
            condition = [{"Field": field, "Values": [pattern]}]
            moto.elbv2.create_rule(listener.arn, condition, number, _forward(groups[group]), [])
        mock_random.seed(None)


def _listener(
    moto: Backends, balancer: str, forward: list[dict[str, str]], certificates: Sequence[str]
) -> Any:
    if not certificates:
        return moto.elbv2.create_listener(balancer, "HTTP", "80", None, None, forward)
    made = moto.elbv2.create_listener(
        balancer, "HTTPS", "443", TLS_POLICY, certificates[0], forward
    )
    made.certificates = list(certificates)
    return made


def _target_group(moto: Backends, group: TargetGroup, vpc: str) -> str:
    mock_random.seed(group.name)
    made = moto.elbv2.create_target_group(
        group.name,
        vpc_id=vpc,
        protocol="HTTP",
        port=str(APP_PORT),
        healthcheck_path=group.health_path,
        healthcheck_interval_seconds=30,
        healthcheck_timeout_seconds=5,
        healthy_threshold_count="3",
        unhealthy_threshold_count="2",
        target_type="ip",
    )
    mock_random.seed(None)
    return str(made.arn)


def _forward(group: str) -> list[dict[str, str]]:
    return [{"Type": "forward", "TargetGroupArn": group}]


def network(moto: Backends, security_group: str = "") -> dict[str, Any]:
    """The network that the lab's own services are in, as the API of ECS gives it; the group's name,
    or the default group."""
    subnets = list(moto.ec2.describe_subnets())[:2]
    return {
        "awsvpcConfiguration": {
            "subnets": [subnet.id for subnet in subnets],
            "securityGroups": [group_id(moto, security_group)],
            "assignPublicIp": "DISABLED",
        }
    }


def group_id(moto: Backends, security_group: str) -> str:
    """The id of a security group by its name; for no name, the default group's."""
    vpc = next(iter(moto.ec2.describe_subnets())).vpc_id
    if not security_group:
        return str(moto.ec2.get_default_security_group(vpc).id)
    return str(moto.ec2.get_security_group_from_name(security_group, vpc).id)


def group_arn(moto: Backends, name: str) -> str:
    """The ARN of a target group; "" for no name."""
    found = (arn for arn, one in moto.elbv2.target_groups.items() if one.name == name)
    return next(found, "")


def balancer_arn(moto: Backends, name: str) -> str:
    """The ARN of a load balancer. Raises StopIteration when there is none of that name."""
    return str(next(arn for arn, one in moto.elbv2.load_balancers.items() if one.name == name))


def dimension(moto: Backends, name: str) -> str:
    """The LoadBalancer dimension of its metrics: the end of its ARN."""
    return balancer_arn(moto, name).partition(":loadbalancer/")[2]


def register(
    moto: Backends, family: Family, revision: int, values: Mapping[str, str], tag: str = ""
) -> str:
    """Register the definition of one revision, and return its ARN."""
    tag = tag or family.tag.format(revision=revision)
    environment = {key: fill(value, values) for key, value in family.environment.items()}
    container: dict[str, Any] = {
        "name": family.container,
        "image": f"{REGISTRY}/{family.repository}:{tag}",
        "cpu": family.cpu,
        "memory": family.memory,
        "essential": True,
        "environment": [{"name": k, "value": v} for k, v in sorted(environment.items())],
        "secrets": [
            {"name": name, "valueFrom": _value_from(moto, source)}
            for name, source in sorted(family.secrets.items())
        ],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": family.log_group,
                "awslogs-region": REGION,
                "awslogs-stream-prefix": family.container,
            },
        },
    }
    if family.port is not None:
        container["portMappings"] = [{"containerPort": family.port, "protocol": "tcp"}]
    if family.arguments:
        container["command"] = list(family.arguments)
    made = moto.ecs.register_task_definition(
        family.name,
        [container],
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        task_role_arn=f"arn:aws:iam::{ACCOUNT}:role/{family.name}-task",
        execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole",
        cpu=str(family.cpu),
        memory=str(max(family.memory, 2 * family.cpu)),  # the least that Fargate pairs with it
    )
    # moto counts from 1; the lab says which revision this is.
    del moto.ecs.task_definitions[family.name][made.revision]
    made.arn = made.arn.rpartition(":")[0] + f":{revision}"
    made.revision = revision
    moto.ecs.task_definitions[family.name][revision] = made
    return str(made.arn)


def _value_from(moto: Backends, source: str) -> str:
    if source.startswith("/"):
        return f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{source}"
    name, _, key = source.partition(":")
    arn = str(moto.secrets.describe_secret(name).arn)
    return f"{arn}:{key}::" if key else arn


def definitions(moto: Backends) -> Definitions:
    def find(given: str) -> str | None:
        family, _, revision = given.rpartition("/")[2].partition(":")
        known = moto.ecs.task_definitions.get(family, {})
        active = {number: one for number, one in known.items() if one.status == "ACTIVE"}
        if not revision:
            return active[max(active)].arn if active else None
        one = active.get(int(revision)) if revision.isdigit() else None
        return one.arn if one else None

    def arns(status: str) -> list[str]:
        return list(moto.ecs.list_task_definitions(None, status))

    def network_mode(definition: str) -> str:
        return str(moto.ecs.describe_task_definition(definition).network_mode or "bridge")

    return Definitions(find, arns, lambda one: container(moto, one), network_mode)


def container(moto: Backends, definition: str) -> dict[str, Any]:
    """A definition's first container; what it says nothing of, the task's numbers say."""
    one = moto.ecs.describe_task_definition(definition)
    given = dict(one.container_definitions[0])
    given["memory"] = given.get("memory") or given.get("memoryReservation") or one.memory or 512
    given["cpu"] = given.get("cpu") or one.cpu or 256
    return given


def log_options(moto: Backends, definition: str) -> dict[str, str]:
    """Where a definition's container writes its log."""
    given = container(moto, definition).get("logConfiguration") or {}
    return dict(given.get("options") or {})


def container_environment(moto: Backends, definition: str) -> dict[str, str]:
    """A container's variables, its secrets read now, as ECS does at a task's start.

    Raises LookupError for a secret that is not there.
    """
    given = container(moto, definition)
    values = {pair["name"]: pair["value"] for pair in given.get("environment", [])}
    for pair in given.get("secrets", []):
        values[pair["name"]] = _secret(moto, pair["valueFrom"])
    return values


# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
def _secret(moto: Backends, source: str) -> str:
    try:
        if ":ssm:" in source or source.startswith("/"):
            name = source.partition(":parameter")[2] or source
            kept = moto.ssm.get_parameter(name)
            return str(kept.decrypt(kept.value))
        parts = source.split(":")
        text = moto.secrets.get_secret_value(":".join(parts[:7]), "", "")["SecretString"]
        key = parts[7] if len(parts) > 7 else ""
        return str(json.loads(text)[key]) if key else str(text)
    except (JsonRESTError, AttributeError, ValueError, KeyError):
        raise LookupError(f"unable to retrieve secret from {source}") from None
