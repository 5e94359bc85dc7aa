"""A declared resource in, what AWS says of it out; and the change of AWS that makes them agree.

Asks the API with botocore, at an address on loopback only, with keys that are good nowhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from steadyhand.lab.tools.asking import is_loopback
from steadyhand.lab.tools.call import Failed
from steadyhand.lab.tools.terraform.telling import error

Values = Mapping[str, Any]


class Aws:
    """The lab's API. Raises Failed for an endpoint that is not on loopback."""

    def __init__(self, endpoint: str, region: str) -> None:
        if not is_loopback(urlsplit(endpoint).hostname or ""):
            said = f"the AWS endpoint {endpoint or '(none)'} is not in the lab"
            raise Failed(1, *error("Invalid provider configuration", "", said))
        self._endpoint, self._region = endpoint, region

    def call(self, api: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Raises ClientError."""
        client = _client(api, self._endpoint, self._region)
        answer: dict[str, Any] = getattr(client, operation)(**parameters)
        return answer


# To make a client takes a third of a second, of which a process that stays need pay only one.
@lru_cache(maxsize=8)
def _client(api: str, endpoint: str, region: str) -> Any:
    return botocore.session.Session().create_client(
        api,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="lab",
        aws_secret_access_key="lab",
        config=Config(retries={"total_max_attempts": 2}, connect_timeout=5, proxies={}),
    )


@dataclass(frozen=True)
class Kind:
    """`read` gives the attributes of what is there, None where nothing is. `change` is given those
    that are to be different; where it `replaces`, it makes a new one with them."""

    identity: tuple[str, ...]
    attributes: tuple[str, ...]
    read: Callable[[Aws, Values], Values | None]
    change: Callable[[Aws, Values, Values], None]
    replaces: bool = False


def _service(aws: Aws, given: Values) -> Values | None:
    try:
        answer = aws.call(
            "ecs", "describe_services", cluster=given["cluster"], services=[given["name"]]
        )
    except ClientError as refused:
        if refused.response["Error"]["Code"] == "ClusterNotFoundException":
            return None
        raise
    active = [one for one in answer["services"] if one["status"] == "ACTIVE"]
    if not active:
        return None
    return {
        "id": active[0]["serviceArn"],
        "name": active[0]["serviceName"],
        "cluster": given["cluster"],
        "desired_count": active[0]["desiredCount"],
    }


def _change_service(aws: Aws, given: Values, changed: Values) -> None:
    aws.call(
        "ecs",
        "update_service",
        cluster=given["cluster"],
        service=given["name"],
        desiredCount=changed["desired_count"],
    )


def _definition(aws: Aws, given: Values) -> Values | None:
    try:
        found = aws.call("ecs", "describe_task_definition", taskDefinition=given["family"])
    except ClientError as refused:
        if refused.response["Error"]["Code"] in ("ClientException", "InvalidParameterException"):
            return None
        raise
    one = found["taskDefinition"]
    return {
        "id": one["family"],
        "family": one["family"],
        "cpu": int(one["cpu"]) if one.get("cpu") else None,
        "memory": int(one["memory"]) if one.get("memory") else None,
    }


_COPIED = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes",
    "placementConstraints", "requiresCompatibilities", "runtimePlatform", "ephemeralStorage",
)  # fmt: skip


def _change_definition(aws: Aws, given: Values, changed: Values) -> None:
    found = aws.call("ecs", "describe_task_definition", taskDefinition=given["family"])
    kept = found["taskDefinition"]
    size = {"cpu": kept.get("cpu"), "memory": kept.get("memory")}
    size |= {name: str(value) for name, value in changed.items()}
    copied = {name: kept[name] for name in _COPIED if kept.get(name)}
    aws.call("ecs", "register_task_definition", **copied, **size)


def _database(aws: Aws, given: Values) -> Values | None:
    try:
        found = aws.call("rds", "describe_db_instances", DBInstanceIdentifier=given["identifier"])
    except ClientError as refused:
        if refused.response["Error"]["Code"] in ("DBInstanceNotFound", "DBInstanceNotFoundFault"):
            return None
        raise
    one = found["DBInstances"][0]
    return {
        "id": one.get("DbiResourceId") or one["DBInstanceIdentifier"],
        "identifier": one["DBInstanceIdentifier"],
        "instance_class": one["DBInstanceClass"],
        "allocated_storage": one["AllocatedStorage"],
        "backup_retention_period": one["BackupRetentionPeriod"],
        "multi_az": one["MultiAZ"],
    }


_OF_DATABASE = {
    "instance_class": "DBInstanceClass",
    "allocated_storage": "AllocatedStorage",
    "backup_retention_period": "BackupRetentionPeriod",
    "multi_az": "MultiAZ",
}


def _change_database(aws: Aws, given: Values, changed: Values) -> None:
    named = {_OF_DATABASE[name]: value for name, value in changed.items()}
    now = bool(given.get("apply_immediately", False))
    aws.call(
        "rds",
        "modify_db_instance",
        DBInstanceIdentifier=given["identifier"],
        ApplyImmediately=now,
        **named,
    )


KINDS: dict[str, Kind] = {
    "aws_ecs_service": Kind(
        ("name", "cluster"), ("desired_count",), _service, _change_service
    ),
    "aws_ecs_task_definition": Kind(
        ("family",), ("cpu", "memory"), _definition, _change_definition, replaces=True
    ),
    "aws_db_instance": Kind(
        ("identifier",), tuple(_OF_DATABASE), _database, _change_database
    ),
}  # fmt: skip

REFUSALS = (ClientError, BotoCoreError)
