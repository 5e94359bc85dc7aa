"""The events of telling people, and of holding that back, onto an incident. Pure.

A level is told in its order; none is passed over but those that nobody could be told at, and those
that wait for a condition that only a person can judge.
"""

from datetime import datetime

from msgspec.structs import replace

from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.conduct import (
    AcknowledgementExpired,
    EveryonePaged,
    LevelSkipped,
    LevelUnreached,
    PagedAgain,
    PagesHeld,
    PagesReleased,
    PagingEnded,
)
from steadyhand.model.incident.events import Acknowledged, Escalated, LevelPaged
from steadyhand.model.incident.legal import legal
from steadyhand.model.incident.shape import Incident, Paging

EVERYONE = "everyone"  # the name of the level that EveryonePaged tells

Telling = LevelPaged | Escalated | LevelSkipped | PagedAgain | EveryonePaged
PAGING = (
    LevelPaged, Escalated, LevelSkipped, LevelUnreached, PagedAgain, EveryonePaged, PagingEnded,
    Acknowledged, AcknowledgementExpired, PagesHeld, PagesReleased,
)  # fmt: skip


def paged(incident: Incident, event: object) -> Incident:
    """Apply one of `PAGING`. Raises IllegalEvent."""
    paging = incident.paging
    match event:
        case LevelPaged(level, _, _, at) | Escalated(level, _, _, _, at):
            _in_turn(incident, level, isinstance(event, Escalated))
            raised = incident.raised or (isinstance(event, Escalated) and bool(incident.missed))
            paging = replace(paging, paged_at=at, ended=False)
            return replace(incident, told=(*incident.told, level), raised=raised, paging=paging)
        case LevelSkipped(level):
            _in_turn(incident, level)
            raised = incident.raised or bool(incident.missed)
            skipped = replace(paging, skipped=(*paging.skipped, level))
            return replace(incident, raised=raised, paging=skipped)
        case LevelUnreached(level):
            told = level in incident.told or (level == EVERYONE and paging.everyone)
            legal(told, f"{level} has not been told")
            legal(level not in paging.unreached, f"{level} is known to be unreached")
            return replace(incident, paging=replace(paging, unreached=(*paging.unreached, level)))
        case PagedAgain(level, _, _, _, at):
            return replace(incident, paging=_again(incident, level, at))
        case EveryonePaged(_, _, at):
            return replace(incident, paging=replace(paging, everyone=True, paged_at=at))
        case _:
            return _answered(incident, event)


def _again(incident: Incident, level: str, at: datetime) -> Paging:
    """The first of a new round leaves the others of it to be told, too."""
    paging = incident.paging
    legal(level in incident.told, f"{level} has not been told before")
    legal(not incident.acknowledged_by or level in paging.again, "it has been taken up")
    if paging.again:
        legal(level == paging.again[0], f"{paging.again[0]} is told again before {level}")
        return replace(paging, again=paging.again[1:], paged_at=at)
    legal(level == incident.told[0], f"{incident.told[0]} is told again before {level}")
    rounds = paging.rounds + 1  # for a reason of its own, not for that of the last
    return replace(paging, again=incident.told[1:], again_why="", paged_at=at, rounds=rounds)


def _answered(incident: Incident, event: object) -> Incident:
    paging = incident.paging
    match event:
        case Acknowledged(by, at):
            taken = replace(paging, acknowledged_at=at, again=(), rounds=0, ended=False)
            answering = replace(incident.answering, responded=True)
            return replace(incident, acknowledged_by=by, paging=taken, answering=answering)
        case AcknowledgementExpired():
            legal(bool(incident.acknowledged_by), "nobody has taken it up")
            why = f"{incident.acknowledged_by} took it up, and it is not resolved"
            left = replace(paging, acknowledged_at=None, again=incident.told, again_why=why)
            return replace(incident, acknowledged_by="", paging=left)
        case PagingEnded():
            legal(not paging.ended and not incident.acknowledged_by, "it has been taken up")
            return replace(incident, paging=replace(paging, ended=True))
        case PagesHeld():
            legal(
                paging.held is None
                or paging.held.silence != event.silence
                or paging.held.until != event.until,
                "pages are held by that already",
            )
            return replace(incident, paging=replace(paging, held=event))
        case PagesReleased():
            legal(paging.held is not None, "nothing holds the pages")
            # Whoever was told before the silence does not know that it goes on: told again.
            again = () if incident.acknowledged_by else incident.told
            why = "the silence is over, and it goes on"
            freed = replace(paging, held=None, again=again, again_why=why)
            return replace(incident, paging=freed)
        case _:
            raise IllegalEvent(f"{type(event).__name__} tells nobody")


def _in_turn(incident: Incident, name: str, escalated: bool | None = None) -> None:
    """Refuse a level that is not next. `escalated` None: either is right."""
    levels, skipped = incident.levels, incident.paging.skipped
    names = [level.name for level in levels]
    legal(name in names, f"there is no level {name}")
    legal(name not in incident.told, f"{name} has been told already")
    legal(name not in skipped, f"{name} has been skipped already")
    before = levels[: names.index(name)]
    passed = [
        level.name
        for position, level in enumerate(before)
        if level.name not in (*incident.told, *skipped)
        and (position == 0 or level.after_seconds is not None)
    ]
    legal(not passed, f"{', '.join(passed)} would be passed over")
    first = "the first level is paged, the others are escalated to"
    legal(escalated is None or escalated is bool(before), first)
