"""`aws rds reboot-db-instance`, `create-db-snapshot`: what happens once, and is seen by a status.

A restart leaves no trace in what `describe-db-instances` prints, but for the zone after a failover;
so whether one that was never answered was done, nobody can say.
"""

import json
from collections.abc import Mapping

from steadyhand.actions.action import Action, Observation, Settled, State
from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.aws.setting import reading
from steadyhand.actions.words import Argv

_STATUS, _ZONE, _SNAPSHOT, _NONE = "status", "zone", "snapshot", "none"
_INSTANCE, _NAME = "--db-instance-identifier", "--db-snapshot-identifier"


def _instance(argv: Argv) -> str:
    return f"rds instance {parse_aws(argv).get(_INSTANCE) or '?'}"


# --- reboot-db-instance ---------------------------------------------------------------------------


def _look(argv: Argv) -> Argv | None:
    command = parse_aws(argv)
    name = command.get(_INSTANCE)
    return reading(command, "describe-db-instances", _INSTANCE, name) if name else None


def _running(stdout: str, _argv: Argv) -> State:
    try:
        one = json.loads(stdout)["DBInstances"][0]
        zone = one.get("AvailabilityZone", "")
        return {_STATUS: str(one["DBInstanceStatus"]), _ZONE: str(zone)}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def _fails_over(argv: Argv) -> bool:
    return parse_aws(argv).has("--force-failover")


def _restarted(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> Observation:
    if not before or not now:
        return Observation.UNKNOWN
    moved = _fails_over(argv) and now[_ZONE] != before[_ZONE]
    begun = now[_STATUS] == "rebooting" != before[_STATUS]
    if not moved and not begun and _fails_over(argv) and now[_STATUS] == "available":
        return Observation.NOT_DONE if now[_ZONE] else Observation.UNKNOWN
    return Observation.DONE if moved or begun else Observation.UNKNOWN


def _up(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    if not now:
        return Settled.MOVING, f"{_instance(argv)} cannot be read"
    said = f"the instance is {now[_STATUS]}"
    if now[_STATUS] != "available":
        return Settled.MOVING, said
    if not _fails_over(argv) or not before.get(_ZONE):
        return Settled.REACHED, f"{said}; that it was restarted cannot be seen"
    if now[_ZONE] == before[_ZONE]:
        return Settled.IGNORED, f"{said}, still in {now[_ZONE]}: it has not failed over"
    return Settled.REACHED, f"{said}, in {now[_ZONE]}"


REBOOT_DB_INSTANCE = Action(
    verify="describe-db-instances: the instance is available, and elsewhere after a failover",
    resource=_instance,
    before=_look,
    state=_running,
    after=lambda argv, _before: {_ZONE: "another one"} if _fails_over(argv) else {},
    done=_restarted,
    settled=_up,
    undo=lambda _argv, _before: None,
)

# --- create-db-snapshot ---------------------------------------------------------------------------


def _snapshots(argv: Argv) -> Argv | None:
    """List the instance's snapshots: asking for one by its name fails while it is not there."""
    command = parse_aws(argv)
    name = command.get(_INSTANCE)
    if not name or not command.get(_NAME):
        return None
    return reading(command, "describe-db-snapshots", _INSTANCE, name)


def _snapshot(stdout: str, argv: Argv) -> State:
    wanted = parse_aws(argv).get(_NAME) or ""
    try:
        found = json.loads(stdout)["DBSnapshots"]
        statuses = {s["DBSnapshotIdentifier"].lower(): str(s["Status"]) for s in found}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}
    return {_SNAPSHOT: statuses.get(wanted.lower(), _NONE)}


def _made(_argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> Observation:
    if not before or not now:
        return Observation.UNKNOWN
    if before[_SNAPSHOT] != _NONE:  # the name was taken: it was refused, and would be again
        return Observation.NOT_DONE
    return Observation.NOT_DONE if now[_SNAPSHOT] == _NONE else Observation.DONE


def _kept(argv: Argv, _before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    if not now:
        return Settled.MOVING, f"the snapshots of {_instance(argv)} cannot be read"
    name = parse_aws(argv).get(_NAME)
    match now[_SNAPSHOT]:
        case "none":
            return Settled.IGNORED, f"there is no snapshot {name}"
        case "available":
            return Settled.REACHED, f"snapshot {name} is available"
        case status:
            return Settled.MOVING, f"snapshot {name} is {status}"


CREATE_DB_SNAPSHOT = Action(
    verify="describe-db-snapshots: the snapshot is available",
    resource=lambda argv: f"snapshot {parse_aws(argv).get(_NAME) or '?'} of {_instance(argv)}",
    before=_snapshots,
    state=_snapshot,
    after=lambda _argv, _before: {_SNAPSHOT: "available"},
    done=_made,
    settled=_kept,
    undo=lambda _argv, _before: None,  # nobody is worse off for one more
)
