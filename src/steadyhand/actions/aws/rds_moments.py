"""`aws rds reboot-db-instance`, `create-db-snapshot`: what happens once, and what is seen of it.

A restart leaves no trace in what `describe-db-instances` prints, but for the zone after a failover.
It is among the instance's events, a while later: one that is there was done, and of one that was
never answered and is not there nobody can say whether it will be.
"""

import json
from collections.abc import Mapping

from steadyhand.actions.action import Action, Observation, Settled, State
from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.aws.setting import reading
from steadyhand.actions.words import Argv

_STATUS, _ZONE, _SNAPSHOT, _NONE = "status", "zone", "snapshot", "none"
_STOPPED, _RESTARTED = "last shutdown", "last restart"
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
_EVENTS = {_STOPPED: "db instance shutdown", _RESTARTED: "db instance restarted"}
_MINUTES = "1440"  # how far back the events are read
_INSTANCE, _NAME = "--db-instance-identifier", "--db-snapshot-identifier"


def _instance(argv: Argv) -> str:
    return f"rds instance {parse_aws(argv).get(_INSTANCE) or '?'}"


# --- reboot-db-instance ---------------------------------------------------------------------------


def _look(argv: Argv) -> Argv | None:
    command = parse_aws(argv)
    name = command.get(_INSTANCE)
    if not name:
        return None
    if _fails_over(argv):
        return reading(command, "describe-db-instances", _INSTANCE, name)
    which = ("--source-type", "db-instance", "--source-identifier", name)
    return reading(command, "describe-events", *which, "--duration", _MINUTES)


def _running(stdout: str, argv: Argv) -> State:
    try:
        found = json.loads(stdout)
        if not _fails_over(argv):
            return {what: _last(found["Events"], said) for what, said in _EVENTS.items()}
        one = found["DBInstances"][0]
        zone = one.get("AvailabilityZone", "")
        return {_STATUS: str(one["DBInstanceStatus"]), _ZONE: str(zone)}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def _last(events: list[dict[str, str]], message: str) -> str:
    """Say when an event was last; "" where there is none. Dates of one answer are of one form."""
    return max((e["Date"] for e in events if e["Message"].lower().startswith(message)), default="")


def _fails_over(argv: Argv) -> bool:
    return parse_aws(argv).has("--force-failover")


def _restarted(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> Observation:
    if not before or not now:
        return Observation.UNKNOWN
    if not _fails_over(argv):
        return Observation.DONE if _since(before, now, *_EVENTS) else Observation.UNKNOWN
    moved = now[_ZONE] != before[_ZONE]
    begun = now[_STATUS] == "rebooting" != before[_STATUS]
    if not moved and not begun and now[_STATUS] == "available":
        return Observation.NOT_DONE if now[_ZONE] else Observation.UNKNOWN
    return Observation.DONE if moved or begun else Observation.UNKNOWN


def _since(before: Mapping[str, str], now: Mapping[str, str], *events: str) -> bool:
    """Tell whether one of these has happened since. A run of an older version has no `before`."""
    return any(what in before and now[what] > before[what] for what in events)


def _up(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    if not now:
        return Settled.MOVING, f"{_instance(argv)} cannot be read"
    if not _fails_over(argv):
        return _up_again(argv, before, now)
    said = f"the instance is {now[_STATUS]}"
    if now[_STATUS] != "available":
        return Settled.MOVING, said
    if not before.get(_ZONE):
        return Settled.REACHED, f"{said}; that it was restarted cannot be seen"
    if now[_ZONE] == before[_ZONE]:
        return Settled.IGNORED, f"{said}, still in {now[_ZONE]}: it has not failed over"
    return Settled.REACHED, f"{said}, in {now[_ZONE]}"


def _up_again(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    """Look for a restart since; events come late, so that there is none yet says little."""
    if _RESTARTED not in before:
        return Settled.REACHED, "nobody looked beforehand: that it was restarted cannot be seen"
    if _since(before, now, _RESTARTED):
        return Settled.REACHED, f"restarted at {now[_RESTARTED]}"
    if _since(before, now, _STOPPED):
        return Settled.MOVING, f"{_instance(argv)} was shut down and is not up again"
    return Settled.MOVING, f"no restart is among the events of {_instance(argv)}"


REBOOT_DB_INSTANCE = Action(
    verify="describe-events: it was restarted; describe-db-instances: elsewhere after a failover",
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
