"""A duty's events in, its state out, and what is to be done about it now. Pure; no I/O, no clock.

A round is done only when every item of it is signed, and one of a restore test only when a restore
was completed and measured in it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from steadyhand.model.duty.events import (
    Definition,
    DutyCameDue,
    DutyDefined,
    DutyDone,
    DutyKind,
    DutyMissed,
    DutyOverdue,
    DutyRetired,
    DutySkipped,
    ItemSigned,
    RestoreMeasured,
    RestoreOpened,
)
from steadyhand.model.events import IllegalEvent
from steadyhand.model.next import Wait
from steadyhand.model.recurrence import following, latest
from steadyhand.model.run.events import Outcome


class DutyState(StrEnum):
    WAITING = "waiting"  # for the next time it comes due
    DUE = "due"
    OVERDUE = "overdue"
    ON_DEMAND = "on demand"  # it has no schedule
    RETIRED = "retired"


class Signature(Struct, frozen=True):
    by: str
    at: datetime
    note: str = ""


class Round(Struct, frozen=True):
    """One time that the duty is due and not yet done, skipped or missed."""

    due: datetime
    overdue_at: datetime
    items: tuple[str, ...]
    signed: Mapping[int, Signature] = field(default_factory=dict)
    overdue: bool = False
    restored: bool = False

    @property
    def unsigned(self) -> tuple[str, ...]:
        return tuple(item for n, item in enumerate(self.items) if n not in self.signed)


class Duty(Struct, frozen=True):
    """What the events of one duty add up to. Rounds that are over are in the journal only."""

    definition: Definition
    since: datetime  # what came before it is nobody's omission
    round: Round | None = None
    last_due: datetime | None = None
    last_done: datetime | None = None
    done: int = 0
    missed: int = 0
    skipped: int = 0
    unseen: int = 0
    retired: str = ""
    restoring: RestoreOpened | None = None
    restore: RestoreOpened | None = None  # the last one that was measured
    measured: RestoreMeasured | None = None

    @property
    def state(self) -> DutyState:
        if self.retired:
            return DutyState.RETIRED
        if self.round is not None:
            return DutyState.OVERDUE if self.round.overdue else DutyState.DUE
        never = self.definition.recurrence.never
        return DutyState.ON_DEMAND if never else DutyState.WAITING

    @property
    def complete(self) -> bool:
        """Whether nothing is left of the round that is open."""
        if self.round is None or self.round.unsigned:
            return False
        return self.round.restored or self.definition.kind is not DutyKind.RESTORE_TEST

    @property
    def after(self) -> datetime:
        """The moment after which it may come due again."""
        return max(self.since, self.last_due or self.since)

    @property
    def next_due(self) -> datetime | None:
        return following(self.definition.recurrence, self.after)


# --- evolve -----------------------------------------------------------------------------------


def _legal(condition: bool, why: str) -> None:
    if not condition:
        raise IllegalEvent(why)


def evolve(duty: Duty | None, event: object) -> Duty:
    """Apply one event. Raises IllegalEvent where the event cannot follow what was before."""
    if isinstance(event, DutyDefined):
        if duty is None:
            return Duty(event.definition, event.at)
        _legal(bool(duty.retired) or duty.definition != event.definition, "it says that already")
        # What an older schedule, or none, did not ask for is nobody's omission either.
        anew = bool(duty.retired) or duty.definition.recurrence != event.definition.recurrence
        since = event.at if anew else duty.since
        return replace(duty, definition=event.definition, since=since, retired="")
    if duty is None:
        raise IllegalEvent(f"{type(event).__name__} before DutyDefined")
    match event:
        case RestoreOpened() | RestoreMeasured():
            return _restoring(duty, event)
        case DutyRetired(reason):
            _legal(not duty.retired, "it is retired already")
            return replace(duty, retired=reason, round=None)
    _legal(not duty.retired, f"it is retired: {duty.retired}")
    match event:
        case DutyCameDue(due, overdue_at, items, _, unseen):
            _legal(duty.round is None, "its last round is not over")
            _legal(due > duty.after, "that round has been there already")
            _legal(overdue_at >= due, "a round is not overdue before it is due")
            _legal(bool(items) or duty.definition.kind is DutyKind.RESTORE_TEST, "nothing to do")
            begun = Round(due, overdue_at, items)
            return replace(duty, round=begun, last_due=due, unseen=duty.unseen + unseen)
        case ItemSigned() | DutyOverdue() | DutyMissed() | DutyDone() | DutySkipped():
            return _in_round(duty, event)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of a duty")


def _in_round(
    duty: Duty, event: ItemSigned | DutyOverdue | DutyMissed | DutyDone | DutySkipped
) -> Duty:
    begun = duty.round
    if begun is None:
        raise IllegalEvent(_not_due(duty))
    match event:
        case ItemSigned(item, by, at, note):
            _legal(0 <= item < len(begun.items), f"it has {len(begun.items)} items")
            _legal(item not in begun.signed, f"item {item + 1} is signed already")
            _legal(bool(by.strip()), "nobody signs it")
            signed = {**begun.signed, item: Signature(by, at, note)}
            return replace(duty, round=replace(begun, signed=signed))
        case DutyOverdue(at):
            _legal(not begun.overdue, "it is overdue already")
            _legal(at >= begun.overdue_at, "it is not overdue yet")
            return replace(duty, round=replace(begun, overdue=True))
        case DutyMissed(due):
            _legal(due == begun.due and not duty.complete, "that round was not missed")
            return replace(duty, round=None, missed=duty.missed + 1)
        case DutyDone(due, at):
            _legal(due == begun.due and duty.complete, "that round is not done")
            return replace(duty, round=None, last_done=at, done=duty.done + 1)
        case DutySkipped(_, reason):
            _legal(bool(reason.strip()), "a round is not skipped without a reason")
            return replace(duty, round=None, skipped=duty.skipped + 1)


def _not_due(duty: Duty) -> str:
    comes = duty.next_due
    return "it is not due" + (f" before {comes:%Y-%m-%d %H:%M} UTC" if comes else "")


def _restoring(duty: Duty, event: RestoreOpened | RestoreMeasured) -> Duty:
    restoring = duty.restoring
    match event:
        case RestoreOpened():
            _legal(restoring is None, "a restore is under way already")
            _legal(duty.definition.kind is DutyKind.RESTORE_TEST, "it is no restore test")
            return replace(duty, restoring=event)
        case RestoreMeasured(run, outcome):
            if restoring is None or restoring.run != run:
                raise IllegalEvent(f"run {run} is not its restore")
            measured = replace(duty, restoring=None, restore=restoring, measured=event)
            if outcome is Outcome.COMPLETED and duty.round is not None:
                return replace(measured, round=replace(duty.round, restored=True))
            return measured


# --- decide -----------------------------------------------------------------------------------


class Record(Struct, frozen=True):
    """Write this down; whoever is named in it is told in the same transaction."""

    event: DutyCameDue | DutyOverdue | DutyMissed | DutyDone


class AwaitRestore(Struct, frozen=True):
    """Look whether the run that restores has ended. `until` is when something else is due."""

    run: str
    until: datetime | None


Intent = Record | AwaitRestore


def decide(duty: Duty | None, now: datetime) -> Intent | Wait:
    """Name the one next thing. Pure and total."""
    if duty is None:
        return Wait(None, "it is not defined")
    if duty.retired and duty.restoring is None:
        return Wait(None, f"retired: {duty.retired}")
    event, until = _of_clock(duty, now)
    if event is not None:
        return Record(event)
    if duty.restoring is not None:
        return AwaitRestore(duty.restoring.run, until)
    return Wait(until, "due" if duty.round else "not due")


def _of_clock(
    duty: Duty, now: datetime
) -> tuple[DutyCameDue | DutyOverdue | DutyMissed | DutyDone | None, datetime | None]:
    """Give what the time says is to be written down; else when to look again."""
    if duty.retired:
        return None, None
    definition, begun = duty.definition, duty.round
    told = definition.owner if definition.channels else ""
    if begun is None:
        found = latest(definition.recurrence, duty.after, now)
        if found is None:
            return None, duty.next_due
        due, unseen = found
        overdue_at = due + timedelta(seconds=definition.grace_seconds)
        return DutyCameDue(due, overdue_at, definition.items, now, unseen), None
    if duty.complete:
        return DutyDone(begun.due, now), None
    comes = duty.next_due
    if comes is not None and comes <= now:
        return DutyMissed(begun.due, now, begun.unsigned, told), None
    if now >= begun.overdue_at and not begun.overdue:
        return DutyOverdue(now, told), None
    waits = [at for at in (None if begun.overdue else begun.overdue_at, comes) if at is not None]
    return None, min(waits, default=None)
