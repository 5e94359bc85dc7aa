"""Duties: keep those of a document, list, sign, report, skip; and what is done when one is due.

Plain functions of the control plane and the time it has; the loop that calls `drive_all` is
somebody else's.
"""

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.app.appending import append
from steadyhand.app.control import Control
from steadyhand.app.oncall.reminders import reminders
from steadyhand.app.oncall.restore_tests import measured
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.documents import Loaded, around
from steadyhand.engine.drive import Turn
from steadyhand.model.duty.derive import Derived, derive, unknown
from steadyhand.model.duty.events import (
    Definition,
    DutyDefined,
    DutyKind,
    DutyMissed,
    DutyOverdue,
    DutyRetired,
    DutySkipped,
    ItemSigned,
)
from steadyhand.model.duty.heard import duty_id, slug
from steadyhand.model.duty.state import AwaitRestore, Duty, Intent, Record, decide, evolve
from steadyhand.model.events import Recorded
from steadyhand.model.incident.notice import Notice
from steadyhand.model.next import Wait
from steadyhand.store import heartbeats
from steadyhand.store.journal import Conflict

_POLL = timedelta(seconds=0.5)  # between two looks at a run that restores


class Kept(Struct, frozen=True):
    """A duty under the id that it has in the journal."""

    id: str
    duty: Duty


def _path(loaded: Loaded) -> Path:
    return loaded.folder / Path(loaded.runbook.path).name


def derived(loaded: Loaded) -> tuple[Derived, ...]:
    """Say of all that comes again in a document whose duty it is, or why nobody's."""
    return derive(loaded.runbook, around(loaded))


def misspelt(loaded: Loaded) -> tuple[str, ...]:
    """Name what is set in [duties] and fits nothing in the document."""
    return unknown(derived(loaded), loaded.settings.duties)


def id_of(definition: Definition) -> str:
    """Give the id of a duty: it stays while system and name stay."""
    return duty_id(definition.system, definition.name)


def keep(control: Control, loaded: Loaded) -> tuple[Kept, ...]:
    """Write down what is new in a document's duties, and do what is due now. Idempotent.

    A duty that the document no longer has is retired; its journal stays.
    """
    path = str(_path(loaded).resolve())
    found = {
        id_of(d.definition): replace(d.definition, runbook=path)
        for d in derived(loaded)
        if d.definition
    }
    for key, definition in found.items():
        _define(control, key, definition)
    for one in listed(control):
        was = one.duty.definition
        of_it = was.runbook == path
        if of_it and one.id not in found and not one.duty.retired:
            gone = "the document no longer says it, or it is set to be nobody's"
            append(control, "duty", one.id, DutyRetired(gone, control.clock.now()))
    for key in found:
        control.engine.drive("duty", key)
    return tuple(find(control, key) for key in found)


def _define(control: Control, key: str, definition: Definition) -> None:
    turn = control.engine.turn("duty", key)
    duty: Duty | None = turn.state
    if duty is not None and not duty.retired:
        # The same file under another spelling of its path says nothing new.
        span = replace(duty.definition.span, path=definition.span.path)
        if replace(duty.definition, span=span) == definition:
            return
    with contextlib.suppress(Conflict):  # another process keeps it too, and has just written it
        turn.append(DutyDefined(definition, control.clock.now()))


def drive_all(control: Control) -> None:
    """Do what is due now of every duty that the journal knows. Any number of times, by anyone."""
    for one in listed(control):
        if not isinstance(decide(one.duty, control.clock.now()), Wait):
            control.engine.drive("duty", one.id)


def listed(control: Control) -> tuple[Kept, ...]:
    """List every duty that the journal knows, by name."""
    keys = [key for key, _ in control.journal.keys("duty")]
    found = (Kept(key, state) for key, state in control.engine.states("duty", keys))
    return tuple(sorted(found, key=lambda one: (one.duty.definition.system, one.id)))


def due(control: Control, now: datetime) -> tuple[Kept, ...]:
    """List the duties that somebody has to do now, what is overdue first.

    A round that has begun since anybody drove the duty is among them.
    """
    waiting = []
    for one in listed(control):
        duty = one.duty
        intent = decide(duty, now)
        while isinstance(intent, Record):  # as the journal will be when it is driven
            duty = evolve(duty, intent.event)
            intent = decide(duty, now)
        if duty.round is not None:
            waiting.append(replace(one, duty=duty))
    return tuple(sorted(waiting, key=_urgent))


def _urgent(one: Kept) -> tuple[bool, datetime]:
    begun = one.duty.round
    if begun is None:
        raise AssertionError("only what is due is sorted")
    return not begun.overdue, begun.overdue_at


