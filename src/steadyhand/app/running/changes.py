"""Changes: records of runs and of deployments seen, what people add to them, and what was changed
lately.

Plain functions of the control plane and the time it has; the loop that calls them is somebody
else's.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from steadyhand.app.appending import append
from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.documents import Loaded, system_of
from steadyhand.engine.drive import Turn
from steadyhand.model.change.deployment import DeploymentSeen, read_service
from steadyhand.model.change.events import (
    ChangeApproved,
    ChangeBegan,
    ChangeEnded,
    ChangeKind,
    ChangeOpened,
    DeploymentLinked,
    Item,
    ItemTicked,
    Result,
    TroubleSeen,
    WayBackNamed,
)
from steadyhand.model.change.follow import changes, next_of, opened, touched
from steadyhand.model.change.state import Change, ChangeState, Follow, Intent, Record
from steadyhand.model.document.runbook import Runbook
from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.conduct import Linked
from steadyhand.model.incident.events import ENDS
from steadyhand.model.incident.state import Incident
from steadyhand.model.next import Wait
from steadyhand.model.run.events import RunOpened
from steadyhand.model.run.target import Target
from steadyhand.model.settings.binding import ServiceName
from steadyhand.plan.guards import MONITOR, before_deployment, seconds_in
from steadyhand.store.journal import Conflict
from steadyhand.watch.deployments import argv
from steadyhand.world.door import Call, Lost, Refused, ask

# Runs and deployments that began longer ago are nobody's news: they get no record any more.
_HORIZON = timedelta(days=7)
LOOKBACK = timedelta(hours=1)  # what was changed so long before an incident is told of with it
# A deployment is a run's when the service tells of it from just before the run's first change to
# this long after its end.
_BEFORE, _AFTER = timedelta(seconds=5), timedelta(seconds=60)
_NEVER = datetime.max.replace(tzinfo=UTC)
_POLL = timedelta(seconds=0.5)


class Kept(Struct, frozen=True):
    """A change under the id that its record has."""

    id: str
    change: Change


def recent(control: Control, since: datetime) -> tuple[Kept, ...]:
    """Give what was changed since a moment, and what is being changed, newest first.

    Runs need nobody who keeps their records: what they changed is found here either way.
    """
    keep_runs(control, since - timedelta(days=1))
    found = listed(control, since - _HORIZON)
    lately = [one for one in found if one.change.began is not None and _last(one.change) >= since]
    return tuple(sorted(lately, key=lambda one: one.change.at, reverse=True))


def _last(change: Change) -> datetime:
    """Tell until when something was changed: what is under way is being changed now."""
    return change.ended.at if change.ended is not None else _NEVER


def listed(control: Control, since: datetime | None = None) -> tuple[Kept, ...]:
    """List every change whose record was begun since a moment, oldest first."""
    keys = control.journal.keys("change")
    return _kept(control, [key for key, at in keys if since is None or at >= since])


def _kept(control: Control, keys: Sequence[str]) -> tuple[Kept, ...]:
    return tuple(Kept(key, state) for key, state in control.engine.states("change", keys))


def find(control: Control, name: str) -> Kept:
    """Find a change by its id, its run, its deployment, or a part of the id that only one has.

    Raises Problem.
    """
    keep_runs(control, control.clock.now() - _HORIZON)
    everything = listed(control)
    for fits in (
        [one for one in everything if name in {one.id, one.change.opened.source}],
        [one for one in everything if name in one.id],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            ids = ", ".join(one.id for one in fits)
            raise Problem(f"“{name}” fits {len(fits)} changes: {ids}")
    raise Problem(f"there is no change “{name}”; `steadyhand changes list` shows them")


# --- keeping the records --------------------------------------------------------------------------


def keep(control: Control) -> None:
    """Bring every record up to date: runs, incidents in their time, ends of watching."""
    keep_runs(control, control.clock.now() - _HORIZON)
    _link_troubles(control)
    for one in _not_closed(control):
        control.engine.drive("change", one.id)
    _link_to_incidents(control)


def _not_closed(control: Control) -> tuple[Kept, ...]:
    return _kept(control, [key for key, _ in control.journal.unfinished("change", "ChangeClosed")])


def keep_runs(control: Control, since: datetime) -> None:
    """Open a record for each run since a moment that changes something, and take over what those
    that are not over have done."""
    known = {key for key, _ in control.journal.keys("change")}
    for run, at in control.journal.keys("run"):
        key = f"run-{run}"
        if key not in known and at >= since:
            first = control.journal.read("run", run, types=("RunOpened",))[0]
            if isinstance(first.event, RunOpened) and changes(first.event.plan):
                system = system_of(Path(first.event.plan.runbook))
                _open(control, key, opened(run, first.event, first.at, system))
    for one in _not_closed(control):
        if one.change.ended is None and one.change.opened.kind is ChangeKind.RUN:
            control.engine.drive("change", one.id)


def _open(control: Control, key: str, event: ChangeOpened) -> bool:
    turn = control.engine.turn("change", key)
    if turn.state is not None:
        return False
    try:
        turn.append(event)
    except Conflict:
        return False  # another process has just opened the same one
    return True


def _link_troubles(control: Control) -> None:
    """Link the incidents that began in the time of a change of their system."""
    waiting = [one for one in _not_closed(control) if one.change.began is not None]
    if not waiting:
        return
    earliest = min(one.change.at for one in waiting)
    begun = {key: at for key, at in control.journal.keys("incident") if at >= earliest}
    for key, incident in control.engine.states("incident", tuple(begun)):
        at = begun[key]
        for one in waiting:
            change = one.change
            same = change.opened.system == incident.opened.system
            known = {trouble.incident for trouble in change.troubles}
            if same and key not in known and change.at <= at < _watched_until(change):
                append(control, "change", one.id, TroubleSeen(key, incident.opened.alarm, at))


def _link_to_incidents(control: Control) -> None:
    """Tell each incident that is not over what was changed of its system shortly before it."""
    keys = control.journal.unfinished("incident", *ENDS)
    incidents = list(control.engine.states("incident", [key for key, _ in keys]))
    if not incidents:
        return
    lately = recent(control, min(one.opened.onset for _, one in incidents) - LOOKBACK)
    for key, incident in incidents:
        for one in lately:
            if _shortly_before(one.change, incident) and ("change", one.id) not in incident.links:
                title = one.change.opened.title
                why = f"{title} at {one.change.at:%H:%M:%S}, before it began"
                with contextlib.suppress(Conflict, IllegalEvent):  # the next look does it
                    turn = control.engine.turn("incident", key)
                    turn.append(Linked("change", one.id, why, control.clock.now()))


def _shortly_before(change: Change, incident: Incident) -> bool:
    opened = incident.opened
    lately = _last(change) >= opened.onset - LOOKBACK
    return lately and change.opened.system == opened.system and change.at <= opened.at


def _watched_until(change: Change) -> datetime:
    if change.watch is not None:
        return change.watch.until
    if change.ended is None:
        return _NEVER
    return change.ended.at + timedelta(seconds=change.opened.watch_seconds)


# --- deployments that are seen --------------------------------------------------------------------


def see_deployments(
    control: Control, loaded: Loaded, target: Target, system: str
) -> tuple[str, ...]:
    """Look at the services that the settings name, and keep a record of each deployment that is
    new. Those that a run of ours has made are linked to it. Returns what could not be read."""
    keep_runs(control, control.clock.now() - _HORIZON)
    unread = []
    for service in services(loaded):
        try:
            answer = ask(control.reading_world(target), Call(argv(service)))
            seen = read_service(answer.text) if answer.exit_code == 0 else None
        except (Refused, Lost, ValueError) as error:
            unread.append(f"{service.name}: {error}")
            continue
        if seen is None:
            unread.append(f"{service.name}: {answer.stderr.decode(errors='replace').strip()}")
            continue
        for deployment in reversed(seen.deployments):
            if deployment.at >= control.clock.now() - _HORIZON:
                _keep_deployment(control, loaded, target, system, deployment)
    return tuple(unread)


def services(loaded: Loaded) -> tuple[ServiceName, ...]:
    """Name the services that the alarms of the settings are about."""
    named = (binding.service for binding in loaded.settings.alarms.values())
    return tuple(dict.fromkeys(one for one in named if one is not None))


def _keep_deployment(
    control: Control, loaded: Loaded, target: Target, system: str, seen: DeploymentSeen
) -> None:
    digest = hashlib.sha256(f"{target.words}{seen.service}{seen.id}".encode()).hexdigest()[:6]
    key = f"deployment-{seen.at:%Y%m%d-%H%M%S}-{digest}"
    everything = listed(control, control.clock.now() - 2 * _HORIZON)
    if any(seen.id in (one.change.opened.source, *one.change.deployments) for one in everything):
        return
    for one in everything:
        if _is_of(control, one.change, target, seen):
            append(control, "change", one.id, DeploymentLinked(seen.id, control.clock.now()))
            return
    what = f"{seen.service}: {seen.old or '?'} → {seen.new or '?'}"
    if _open(control, key, _of_deployment(loaded, target, system, seen)):
        append(control, "change", key, ChangeBegan(what, seen.at))
        append(control, "change", key, ChangeEnded(Result.DONE, f"seen at {seen.service}", seen.at))
        control.engine.drive("change", key)


def _is_of(control: Control, change: Change, target: Target, seen: DeploymentSeen) -> bool:
    """Tell whether a deployment is what a run of ours has done."""
    if change.opened.kind is not ChangeKind.RUN or change.began is None:
        return False
    same = change.opened.target.split()[0] == target.name
    ended = change.ended.at + _AFTER if change.ended else seen.at
    if not same or not change.began.at - _BEFORE <= seen.at <= ended:
        return False
    return touched(control.journal.read("run", change.opened.source), seen.service)


def _of_deployment(
    loaded: Loaded, target: Target, system: str, seen: DeploymentSeen
) -> ChangeOpened:
    runbook = loaded.runbook
    freeze = loaded.settings.rules().frozen(seen.at)
    approval = next((r for r in runbook.facts.safety if "approval" in r.about), None)
    watch = max((seconds_in(MONITOR, rule.text) for rule in runbook.facts.safety), default=0.0)
    return ChangeOpened(
        kind=ChangeKind.DEPLOYMENT,
        title=f"deployment of {seen.service}",
        system=system,
        target=target.words,
        source=seen.id,
        at=seen.at,
        runbook=runbook.path,
        resources=(f"ecs service {seen.service}",),
        checklist=tuple(Item(text) for one in before_deployment(runbook) for text in one.items),
        asks_approval=f"{approval.text} ({approval.span})" if approval else "",
        way_back=_way_back(runbook, seen),
        watch_seconds=watch / target.factor,
        frozen=freeze.words if freeze else "",
    )


def _way_back(runbook: Runbook, seen: DeploymentSeen) -> str:
    """Name the document's way back, with what was there before."""
    named = next((p for p in runbook.procedures if "rollback" in _plain(p.title)), None)
    if named is None:
        return ""
    before = f", to {seen.old}" if seen.old else ""
    return f"{named.title} ({named.span}){before}"


