"""`aws rds modify-db-instance`: which database, its state now, done or not, the way back.

Reads what `describe-db-instances` prints. A password cannot be read back, so for a call that sets
nothing else there is nothing to look at.
"""

import json
from collections.abc import Mapping

from steadyhand.actions.action import Action, Observation, Settled, State
from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.words import Argv

# option → (name for people, field of the answer)
_FIELDS = {
    "--db-instance-class": ("class", "DBInstanceClass"),
    "--allocated-storage": ("storage (GiB)", "AllocatedStorage"),
    "--engine-version": ("engine version", "EngineVersion"),
    "--backup-retention-period": ("backup retention (days)", "BackupRetentionPeriod"),
    "--iops": ("iops", "Iops"),
    "--storage-type": ("storage type", "StorageType"),
}
_STATUS, _PENDING, _MULTI_AZ = "status", "pending", "multi-AZ"


def _wanted(argv: Argv) -> State:
    command = parse_aws(argv)
    found = {
        name: value
        for option, (name, _) in _FIELDS.items()
        if (value := command.get(option)) is not None
    }
    if "--multi-az" in command.rest:
        found[_MULTI_AZ] = "true"
    elif "--no-multi-az" in command.rest:
        found[_MULTI_AZ] = "false"
    return found


def _resource(argv: Argv) -> str:
    return f"rds instance {parse_aws(argv).get('--db-instance-identifier') or '?'}"


def _before(argv: Argv) -> Argv | None:
    command = parse_aws(argv)
    name, region = command.get("--db-instance-identifier"), command.anywhere("--region")
    if not name or not _wanted(argv):
        return None
    read = ("aws", "rds", "describe-db-instances", "--db-instance-identifier", name)
    return (*read, *(("--region", region) if region else ()), "--output", "json")


def _state(stdout: str, _argv: Argv) -> State:
    try:
        instance = json.loads(stdout)["DBInstances"][0]
        pending = instance.get("PendingModifiedValues") or {}
    except (ValueError, LookupError, TypeError):
        return {}
    found = {name: str(instance.get(field, "")) for name, field in _FIELDS.values()}
    found[_MULTI_AZ] = str(instance.get("MultiAZ", "")).lower()
    found[_STATUS] = str(instance.get("DBInstanceStatus", ""))
    waiting = {name: str(pending[field]) for name, field in _FIELDS.values() if field in pending}
    if "MultiAZ" in pending:
        waiting[_MULTI_AZ] = str(pending["MultiAZ"]).lower()
    found[_PENDING] = json.dumps(waiting, sort_keys=True)
    return found


def _after(argv: Argv, _before: Mapping[str, str]) -> State:
    expected = _wanted(argv)
    if parse_aws(argv).has("--master-user-password"):
        expected["master password"] = "a new one"
    return expected


def _met(wanted: State, now: Mapping[str, str]) -> tuple[bool, bool]:
    """Say whether all is as wanted, and whether it is so or going to be so."""
    pending = json.loads(now[_PENDING])
    return (
        all(now[name] == value for name, value in wanted.items()),
        all(value in {now[name], pending.get(name)} for name, value in wanted.items()),
    )


def _done(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> Observation:
    if not before or not now:
        return Observation.UNKNOWN
    wanted = _wanted(argv)
    if _met(wanted, before)[1] or all(now[n] == before[n] for n in (*wanted, _PENDING)):
        # Either nothing has happened, or it asks for what was there: once more changes nothing.
        same = now[_STATUS] == before[_STATUS]
        return Observation.NOT_DONE if same else Observation.UNKNOWN
    return Observation.DONE if _met(wanted, now)[1] else Observation.UNKNOWN


def _settled(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    if not now:
        return Settled.MOVING, f"{_resource(argv)} cannot be read"
    wanted = _wanted(argv)
    met, coming = _met(wanted, now)
    said = ", ".join(f"{name} {now[name]}" for name in wanted)
    if met:
        available = now[_STATUS] == "available"
        return (
            Settled.REACHED if available else Settled.MOVING,
            f"{said}; the instance is {now[_STATUS]}",
        )
    if coming and not parse_aws(argv).has("--apply-immediately"):
        return Settled.REACHED, f"{said}; the change waits for the maintenance window"
    if not coming and before and all(now[n] == before[n] for n in (*wanted, _STATUS)):
        return Settled.IGNORED, f"nothing changed: {said}, and nothing is pending"
    return Settled.MOVING, f"{said}; the instance is {now[_STATUS]}"


def _undo(argv: Argv, before: Mapping[str, str]) -> Argv | None:
    command, wanted = parse_aws(argv), _wanted(argv)
    name = command.get("--db-instance-identifier")
    # Storage only grows and an engine never goes back.
    if not name or not wanted or not before or wanted.keys() & {"storage (GiB)", "engine version"}:
        return None
    back: list[str] = []
    for option, (field, _) in _FIELDS.items():
        if field in wanted:
            back += [option, before[field]]
    if _MULTI_AZ in wanted:
        back.append("--multi-az" if before[_MULTI_AZ] == "true" else "--no-multi-az")
    at_once = ("--apply-immediately",) if command.has("--apply-immediately") else ()
    call = ("aws", "rds", "modify-db-instance", "--db-instance-identifier", name)
    return (*call, *back, *at_once)


MODIFY_DB_INSTANCE = Action(
    verify="describe-db-instances: the values are the new ones and the instance is available",
    resource=_resource,
    before=_before,
    state=_state,
    after=_after,
    done=_done,
    settled=_settled,
    undo=_undo,
)
