"""An incident in; everything that its clocks bring about, each with its time, out. Pure.

One list says both what is due and what is waited for, so that nothing can be waited past.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.model.incident.conduct import (
    AcknowledgementExpired,
    EveryonePaged,
    PagedAgain,
    PagesReleased,
    PagingEnded,
    ResponseAtRisk,
    ResponseBreached,
    Rung,
    TaskAdded,
    TaskOverdue,
    TimeBox,
    UpdateDue,
)
from steadyhand.model.incident.events import Escalated, LevelPaged
from steadyhand.model.incident.state import Incident
from steadyhand.model.settings.on import On

_AT_RISK = 0.8  # of the time to respond in


class Timer(Struct, frozen=True):
    """At `at`, what `event` gives for the time it is then; `tells` is who is to be reached."""

    at: datetime
    event: Callable[[datetime], object]
    tells: bool = False


def timers(incident: Incident) -> Iterator[Timer]:
    """Give every timer of an open incident: those that tell people first, lower levels first."""
    expires = _expires(incident)
    if expires is not None:
        by = incident.acknowledged_by
        yield Timer(expires, lambda now: AcknowledgementExpired(by, now))
    held = incident.paging.held
    if held is not None:
        yield Timer(held.until, lambda now: PagesReleased(f"{held.silence} is over", now))
    else:
        yield from _paging(incident)
    yield from _answering(incident)
    yield from _working(incident)


def due(incident: Incident, now: datetime) -> Timer | None:
    """Give the first timer whose time has come."""
    return next((timer for timer in timers(incident) if timer.at <= now), None)


def next_at(incident: Incident) -> datetime | None:
    """Say when the next timer comes; None where nothing is waited for."""
    return min((timer.at for timer in timers(incident)), default=None)


def _expires(incident: Incident) -> datetime | None:
    """An acknowledgement is good for so long, unless something has been done meanwhile."""
    seconds, since = incident.opened.acknowledge_seconds, incident.paging.acknowledged_at
    helped = incident.mitigated is not None and not incident.missed
    if seconds is None or since is None or not incident.acknowledged_by or helped:
        return None
    return since + timedelta(seconds=seconds)


# --- who is told ------------------------------------------------------------------------------


def untold(incident: Incident) -> list[Rung]:
    """The levels that the clock brings in, in their order. The first one is always one."""
    gone = (*incident.told, *incident.paging.skipped)
    return [
        level
        for position, level in enumerate(incident.levels)
        if level.name not in gone and (position == 0 or level.after_seconds is not None)
    ]


def _paging(incident: Incident) -> Iterator[Timer]:
    paging = incident.paging
    left = untold(incident)
    times = [at for level in left if (at := level_at(incident, level)) is not None]
    if left and times:
        # A higher level that is due first is told after the lower ones, all at once then.
        yield Timer(min(times), lambda now: _telling(incident, left[0], now), tells=True)
    if paging.again:
        name, why = paging.again[0], paging.again_why or "nobody has taken it up"
        yield Timer(paging.starts, lambda now: _again(incident, name, why, now), tells=True)
        return
    yield from _nobody(incident, left)
    yield from _repeating(incident)


def level_at(incident: Incident, level: Rung) -> datetime | None:
    """Say when a level is due; None while somebody has taken it up and the level is for that.

    Where nobody could be told at the level before, or nothing arrived there, it is due at once.
    """
    if level.on is On.UNACKNOWLEDGED and incident.acknowledged_by:
        return None
    names = [one.name for one in incident.levels]
    before = [
        one.name
        for position, one in enumerate(incident.levels[: names.index(level.name)])
        if position == 0 or one.after_seconds is not None
    ]
    lost = incident.paging.skipped
    if not incident.acknowledged_by:  # whoever took it up knows, however they learned of it
        lost += incident.paging.unreached
    if before and before[-1] in lost:
        return incident.paging.starts
    return incident.paging.starts + timedelta(seconds=level.after_seconds or 0)


def _telling(incident: Incident, level: Rung, now: datetime) -> LevelPaged | Escalated:
    if level.name == incident.levels[0].name:
        return LevelPaged(level.name, level.contact, (), now)
    skipped = incident.paging.skipped
    if skipped and not incident.told:
        return Escalated(level.name, level.contact, (), f"nobody at {', '.join(skipped)}", now)
    if incident.told and incident.told[-1] in incident.paging.unreached:
        why = f"no channel took what was told to {incident.told[-1]}"
        return Escalated(level.name, level.contact, (), why, now)
    seconds = (now - incident.paging.began).total_seconds() * incident.opened.factor
    state = "acknowledged" if level.on is On.UNACKNOWLEDGED else "resolved"
    why = f"not {state} after {seconds / 60:.0f} min (“{level.when}”)"
    return Escalated(level.name, level.contact, (), why, now)


def _again(incident: Incident, name: str, why: str, now: datetime) -> PagedAgain:
    contacts = {level.name: level.contact for level in incident.levels}
    return PagedAgain(name, contacts.get(name, ""), (), why, now)


def _nobody(incident: Incident, left: list[Rung]) -> Iterator[Timer]:
    """Where no level could be told, or nothing arrived at any, everybody is: nothing ends in
    silence."""
    paging = incident.paging
    silent = set(incident.told) <= set(paging.unreached) and not incident.acknowledged_by
    if silent and not left and not paging.everyone:
        names = ", ".join((*paging.skipped, *incident.told))
        why = f"nobody could be {'reached' if incident.told else 'told'} at {names}"
        yield Timer(incident.paging.starts, lambda now: EveryonePaged("", why, now), tells=True)


def _repeating(incident: Incident) -> Iterator[Timer]:
    paging, seconds = incident.paging, incident.opened.repeat_seconds
    last = paging.paged_at
    if seconds is None or last is None or incident.acknowledged_by or paging.ended:
        return
    again = last + timedelta(seconds=seconds)
    if incident.opened.repeats and paging.rounds >= incident.opened.repeats:
        times = f"paged again {paging.rounds} times, and nobody has taken it up"
        yield Timer(again, lambda now: PagingEnded(times, now))
    elif incident.told:
        name = incident.told[0]
        why = "nobody has taken it up"
        yield Timer(again, lambda now: _again(incident, name, why, now), tells=True)
    else:
        reason = "nobody has taken it up, and no level could be told"
        yield Timer(again, lambda now: EveryonePaged("", reason, now), tells=True)


# --- the first response, news, and work -----------------------------------------------------------


def _answering(incident: Incident) -> Iterator[Timer]:
    answering, began = incident.answering, incident.paging.began
    by = answering.respond_by
    if by is not None and not answering.responded:
        if not answering.at_risk:
            yield Timer(began + _AT_RISK * (by - began), lambda now: ResponseAtRisk(by, now))
        if not answering.breached:
            yield Timer(by, lambda now: ResponseBreached(by, now))
    if answering.update_seconds is not None:
        since = max(answering.updated_at or began, began)
        yield Timer(since + timedelta(seconds=answering.update_seconds), UpdateDue)


def _working(incident: Incident) -> Iterator[Timer]:
    began = incident.opened.at
    for number, box in enumerate(incident.opened.boxes, 1):
        if (name := f"box-{number}") not in incident.tasks:
            yield Timer(began + timedelta(seconds=box.from_seconds), _box(name, box, began))
    for level in incident.levels:
        for number, action in enumerate(level.actions, 1):
            name = f"{level.name}-{number}"
            if level.name in incident.told and name not in incident.tasks:
                yield Timer(began, _adding(name, action, level.name))
    for name, task in incident.tasks.items():
        if task.due is not None and not task.done_by and not task.overdue:
            yield Timer(task.due, _late(name))


def _box(name: str, box: TimeBox, began: datetime) -> Callable[[datetime], TaskAdded]:
    until = box.until_seconds
    ends = None if until is None else began + timedelta(seconds=until)
    return lambda now: TaskAdded(name, box.text, "the document", now, ends)


def _adding(name: str, text: str, by: str) -> Callable[[datetime], TaskAdded]:
    return lambda now: TaskAdded(name, text, by, now)


def _late(name: str) -> Callable[[datetime], TaskOverdue]:
    return lambda now: TaskOverdue(name, now)