def _plain(title: str) -> str:
    return title.casefold().replace("roll back", "rollback").replace("roll-back", "rollback")


# --- what people add ---------------------------------------------------------------------------


def approve(control: Control, name: str, by: str) -> Kept:
    """Write down that somebody approves a change. Raises Problem.

    The steps of a run are approved with `approve RUN`: this is for what was changed elsewhere.
    """
    one = find(control, name)
    if one.change.opened.kind is ChangeKind.RUN and one.change.ended is None:
        source = one.change.opened.source
        raise Problem(f"{one.id} is a run: `steadyhand approve {source}` shows what it asks")
    now = control.clock.now()
    append(control, "change", one.id, ChangeApproved(by, now, one.change.began is not None))
    return find(control, one.id)


def tick(control: Control, name: str, items: tuple[int, ...], by: str) -> Kept:
    """Tick items of a change's checklist, counted from 1. Raises Problem."""
    one = find(control, name)
    for item in items:
        append(control, "change", one.id, ItemTicked(item - 1, by, control.clock.now()))
    return find(control, one.id)


def name_way_back(control: Control, name: str, words: str, by: str) -> Kept:
    """Say how a change goes back. Raises Problem."""
    one = find(control, name)
    append(control, "change", one.id, WayBackNamed(words, by, control.clock.now()))
    return find(control, one.id)


# --- what is done ------------------------------------------------------------------------------


def doer(control: Control) -> Callable[[Intent, Turn], Wait | None]:
    """Give what carries out an intent of a change record."""

    def do(intent: Intent, turn: Turn) -> Wait | None:
        match intent:
            case Record(event):
                turn.append(event)
            case Follow(run):
                event_after = next_of(turn.state, control.journal.read("run", run))
                if event_after is None:
                    return Wait(turn.now() + _POLL, f"run {run}")
                turn.append(event_after)
        return None

    return do


def open_now(control: Control) -> Iterator[Kept]:
    """Give the changes that are under way or watched now."""
    for one in listed(control, control.clock.now() - _HORIZON):
        if one.change.state in {ChangeState.UNDER_WAY, ChangeState.DONE, ChangeState.WATCHED}:
            yield one