def find(control: Control, name: str) -> Kept:
    """Find a duty by id, by name, or by a part of the id that only one has. Raises Problem."""
    everything = listed(control)
    wanted = name.casefold()
    for fits in (
        [one for one in everything if one.id == name],
        [one for one in everything if one.duty.definition.name.casefold() == wanted],
        [one for one in everything if wanted in one.id or slug(name) in one.id],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            ids = ", ".join(one.id for one in fits)
            raise Problem(f"“{name}” fits {len(fits)} duties: {ids}")
    raise Problem(f"there is no duty “{name}”; `steadyhand duties keep FILE` takes up a document's")


def history(control: Control, key: str) -> Sequence[Recorded]:
    """Read every event of a duty."""
    return control.journal.read("duty", find(control, key).id)


def sign(control: Control, key: str, items: Sequence[int], by: str, note: str = "") -> Kept:
    """Sign items of the round that is open (from 1; none given: all that are left).

    Raises Problem where it is not due, or an item is not there or signed already.
    """
    one = find(control, key)
    control.engine.drive("duty", one.id)
    one = find(control, one.id)
    begun = one.duty.round
    left = [n + 1 for n, item in enumerate(begun.items) if n not in begun.signed] if begun else []
    for item in items or left or [0]:
        append(control, "duty", one.id, ItemSigned(item - 1, by, control.clock.now(), note))
    control.engine.drive("duty", one.id)
    return find(control, one.id)


def report(
    control: Control, key: str, by: str, note: str = "", failed: bool = False
) -> Kept | None:
    """Take a program's word that its task is done, or that it `failed`: that is heard, and the
    duty stays to be done. None where it is not due: the next round asks for the next report."""
    one = find(control, key)
    beat = heartbeats.Beat(one.id, control.clock.now(), failed, note)
    heartbeats.record(control.journal.database, beat)
    control.engine.drive("duty", one.id)
    one = find(control, one.id)
    if one.duty.round is None:
        return None
    return one if failed else sign(control, one.id, (), by, note)


def heard(control: Control, beat: heartbeats.Beat, by: str) -> None:
    """Keep a heartbeat; where it is that of one program's task, that duty is done by it."""
    heartbeats.record(control.journal.database, beat)
    meant = [one for one in _tasks(control) if one.id == beat.name] or tasks_of(control, beat.name)
    if len(meant) == 1:
        report(control, meant[0].id, by, beat.detail, beat.failed)


def tasks_of(control: Control, name: str) -> list[Kept]:
    """List the programs' tasks that go by a bare name: of each system there may be one."""
    return [one for one in _tasks(control) if slug(one.duty.definition.name) == slug(name)]


def _tasks(control: Control) -> list[Kept]:
    tasks = (one for one in listed(control) if one.duty.definition.kind is DutyKind.TASK)
    return [one for one in tasks if not one.duty.retired]


def skip(control: Control, key: str, by: str, reason: str) -> Kept:
    """Say that the round that is open is not done, and why. Raises Problem."""
    one = find(control, key)
    control.engine.drive("duty", one.id)
    append(control, "duty", one.id, DutySkipped(by, reason, control.clock.now()))
    return find(control, one.id)


# --- what is done ------------------------------------------------------------------------------


def doer(control: Control) -> Callable[[Intent, Turn], Wait | None]:
    """Give what carries out an intent of a duty."""

    def do(intent: Intent, turn: Turn) -> Wait | None:
        match intent:
            case Record(event):
                told = _told(control, event, turn)
                turn.append(told[0], notices=told[1])
            case AwaitRestore(run, until):
                event_after = measured(control, turn.state.restoring)
                if event_after is None:
                    again = turn.now() + _POLL
                    return Wait(min(again, until) if until else again, f"run {run}")
                turn.append(event_after)
        return None

    return do


def _told(control: Control, event: object, turn: Turn) -> tuple[object, tuple[Notice, ...]]:
    """Tell the owner what is late: once when it is overdue, and when it was never done."""
    duty: Duty = turn.state
    definition = duty.definition
    match event:
        case DutyOverdue() if duty.round is not None:
            subject, left, since = "overdue", duty.round.unsigned, duty.round.due
        case DutyMissed(since, _, left):
            subject = "missed"
        case _:
            return event, ()
    body = "\n".join(
        (
            f"due {since:%Y-%m-%d %H:%M} UTC ({definition.recurrence.words}); not done:",
            *(f"- {item}" for item in left or ("a restore, measured",)),
            f"{definition.span}: {definition.text}",
        )
    )
    title = f"{definition.system}: {definition.name}: {subject}"
    wanted = Notice("", "", subject, definition.owner, "", title, body, system=definition.system)
    notices, names = reminders(control, turn, wanted, definition.runbook)
    return replace(event, told=names), notices
