"""Restore tests: a procedure of the document carried out as a run, timed, and held against what the
document asks of a recovery.

The run is an ordinary one, with its gate and its approvals; this only reads beside it.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.actions.aws.argv import parse_aws
from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.app.running import runs
from steadyhand.app.targets import resolve_again
from steadyhand.model.change.deployment import read_time
from steadyhand.model.duty.derive import targets
from steadyhand.model.duty.events import Figures, RestoreMeasured, RestoreOpened
from steadyhand.model.duty.measure import Up, figures, left_behind
from steadyhand.model.duty.state import Duty
from steadyhand.model.events import IllegalEvent
from steadyhand.model.run.events import Outcome
from steadyhand.model.run.plan import Plan
from steadyhand.model.run.state import Run
from steadyhand.model.run.target import Target
from steadyhand.store.journal import Conflict
from steadyhand.world.door import Call, Lost, Refused, World, ask

_INSTANCE = "--db-instance-identifier"
_AVAILABLE = "available"
_PATIENCE = timedelta(hours=6)  # after the run, for what it restored to come up
_AT_ONCE = timedelta(seconds=2)


class Source(Struct, frozen=True):
    """The database that a plan restores, and what could be restored of it when that was read."""

    name: str
    newest: datetime | None
    unread: str
    snapshots: dict[str, datetime]


def begin(
    control: Control,
    duty: str,
    loaded: Loaded,
    plan: Plan,
    target: Target,
    by: str,
    fault_at: datetime | None = None,
) -> str:
    """Open the run of a restore test under the duty it is for; the run's id.

    `fault_at` is when the data is taken to be lost; without it, now. Raises Problem.
    """
    state: Duty = control.engine.turn("duty", duty).state
    if state.restoring is not None:
        raise Problem(f"{duty}: run {state.restoring.run} restores already", 1)
    now = control.clock.now()
    fault_at = fault_at or now
    if fault_at > now:
        raise Problem(f"the fault is at {fault_at:%Y-%m-%d %H:%M:%S %Z}: that is still to come")
    source = read_source(control.reading_world(target), plan, fault_at)
    run = runs.start(control, plan, by)
    opened = RestoreOpened(
        run=run,
        procedure=plan.procedure,
        target=plan.target,
        factor=target.factor,
        fault_at=fault_at,
        by=by,
        at=now,
        newest=source.newest,
        unread=source.unread,
        source=source.name,
        snapshots=source.snapshots,
        targets=targets(loaded.runbook),
    )
    try:
        control.engine.turn("duty", duty).append(opened)
    except (IllegalEvent, Conflict) as error:
        raise Problem(f"{duty}: {error}; run {run} was opened and is not begun", 1) from None
    return run


def measured(control: Control, restoring: RestoreOpened) -> RestoreMeasured | None:
    """Measure the run of a restore test; None while it has not ended, or what it restored is still
    on its way: a recovery is over when that is available, not when the last command returned."""
    now = control.clock.now()
    run: Run | None = control.engine.turn("run", restoring.run).state
    if run is None:
        nothing = Figures(None, None, None, unknown=("its run was never opened",))
        return RestoreMeasured(restoring.run, Outcome.FAILED, nothing, now)
    if run.outcome is None:
        return None
    history = control.journal.read("run", restoring.run)
    up = Up()
    if run.outcome is Outcome.COMPLETED:
        found = [_up(control, restoring.target, name) for name in left_behind(history)]
        ended = history[-1].at
        if any(not one for one in found) and now - ended < _PATIENCE:
            return None
        wrong = [one for one in found if one and one != _AVAILABLE]
        wrong += ["what was restored is not available" for one in found if not one]
        # Seen at once: it was up when the run ended. Else it came up just before this look.
        at = None if now - ended < _AT_ONCE or not found else now
        up = Up(at, "; ".join(wrong))
    return RestoreMeasured(restoring.run, run.outcome, figures(restoring, history, up), now)


def _up(control: Control, target: str, name: str) -> str:
    """Say "available", why that cannot be known, or "" while it is on its way."""
    try:
        world = control.reading_world(resolve_again(target, control.lab_file))
        rows = _rows(_json(world, "describe-db-instances", _INSTANCE, name))
    except Problem as problem:
        return f"{name} could not be looked at: {problem}"
    if not rows:
        return f"{name} is not there, or could not be looked at"
    return _AVAILABLE if rows[0].get("DBInstanceStatus") == _AVAILABLE else ""


# --- what is read beside it -----------------------------------------------------------------------


def read_source(world: World, plan: Plan, fault_at: datetime) -> Source:
    """Read what could be restored at the moment of the fault of the database that a plan names."""
    name, wanted = _named(plan)
    if not name and not wanted:
        return Source("", None, "the plan names no database and no snapshot", {})
    if not name:
        found = _json(world, "describe-db-snapshots", "--db-snapshot-identifier", wanted)
        name = next((str(s.get("DBInstanceIdentifier", "")) for s in _rows(found)), "")
    if not name:
        return Source("", None, f"whose snapshot {wanted} is could not be read", {})
    listed = _json(world, "describe-db-snapshots", _INSTANCE, name)
    snapshots = dict(_snapshots(_rows(listed)))
    of_it = _json(world, "describe-db-instances", _INSTANCE, name)
    shipped = [read_time(row.get("LatestRestorableTime")) for row in _rows(of_it)]
    # What was shipped after the fault reaches to the fault itself; a snapshot made after it does
    # not: it holds what the fault has left.
    moments = [min(at, fault_at) for at in shipped if at is not None]
    moments += [at for at in snapshots.values() if at <= fault_at]
    newest = max(moments, default=None)
    unread = "" if newest else f"no restorable time of {name} could be read"
    return Source(name, newest, unread, snapshots)


def _named(plan: Plan) -> tuple[str, str]:
    """Give the database that is restored, and the snapshot; "" for what the plan leaves open."""
    values = plan.values()
    instance = snapshot = ""
    for argv in _argvs(plan, values):
        command = parse_aws(argv)
        if command.service == "rds" and command.operation.startswith("restore-db-"):
            instance = instance or command.get("--source-db-instance-identifier") or ""
            snapshot = snapshot or command.get("--db-snapshot-identifier") or ""
    return _known(instance), _known(snapshot)


def _argvs(plan: Plan, values: dict[str, str]) -> Iterator[tuple[str, ...]]:
    for planned in plan.steps:
        for command in planned.step.commands:
            yield tuple(_filled(word.shown, values) for word in command.words)


def _filled(word: str, values: dict[str, str]) -> str:
    name = word.removeprefix("<").removesuffix(">")
    return values.get(name, word)


def _known(name: str) -> str:
    return "" if any(mark in name for mark in "<>$`") else name


def _json(world: World, operation: str, option: str, name: str) -> object:
    argv = ("aws", "rds", operation, option, name, "--output", "json")
    try:
        answer = ask(world, Call(argv))
    except (Refused, Lost):
        return None
    try:
        return json.loads(answer.text) if answer.exit_code == 0 else None
    except ValueError:
        return None


def _rows(answer: object) -> list[dict[str, object]]:
    if not isinstance(answer, dict):
        return []
    listed = answer.get("DBSnapshots", answer.get("DBInstances", []))
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def _snapshots(rows: Iterable[dict[str, object]]) -> Iterator[tuple[str, datetime]]:
    for row in rows:
        at = read_time(row.get("SnapshotCreateTime"))
        if at is not None and row.get("Status") == "available":
            yield str(row.get("DBSnapshotIdentifier", "")), at
