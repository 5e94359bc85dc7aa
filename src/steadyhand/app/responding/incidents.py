"""Incidents, as people lead them: every use of the command line and of the API.

Plain functions of a Control. Who they are told to is found in the outbox, so that none of them
needs the document; only a change of severity does, for the path that holds then.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.responding.incident_list import find
from steadyhand.app.responding.opening import Opening
from steadyhand.app.responding.telling import made, to_told
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.engine.drive import Turn
from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.conduct import (
    EveryonePaged,
    Linked,
    NoteAdded,
    Reopened,
    RoleGiven,
    TaskAdded,
    TaskDone,
    UpdatePosted,
)
from steadyhand.model.incident.events import Acknowledged, Mitigated, RemedyChosen, Resolved
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident
from steadyhand.model.run.target import Target
from steadyhand.respond.whole import remedies, whole_of
from steadyhand.respond.whom import everyone
from steadyhand.store.journal import Conflict

_TRIES = 5  # its driver appends too: look again then

# --- what people do ------------------------------------------------------------------------------


def acknowledge(control: Control, key: str, by: str, how: str = "") -> None:
    """Write down who took an incident up, once; everybody who was paged is told.

    Whoever acknowledges what is taken up or resolved already changes nothing.
    """

    def event(turn: Turn) -> tuple[object, list[Notice]] | None:
        incident: Incident = turn.state
        if incident.acknowledged_by or not incident.open:
            return None
        told = to_told(control, turn, "acknowledged", f"acknowledged by {by}", but=by)
        return Acknowledged(by, control.clock.now(), how), told

    _append(control, key, event)


def resolve_by_hand(control: Control, key: str, by: str, reason: str) -> None:
    """Resolve an incident on somebody's word. Raises Problem, also while a remedy is run."""

    def event(turn: Turn) -> tuple[object, list[Notice]]:
        now, incident = control.clock.now(), turn.state
        seconds = (now - incident.opened.at).total_seconds()
        said = f"resolved by {by}: {reason}"
        return Resolved(now, seconds, by, reason), to_told(control, turn, "resolved", said)

    _append(control, key, event)


def reopen(control: Control, key: str, by: str, reason: str) -> None:
    """Open an incident again that was resolved, or whose mitigation did not last."""

    def event(_turn: Turn) -> tuple[object, list[Notice]]:
        return Reopened(f"opened again by {by}: {reason}", control.clock.now(), by=by), []

    _append(control, key, event)


def change_severity(
    control: Control, loaded: Loaded, key: str, severity: str, by: str, reason: str
) -> None:
    """Change the severity, and with it the escalation path and the clock. Raises Problem."""
    opened = find(control, key).opened
    target = Target(opened.target, "", "", factor=opened.factor)  # only durations are needed of it

    def event(turn: Turn) -> tuple[object, list[Notice]]:
        incident: Incident = turn.state
        opening = Opening(control, loaded, target, incident.opened.system)
        changed = opening.change(severity, reason, by, incident)
        if changed.rank is None:
            known = ", ".join(row.name for row in loaded.runbook.facts.severities)
            raise Problem(f"the document has no severity {severity!r}; it has: {known or 'none'}")
        said = f"severity {changed.severity} (was {incident.severity or 'none'}): {reason}"
        return changed, to_told(control, turn, "news", said)

    _append(control, key, event)


def note(control: Control, key: str, by: str, text: str) -> None:
    """Write a note into the timeline."""
    _append(control, key, lambda _: (NoteAdded(text, by, control.clock.now()), []))


def post_update(control: Control, key: str, by: str, text: str) -> None:
    """Tell those who wait for news how it stands: the next update is due a cadence from now."""
    _append(control, key, lambda _: (UpdatePosted(text, by, control.clock.now()), []))


def give_role(control: Control, key: str, role: str, person: str, by: str) -> None:
    _append(control, key, lambda _: (RoleGiven(role, person, by, control.clock.now()), []))


def add_task(
    control: Control, key: str, text: str, by: str, due_seconds: float | None = None
) -> str:
    """Add a task and return its name."""
    names: list[str] = []

    def event(turn: Turn) -> tuple[object, list[Notice]]:
        now = control.clock.now()
        names.append(f"t{len(turn.state.tasks) + 1}")
        due = None if due_seconds is None else now + timedelta(seconds=due_seconds)
        return TaskAdded(names[-1], text, by, now, due), []

    _append(control, key, event)
    return names[-1]


def finish_task(control: Control, key: str, task: str, by: str) -> None:
    _append(control, key, lambda _: (TaskDone(task, by, control.clock.now()), []))


def link(control: Control, key: str, kind: str, thing: str, why: str) -> None:
    """Write down that a run, a change or another incident belongs to an incident."""
    _append(control, key, lambda _: (Linked(kind, thing, why, control.clock.now()), []))


def mitigate(control: Control, key: str, by: str, how: str) -> None:
    """Write down that somebody has done something about it: recovery is watched from now on.

    Raises Problem, also where nothing is said of it.
    """
    if not how.strip():  # not in `evolve`: journals have such events
        raise Problem(f"{key}: say what was done about it")
    _append(control, key, lambda _: (Mitigated(control.clock.now(), by, how), []))


def choose_remedy(
    control: Control, key: str, section: str, by: str, runbook: Path | None = None
) -> None:
    """Pick a part of the procedure as the remedy. Raises Problem for what is no such part.

    Of a security alert, a procedure that it offers may be picked, too: all of it is run then.
    `runbook` is where the document is now, if it is no more where it was.
    """
    opened = find(control, key).opened
    offers = opened.measure.offers if opened.measure is not None else ()
    wanted = section.casefold()
    offer = next((o for o in offers if wanted in {o.title.casefold(), o.procedure}), None)
    if offer is not None:
        _append(control, key, lambda _: (RemedyChosen(offer.title, by, offer.procedure), []))
        return
    procedure, loaded = opened.procedure, documents.load(runbook or Path(opened.runbook))
    if not procedure:
        raise Problem(f"incident {key} follows no procedure; `steadyhand run` carries one out")
    there = remedies(whole_of(loaded.runbook.procedures, procedure))
    offered = [offer.title for offer in offers]
    named = [one for one in there if one.casefold() == section.casefold()]
    if not named:
        listed = ", ".join(f"“{one}”" for one in (*there, *offered)) or "none"
        raise Problem(f"“{section}” is no part of the procedure that changes anything: {listed}")
    _append(control, key, lambda _: (RemedyChosen(named[0], by), []))


def page_everyone(
    control: Control, loaded: Loaded, key: str, by: str, reason: str
) -> tuple[str, ...]:
    """Break the glass: tell everybody there is, whatever is silenced. Returns who is told."""
    reached = everyone(loaded.settings)
    names = tuple(one.name for one in reached)

    def event(turn: Turn) -> tuple[object, list[Notice]]:
        said = f"{by} calls everybody: {reason}"
        told = made(turn, "everyone", reached, "page", said)
        return EveryonePaged(by, reason, control.clock.now(), names), told

    _append(control, key, event)
    return names


_Event = Callable[[Turn], tuple[object, list[Notice]] | None]


def _append(control: Control, key: str, event: _Event) -> None:
    """Append what somebody did, against the state as it is then. Raises Problem."""
    find(control, key)
    for _ in range(_TRIES):
        turn = control.engine.turn("incident", key)
        said = event(turn)
        if said is None:
            return
        try:
            turn.append(said[0], notices=said[1])
        except Conflict:
            continue
        except IllegalEvent as error:
            raise Problem(f"{key}: {error}") from None
        return
    raise Problem(f"{key}: others write to it without pause; try again", 1)
