"""What an incident needs now: a pure function of its state and the time.

Level-triggered: any process may ask at any time, and gets the one next thing. Telling people comes
before everything else, so that no run, however long, delays a page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from steadyhand.model.incident.events import (
    Escalated,
    LevelPaged,
    Mitigated,
    NeedsPerson,
    RecoveryMissed,
    Resolved,
    Rung,
)
from steadyhand.model.incident.state import Incident, passed_over, well
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import Outcome

# How long recovery is waited for: twice the window, and room for values that come late.
_WINDOWS = 2
_LATE_PERIODS = 5


@dataclass(frozen=True)
class Page:
    """Tell a level: append `event`, with the notices for its contact, and its channels filled."""

    event: LevelPaged | Escalated


@dataclass(frozen=True)
class Record:
    """Nothing to do outside: append `event`, with the notices that it is worth."""

    event: Mitigated | RecoveryMissed | NeedsPerson | Resolved | object


@dataclass(frozen=True)
class Assess:
    """Open a run of the procedure's reads: AssessmentOpened, or AssessmentEnded at once."""

    procedure: str


@dataclass(frozen=True)
class Judge:
    """Gather evidence and hold the causes against it: CausesJudged."""

    procedure: str


@dataclass(frozen=True)
class Remedy:
    """Open a run of a section's steps: RemedyOpened, or RemedyEnded at once."""

    procedure: str
    section: str


@dataclass(frozen=True)
class AwaitRun:
    """A run is under way: append its end when it has one, else look again before `until`."""

    run: str
    until: datetime | None


@dataclass(frozen=True)
class WatchRecovery:
    """Read the values of all whole periods since `since`: RecoveryWatched."""

    since: datetime


@dataclass(frozen=True)
class Review:
    """Write the post-mortem: ReviewWritten."""


Intent = Page | Record | Assess | Judge | Remedy | AwaitRun | WatchRecovery | Review
Next = Intent | Wait | Finished


def decide(incident: Incident, now: datetime) -> Next:
    """Name the one next thing. Pure and total."""
    if incident.review:
        return Finished(incident.state.value)
    if incident.resolved_at is not None:
        return Review()
    if incident.recovered is not None:
        return Record(Resolved(now, (now - incident.opened.at).total_seconds()))
    if (page := _due(incident, now)) is not None:
        return page
    if incident.missed:
        return _hand_over(incident, now)
    if incident.mitigated is not None:
        return _recovery(incident, incident.mitigated, now)
    return _work(incident, now)


def _untold(incident: Incident) -> list[Rung]:
    """The levels that the clock brings in, in the document's order."""
    return [
        level
        for level in incident.opened.levels[1:]
        if level.after_seconds is not None and level.name not in incident.told
    ]


def _due_at(incident: Incident, level: Rung) -> datetime:
    return incident.opened.at + timedelta(seconds=level.after_seconds or 0)


def _due(incident: Incident, now: datetime) -> Page | None:
    """Name a level that is to be told now; lower ones first, also where a higher one is due."""
    first = incident.opened.levels[0]
    if first.name not in incident.told:
        return Page(LevelPaged(first.name, first.contact, (), now))
    untold = _untold(incident)
    if any(_due_at(incident, level) <= now for level in untold):
        minutes = (now - incident.opened.at).total_seconds() * incident.opened.factor / 60
        why = f"not resolved after {minutes:.0f} min (“{untold[0].when}”)"
        return Page(Escalated(untold[0].name, untold[0].contact, (), why, now))
    return None


def _next_due(incident: Incident) -> datetime | None:
    return min((_due_at(incident, level) for level in _untold(incident)), default=None)


def _wait(incident: Incident, why: str, until: datetime | None = None) -> Wait:
    times = [at for at in (until, _next_due(incident)) if at is not None]
    left = passed_over(incident.opened.levels, incident.told)
    if left and not _untold(incident):
        why += "; " + ", ".join(
            f"{level.name} ({level.contact}) only on its own condition: {level.when}"
            for level in left
        )
    return Wait(min(times, default=None), why)


def _hand_over(incident: Incident, now: datetime) -> Next:
    """What was done did not help: the next level at once, then it is up to people."""
    untold = _untold(incident)
    if untold and not incident.raised:
        level = untold[0]
        return Page(Escalated(level.name, level.contact, (), incident.missed, now))
    return _ask(incident, incident.missed)


def _ask(incident: Incident, why: str) -> Next:
    """Put it to a person, once; then only the clock goes on."""
    if incident.needs_person:
        return _wait(incident, incident.needs_person)
    return Record(NeedsPerson(why))


def _work(incident: Incident, now: datetime) -> Next:
    opened = incident.opened
    if not opened.procedure:
        return _ask(incident, f"no procedure to follow: {opened.why}")
    if incident.assessment is None:
        return Assess(opened.procedure)
    if incident.assessment.outcome is None:
        return AwaitRun(incident.assessment.run, _next_due(incident))
    if incident.judged is None:
        return Judge(opened.procedure)
    if not incident.section:
        return _ask(incident, _by_hand(incident))
    return _remedy(incident, now)


def _by_hand(incident: Incident) -> str:
    chosen = incident.chosen
    if chosen is None:
        return incident.judged.why if incident.judged else ""
    return f"{chosen.cause}: “{chosen.fix}” has no commands in the procedure; it is done by hand"


def _remedy(incident: Incident, now: datetime) -> Next:
    remedy = incident.remedy
    if remedy is None:
        return Remedy(incident.opened.procedure, incident.section)
    match remedy.outcome:
        case None:
            return AwaitRun(remedy.run, _next_due(incident))
        case Outcome.COMPLETED:
            return Record(Mitigated(now, "", f"{incident.section}: {remedy.detail}".rstrip(": ")))
        case Outcome.REFUSED | Outcome.CANCELLED:
            why = incident.needs_person or f"the remedy was {remedy.outcome}: {remedy.detail}"
            return _wait(incident, why)
        case Outcome.FAILED | Outcome.IGNORED | Outcome.UNVERIFIED | Outcome.DIVERGED:
            return Record(RecoveryMissed(f"{incident.section} {remedy.outcome}: {remedy.detail}"))


def _recovery(incident: Incident, mitigated: Mitigated, now: datetime) -> Next:
    """Look once a period until the whole window is well, or the time for it is over."""
    opened, watched = incident.opened, incident.watched
    if watched is not None and (seen := well(opened, watched)) is not None:
        return Record(seen)
    if watched is None:
        return WatchRecovery(mitigated.at)
    patience = _WINDOWS * opened.verify_seconds + _LATE_PERIODS * opened.period_seconds
    if watched.at >= mitigated.at + timedelta(seconds=patience):
        return Record(RecoveryMissed(_still(watched.values, opened.rule)))
    again = watched.at + timedelta(seconds=opened.period_seconds)
    if again <= now:
        return WatchRecovery(mitigated.at)
    return _wait(incident, "watching whether users are well", again)


def _still(values: tuple[float | None, ...], rule: str) -> str:
    newest = [value for value in values[-5:] if value is not None]
    if not newest:
        return "no data since the remedy, and no data is not recovery"
    shown = ", ".join(f"{value:.4g}" for value in newest)
    return f"not well for long enough since the remedy (alarm: {rule}); newest values: {shown}"
