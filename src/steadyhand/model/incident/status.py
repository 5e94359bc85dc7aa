"""Incidents in, what the public is told of a system out. Pure.

Alarms, reasons, names and procedures stay inside: the public sees components by the names that
`[status]` gives them, how far each incident is, and when there will be more to read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from steadyhand.model.events import Recorded
from steadyhand.model.incident.conduct import Reopened, UpdatePosted
from steadyhand.model.incident.events import Acknowledged, IncidentOpened, Mitigated, Resolved
from steadyhand.model.incident.state import Incident
from steadyhand.model.settings.publishing import Publishing


class Level(StrEnum):
    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    OUTAGE = "outage"


@dataclass(frozen=True)
class Update:
    at: datetime
    state: str
    text: str


@dataclass(frozen=True)
class PublicIncident:
    """`ended` None: it lasts. `next_update` is when there will be more to read, at the latest."""

    id: str
    component: str
    state: str
    began: datetime
    ended: datetime | None
    updates: tuple[Update, ...]  # the newest first
    next_update: datetime | None


@dataclass(frozen=True)
class Component:
    name: str
    level: Level


@dataclass(frozen=True)
class SystemStatus:
    system: str
    name: str
    level: Level
    components: tuple[Component, ...]
    open: tuple[PublicIncident, ...]
    past: tuple[PublicIncident, ...]


# `history` needs no other events than those of TOLD.
Known = Sequence[tuple[str, Incident, Sequence[Recorded]]]  # id, state, history


def status(system: str, settings: Publishing, known: Known, now: datetime) -> SystemStatus:
    """Say how a system is. `known` are its incidents that are open or ended not long ago."""
    name = settings.name or system
    levels = dict.fromkeys(settings.components or (name,), Level.OPERATIONAL)
    there: list[PublicIncident] = []
    past: list[PublicIncident] = []
    for key, incident, history in known:
        component = _component(incident.opened.alarm, settings, name)
        shown = _shown(key, incident, history, component, settings)
        if shown.ended is None:
            there.append(shown)
            before = levels.get(component, Level.OPERATIONAL)
            levels[component] = max(before, _level(incident), key=list(Level).index)
        elif shown.ended > now - timedelta(days=settings.days):
            past.append(shown)
    return SystemStatus(
        system,
        name,
        max(levels.values(), key=list(Level).index),
        tuple(Component(*one) for one in levels.items()),
        tuple(sorted(there, key=lambda one: one.began, reverse=True)),
        tuple(sorted(past, key=lambda one: one.began, reverse=True)),
    )


def _component(alarm: str, settings: Publishing, name: str) -> str:
    folded = alarm.casefold()
    for component, alarms in settings.components.items():
        if folded in {one.casefold() for one in alarms}:
            return component
    return name


_WORST = re.compile(r"\b(?:p[01]|sev-?[01]|severity [01]|critical)\b", re.IGNORECASE)


def _level(incident: Incident) -> Level:
    worst = incident.rank == 0 or _WORST.search(incident.severity)
    return Level.OUTAGE if worst else Level.DEGRADED


def _shown(
    key: str, incident: Incident, history: Sequence[Recorded], component: str, settings: Publishing
) -> PublicIncident:
    updates = [one for recorded in history if (one := _update(recorded)) is not None]
    ended = incident.resolved_at
    newest = updates[-1].at if updates else incident.opened.at
    return PublicIncident(
        id=key,
        component=component,
        state=next((one.state for one in reversed(updates) if one.state != "update"), _FIRST),
        began=incident.opened.at,
        ended=ended,
        updates=tuple(reversed(updates)),
        next_update=None if ended else newest + timedelta(minutes=settings.update_minutes),
    )


_FIRST = "investigating"
TOLD = ("IncidentOpened", "Acknowledged", "UpdatePosted", "Mitigated", "Reopened", "Resolved")


def _update(recorded: Recorded) -> Update | None:
    match recorded.event:
        case IncidentOpened():
            return Update(recorded.at, "investigating", "We have seen a problem and look into it.")
        case Acknowledged():
            return Update(recorded.at, "investigating", "Somebody is working on it.")
        case UpdatePosted(text):
            return Update(recorded.at, "update", text)
        case Mitigated():
            return Update(
                recorded.at, "monitoring", "Something was done; we watch whether it helps."
            )
        case Reopened():
            return Update(recorded.at, "investigating", "It is not over: we look into it again.")
        case Resolved():
            return Update(recorded.at, "resolved", "All is well again.")
        case _:
            return None
