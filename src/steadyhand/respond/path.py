"""What a document says of severities and escalation, in; the path of one incident, out. Pure.

An escalation table is followed until the incident is resolved; a path of contacts without times, as
long as nobody has taken it up. Where a document has neither, its contacts for calls are the path.
"""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from steadyhand.model.document.facts import ContactPoint, Facts, SeverityLevel
from steadyhand.model.document.runbook import Runbook
from steadyhand.model.incident.conduct import Rung, TimeBox
from steadyhand.model.settings.on import On
from steadyhand.model.settings.responding import LevelSetting, Responding
from steadyhand.respond.whole import whole_of

IMMEDIATE = 60.0  # seconds: what "immediate" is held to
_NO_STATED = 900.0  # seconds between two contacts where no response time is stated

# The words of severities on the scale of all documents.
_WORDS = {"critical": 0, "outage": 0, "high": 1, "major": 1, "medium": 2, "warning": 2, "low": 3}
_CALLED = (
    (("secondary", "backup"), 1),
    (("primary", "on-call", "on call", "oncall"), 0),
    (("manager", "escalation", "lead"), 2),
)


def grade(
    facts: Facts, procedure: str, alarm: str, level: str, settings: Responding
) -> tuple[str, int | None, SeverityLevel | None]:
    """Give the severity of an incident by its name, its rank, and the document's own row.

    The settings' word for the alarm comes first, then the procedure's, then the alarm's level.
    """
    for pattern, severity in settings.severities.items():
        if fnmatchcase(alarm.casefold(), pattern.casefold()):
            return named(facts, severity)
    return named(facts, procedure or level)


def named(facts: Facts, severity: str) -> tuple[str, int | None, SeverityLevel | None]:
    """Find a severity by its name in the document ("P1"), or by its word ("critical")."""
    wanted = severity.casefold().strip()
    for row in facts.severities:
        if row.name.casefold() == wanted:
            return row.name, row.rank, row
    rank = next((rank for word, rank in _WORDS.items() if word in wanted), None)
    if rank is not None:
        for row in facts.severities:
            if row.rank == rank:
                return row.name, rank, row
    return severity, rank, None


def levels(
    facts: Facts, severity: str, row: SeverityLevel | None, action: str, settings: Responding
) -> tuple[Rung, ...]:
    """Give the path of a severity, in seconds as in production."""
    response = row.response_seconds if row else None
    found = _path(facts, severity, response) or _table(facts) or _contacts(facts, response)
    found = found or [Rung("L1", action or "on-call", "the document has no escalation path", 0.0)]
    return tuple(_set(rung, settings.levels) for rung in found)


def _path(facts: Facts, severity: str, response: float | None) -> list[Rung]:
    """Follow "on-call → manager → CTO"; of an unknown severity, the first one stated."""
    paths = {path.severity.casefold(): path for path in facts.paths}
    path = paths.get(severity.casefold()) or next(iter(facts.paths), None)
    return _one_after_another(path.contacts, response, path.text) if path else []


def _table(facts: Facts) -> list[Rung]:
    return [
        Rung(level.name, level.contact, level.when, level.after_seconds)
        for level in facts.escalation
    ]


def _contacts(facts: Facts, response: float | None) -> list[Rung]:
    """The contacts that one calls, in the order in which one does."""
    called = [(place, point.role) for point in facts.contacts if (place := _place(point)) < 3]
    names = [role for _, role in sorted(called, key=lambda pair: pair[0])]
    return _one_after_another(names, response, "by the document's contacts")


def _place(point: ContactPoint) -> int:
    role = point.role.casefold()
    return next((at for words, at in _CALLED if any(word in role for word in words)), 3)


def _one_after_another(contacts: Sequence[str], response: float | None, text: str) -> list[Rung]:
    every = max(response or _NO_STATED, IMMEDIATE)
    return [
        Rung(f"L{n + 1}", contact, text, n * every, On.UNACKNOWLEDGED)
        for n, contact in enumerate(contacts)
    ]


def _set(rung: Rung, settings: Mapping[str, LevelSetting]) -> Rung:
    """Put in what the settings say of a level."""
    own = settings.get(rung.name)
    if own is None:
        return rung
    after = rung.after_seconds if own.after_seconds is None else own.after_seconds
    return Rung(
        rung.name, own.contact or rung.contact, rung.when, after, own.on or rung.on, own.actions
    )


_FIRST = re.compile(r"\bfirst\s+(\d+)\s*(min|h)[a-z]*", re.IGNORECASE)


def boxes(runbook: Runbook, procedure: str) -> tuple[TimeBox, ...]:
    """Give what the document wants done by the clock in a procedure, in its order.

    Its own timeline, and the parts whose headings say so: "Immediate actions (first 5 minutes)".
    """
    if not procedure:
        return ()
    said = tuple(
        TimeBox(one.text, one.from_seconds, one.until_seconds)
        for one in runbook.facts.timeline
        if one.procedure == procedure
    )
    ids = {step.id.rpartition("/")[0] for step in whole_of(runbook.procedures, procedure).steps}
    titled = (
        TimeBox(one.title, 0.0, float(first[1]) * (60 if first[2].casefold() == "min" else 3600))
        for one in runbook.procedures
        if one.id in ids and (first := _FIRST.search(one.title)) is not None
    )
    return (*said, *titled)
