"""An alarm that turned and the incidents there are, in; where it belongs, out. Pure.

A new incident; one that is open already (the same alarm, the same procedure, or a thing it depends
on is down); or one that was resolved a moment ago and is opened again. The reason is always said.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from msgspec import Struct

from steadyhand.model.document.facts import Dependency
from steadyhand.model.incident.events import IncidentOpened
from steadyhand.model.incident.state import Incident
from steadyhand.model.settings.responding import Responding


class New(Struct, frozen=True):
    pass


class Join(Struct, frozen=True):
    key: str
    why: str


class Reopen(Struct, frozen=True):
    key: str
    why: str


# Words that stand for one thing in the names of alarms and of dependencies.
_ALIKE = (
    {"database", "db", "rds", "postgres", "postgresql", "aurora", "mysql"},
    {"cache", "redis", "elasticache", "valkey"},
    {"kafka", "msk"},
    {"ai", "openai", "anthropic", "gemini"},
)
_DOWN = {
    "down", "unavailable", "unreachable", "connection", "connections", "health", "unhealthy",
    "failed", "failure", "failures", "offline", "outage",
}  # fmt: skip

# What users feel of it. A disk that is full is another matter, whatever else is down.
_FELT = {
    "5xx", "4xx", "api", "availability", "error", "errors", "failed", "failures", "health",
    "latency", "login", "logins", "p95", "p99", "queue", "requests", "response", "slow", "timeouts",
}  # fmt: skip


def place(
    opened: IncidentOpened,
    incidents: Sequence[tuple[str, Incident]],
    dependencies: Sequence[Dependency],
    settings: Responding,
    now: datetime,
) -> New | Join | Reopen:
    """Place what would be opened. The newest incident that fits is taken."""
    newest = list(reversed(incidents))
    for key, incident in newest:
        if incident.opened.system == opened.system and opened.alarm in incident.alarms:
            if incident.open:
                return Join(key, "the same alarm")
            if opened.alarm == incident.alarm and (why := _back(opened, incident, settings, now)):
                return Reopen(key, why)
    # What is to wake somebody does not join what is not.
    still = [
        (key, incident)
        for key, incident in newest
        if incident.open and (opened.quiet or not incident.opened.quiet)
    ]
    for key, incident in still:
        if why := _inhibited(opened, incident, dependencies, settings):
            return Join(key, why)
    if settings.group and opened.procedure:
        for key, incident in still:
            one = incident.opened
            if (one.system, one.procedure) == (opened.system, opened.procedure):
                return Join(key, f"the same procedure: {opened.title}")
    return New()


def _back(opened: IncidentOpened, incident: Incident, settings: Responding, now: datetime) -> str:
    ended = incident.resolved_at
    if ended is None or not settings.reopen_seconds:
        return ""
    gone = now - ended
    if gone > timedelta(seconds=settings.reopen_seconds / opened.factor):
        return ""
    return f"{opened.alarm} is in ALARM again {gone.total_seconds():.0f} s after it was resolved"


def _inhibited(
    opened: IncidentOpened,
    incident: Incident,
    dependencies: Sequence[Dependency],
    settings: Responding,
) -> str:
    """Say why an alarm follows from an open incident; "" where it does not."""
    source = incident.opened
    for rule in settings.inhibit:
        if _fits(rule.source, source, opened) and _fits(rule.target, opened, opened):
            return f"{source.alarm} is open, and the settings say that {rule.target} follows"
    if source.system != opened.system or not _words(source.alarm) & _DOWN:
        return ""
    mine = _thing(opened.alarm, dependencies)
    thing = _thing(source.alarm, dependencies)
    if thing is None or mine is not None or not _words(opened.alarm) & _FELT:
        return ""
    return f"{thing.name}, which it depends on, is down: {source.alarm}"


def _fits(pattern: str, one: IncidentOpened, here: IncidentOpened) -> bool:
    system, slash, alarm = pattern.rpartition("/")
    same = fnmatchcase(one.system, system) if slash else one.system == here.system
    return same and fnmatchcase(one.alarm.casefold(), alarm.casefold())


def _thing(alarm: str, dependencies: Sequence[Dependency]) -> Dependency | None:
    words = _meaning(_words(alarm))
    return next((one for one in dependencies if words & _meaning(_words(one.name))), None)


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _meaning(words: set[str]) -> set[str]:
    found = set(words)
    for alike in _ALIKE:
        if words & alike:
            found |= alike
    return found
