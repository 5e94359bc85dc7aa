"""A system's names in, its resources in moto out: what AWS would list before anything runs.

Works on moto's backends directly. What becomes true of them afterwards is the physics' part.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.logs.models import LogEvent, LogGroup, logs_backends
from moto.moto_api._internal import mock_random
from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends

from steadyhand.lab.cloud.logs import EVENTS_PER_GROUP, STREAMS_PER_GROUP
from steadyhand.lab.ecs.operations import ACCOUNT, REGION, Definitions
from steadyhand.lab.systems.system import Names, System

APP_PORT = 8000


@dataclass(frozen=True)
class Backends:
    """moto's stores for the lab's one account and region."""

    ecs: Any
    elbv2: Any
    ec2: Any
    logs: Any
    rds: Any
    secrets: Any
    cloudwatch: Any


def backends() -> Backends:
    return Backends(
        ecs=ecs_backends[ACCOUNT][REGION],
        elbv2=elbv2_backends[ACCOUNT][REGION],
        ec2=ec2_backends[ACCOUNT][REGION],
        logs=logs_backends[ACCOUNT][REGION],
        rds=rds_backends[ACCOUNT][REGION],
        secrets=secretsmanager_backends[ACCOUNT][REGION],
        cloudwatch=cloudwatch_backends[ACCOUNT][REGION],
    )


@dataclass(frozen=True)
class Database:
    host: str
    port: int
    user: str
    password: str
    name: str


def create_database(moto: Backends, names: Names, database: Database) -> None:
    moto.rds.create_db_instance(
        {
            "db_instance_identifier": names.database_instance,
            "db_instance_class": "db.r6g.large",
            "engine": "postgres",
            "engine_version": "18.6",
            "allocated_storage": 100,
            "storage_type": "gp3",
            "multi_az": True,
            "master_username": database.user,
            "master_user_password": database.password,
            "db_name": database.name,
            "port": database.port,
            "backup_retention_period": 7,
            "storage_encrypted": True,
        }
    )
    moto.secrets.create_secret(
        name=names.password_secret,
        secret_string=database.password,
        secret_binary=None,
        description=None,
        tags=None,
        kms_key_id=None,
        client_request_token=None,
        replica_regions=[],
        force_overwrite=False,
    )


def create_load_balancer(moto: Backends, names: Names, listen: int) -> tuple[str, str]:
    """Create the balancer, its target group and its listener. Returns the two ARNs."""
    subnets = list(moto.ec2.describe_subnets())[:2]
    vpc = subnets[0].vpc_id
    group = moto.ec2.get_default_security_group(vpc)
    # Its id is drawn from its name: metrics are asked for by it, so it has to outlive the lab.
    mock_random.seed(names.service)
    balancer = moto.elbv2.create_load_balancer(
        names.service, [group.id], [subnet.id for subnet in subnets]
    )
    mock_random.seed(None)
    targets = moto.elbv2.create_target_group(
        names.service,
        vpc_id=vpc,
        protocol="HTTP",
        port=str(APP_PORT),
        healthcheck_path="/health",
        healthcheck_interval_seconds=30,
        healthcheck_timeout_seconds=5,
        healthy_threshold_count="3",
        unhealthy_threshold_count="2",
        target_type="ip",
    )
    forward = [{"Type": "forward", "TargetGroupArn": targets.arn}]
    moto.elbv2.create_listener(balancer.arn, "HTTP", str(listen), None, None, forward)
    return str(balancer.arn), str(targets.arn)


def register(
    moto: Backends,
    system: System,
    family: str,
    revision: int,
    tag: str,
    environment: dict[str, str],
) -> str:
    """Register the definition of one revision, and return its ARN."""
    names = system.names
    secret = moto.secrets.describe_secret(names.password_secret)
    container = {
        "name": names.container,
        "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{names.repository}:{tag}",
        "cpu": system.cpu,
        "memory": system.memory,
        "essential": True,
        "portMappings": [{"containerPort": APP_PORT, "protocol": "tcp"}],
        "environment": [{"name": k, "value": v} for k, v in sorted(environment.items())],
        "secrets": [{"name": "DB_PASSWORD", "valueFrom": secret.arn}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": names.log_group,
                "awslogs-region": REGION,
                "awslogs-stream-prefix": names.container,
            },
        },
    }
    made = moto.ecs.register_task_definition(
        family,
        [container],
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        cpu=str(system.cpu),
        memory=str(2 * system.cpu),  # the least that Fargate pairs with so much CPU
    )
    # moto counts from 1; the lab says which revision this is.
    del moto.ecs.task_definitions[family][made.revision]
    made.arn = made.arn.rpartition(":")[0] + f":{revision}"
    made.revision = revision
    moto.ecs.task_definitions[family][revision] = made
    return str(made.arn)


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

    return Definitions(find, arns)


def container(moto: Backends, definition: str) -> dict[str, Any]:
    one = moto.ecs.describe_task_definition(definition)
    return dict(one.container_definitions[0])


def container_environment(moto: Backends, definition: str) -> dict[str, str]:
    """A container's variables, its secrets read now, as ECS does at a task's start."""
    given = container(moto, definition)
    values = {pair["name"]: pair["value"] for pair in given.get("environment", [])}
    for pair in given.get("secrets", []):
        read = moto.secrets.get_secret_value(pair["valueFrom"], "", "")
        values[pair["name"]] = read["SecretString"]
    return values


def write_log(group: LogGroup, stream: str, message: str) -> None:
    """Add one event, and forget the oldest ones. The API's lock is held."""
    if stream not in group.streams:
        group.create_log_stream(stream)
        for oldest in list(group.streams)[:-STREAMS_PER_GROUP]:
            del group.streams[oldest]
    kept = group.streams[stream]
    at = datetime.now(UTC)
    millis = int(at.timestamp() * 1000)
    kept.events.append(LogEvent(millis, {"timestamp": millis, "message": message}))
    kept.last_ingestion_time = at.replace(tzinfo=None)
    kept.stored_bytes += len(message) + 26
    if len(kept.events) % 500 == 0:
        _forget_oldest(group)


def _forget_oldest(group: LogGroup) -> None:
    """Drop events above the bound, from the stream that began first."""
    surplus = sum(len(stream.events) for stream in group.streams.values()) - EVENTS_PER_GROUP
    for stream in group.streams.values():
        if surplus <= 0:
            return
        dropped = min(surplus, len(stream.events))
        del stream.events[:dropped]
        surplus -= dropped
