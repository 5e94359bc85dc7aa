"""`aws elasticache modify-cache-cluster`, `modify-replication-group`: the values now, and back.

Reads what `describe-cache-clusters` and `describe-replication-groups` print. An engine's version
only goes up, so that has no way back.
"""

import json
from collections.abc import Mapping
from typing import Any

from steadyhand.actions.action import Action, State
from steadyhand.actions.aws.argv import AwsCommand
from steadyhand.actions.aws.setting import Setting, again, reading, setting
from steadyhand.actions.words import Argv

_STATUS, _PENDING, _ENGINE, _FAILOVER = "status", "pending", "engine version", "automatic failover"
# option → (name for people, field of the answer)
_CLUSTER = {
    "--cache-node-type": ("node type", "CacheNodeType"),
    "--num-cache-nodes": ("nodes", "NumCacheNodes"),
    "--engine-version": (_ENGINE, "EngineVersion"),
    "--snapshot-retention-limit": ("snapshots kept (days)", "SnapshotRetentionLimit"),
}
_GROUP = {
    "--cache-node-type": ("node type", "CacheNodeType"),
    "--snapshot-retention-limit": ("snapshots kept (days)", "SnapshotRetentionLimit"),
}
_SWITCH = ("--automatic-failover-enabled", "--no-automatic-failover-enabled")


def _wanted(command: AwsCommand, fields: Mapping[str, tuple[str, str]]) -> State:
    found = {
        name: value
        for option, (name, _) in fields.items()
        if (value := command.get(option)) is not None
    }
    if command.operation == "modify-replication-group":
        for option, value in zip(_SWITCH, ("enabled", "disabled"), strict=True):
            if option in command.rest:
                found[_FAILOVER] = value
    return found


def _state(one: Any, status: str, fields: Mapping[str, tuple[str, str]]) -> State:
    pending = one.get("PendingModifiedValues") or {}
    found = {name: str(one.get(field, "")) for name, field in fields.values()}
    found[_STATUS] = str(one[status])
    waiting = {name: str(pending[field]) for name, field in fields.values() if field in pending}
    if "AutomaticFailover" in one:
        found[_FAILOVER] = str(one["AutomaticFailover"])
    if "AutomaticFailoverStatus" in pending:
        waiting[_FAILOVER] = str(pending["AutomaticFailoverStatus"])
    found[_PENDING] = json.dumps(waiting, sort_keys=True)
    return found


def _modify(
    name: str,
    describe: str,
    listed: tuple[str, str],
    fields: Mapping[str, tuple[str, str]],
) -> Action:
    """Make the Action of one of the two: option of the name, its read, key and status field."""

    def back(command: AwsCommand, was: Mapping[str, str], changed: State) -> Argv | None:
        if _ENGINE in changed or "" in (was[field] for field in changed):
            return None
        words = [w for o, (field, _) in fields.items() if field in changed for w in (o, was[field])]
        if _FAILOVER in changed:
            words.append(_SWITCH[was[_FAILOVER] != "enabled"])
        at_once = ("--apply-immediately",) if command.has("--apply-immediately") else ()
        operation = command.operation
        return again(command, operation, name, command.get(name) or "", *words, *at_once)

    return setting(
        Setting(
            verify=f"{describe}: the values are the new ones and it is available",
            resource=lambda command: f"cache {command.get(name) or '?'}",
            read=lambda command: (
                reading(command, describe, name, found) if (found := command.get(name)) else None
            ),
            state=lambda answer, _: _state(answer[listed[0]][0], listed[1], fields),
            wanted=lambda command: _wanted(command, fields),
            back=back,
            resting={_STATUS: "available"},
            pending=_PENDING,
        )
    )


MODIFY_CACHE_CLUSTER: Action = _modify(
    "--cache-cluster-id",
    "describe-cache-clusters",
    ("CacheClusters", "CacheClusterStatus"),
    _CLUSTER,
)
MODIFY_REPLICATION_GROUP: Action = _modify(
    "--replication-group-id", "describe-replication-groups", ("ReplicationGroups", "Status"), _GROUP
)
