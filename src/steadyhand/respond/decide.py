"""What an incident needs now: a pure function of its state and the time.

Level-triggered: any process may ask at any time, and gets the one next thing. Telling people comes
before everything else, so that no run, however long, delays a page.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.model.alarm import Deed
from steadyhand.model.incident.conduct import EveryonePaged, PagedAgain, Reopened
from steadyhand.model.incident.events import (
    Escalated,
    LevelPaged,
    Mitigated,
    NeedsPerson,
    RecoveryMissed,
    RemedyChosen,
    Resolved,
)
from steadyhand.model.incident.measure import Measure
from steadyhand.model.incident.state import Incident, passed_over, well
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import Outcome
from steadyhand.respond.timers import due, next_at, untold

# How long recovery is waited for: twice the window, and room for values that come late.
_WINDOWS = 2
_LATE_PERIODS = 5


class Page(Struct, frozen=True):
    """Tell a level: append `event`, with the notices for its contact, and its channels filled.

    Where there is nobody to be told, LevelSkipped is appended; under a silence, PagesHeld.
    """

    event: LevelPaged | Escalated | PagedAgain | EveryonePaged


class Record(Struct, frozen=True):
    """Nothing to do outside: append `event`, with the notices that it is worth."""

    event: Mitigated | RecoveryMissed | NeedsPerson | Resolved | object


class KeepEvidence(Struct, frozen=True):
    """Read and keep what may be evidence: EvidenceKept."""

    measure: Measure


class Assess(Struct, frozen=True):
    """Open a run of the procedure's reads: AssessmentOpened, or AssessmentEnded at once."""

    procedure: str


class Judge(Struct, frozen=True):
    """Gather evidence and hold the causes against it: CausesJudged."""

    procedure: str


class Remedy(Struct, frozen=True):
    """Open a run of a section's steps: RemedyOpened, or RemedyEnded at once. Without a `section`
    only `steps` are run, or all of the procedure. `attended`: a person approves each change,
    whatever the policy lets run by itself."""

    procedure: str
    section: str
    steps: tuple[str, ...] = ()
    attended: bool = False


class AwaitRun(Struct, frozen=True):
    """A run is under way: append its end when it has one, else look again before `until`."""

    run: str
    until: datetime | None


class WatchRecovery(Struct, frozen=True):
    """Read the values of all whole periods since `since`: RecoveryWatched."""

    since: datetime


class LookAgain(Struct, frozen=True):
    """Nothing is due before `until`: append how its alarms and silences have changed, else wait."""

    until: datetime | None
    why: str


class Review(Struct, frozen=True):
    """Write the post-mortem: ReviewWritten."""


Intent = (
    Page | Record | KeepEvidence | Assess | Judge | Remedy | AwaitRun | WatchRecovery | LookAgain
    | Review
)  # fmt: skip
Next = Intent | Wait | Finished


def decide(incident: Incident, now: datetime) -> Next:
    """Name the one next thing. Pure and total."""
    if incident.review:
        return Finished(incident.state.value)
    if incident.resolved_at is not None:
        return Review()
    if incident.relapsed:
        return Record(Reopened(f"{incident.alarm} came back while recovery was verified", now))
    if incident.recovered is not None and not incident.others_firing:
        return Record(Resolved(now, _seconds(incident, now)))
    if (timer := due(incident, now)) is not None:
        event = timer.event(now)
        if isinstance(event, LevelPaged | Escalated | PagedAgain | EveryonePaged):
            return Page(event)
        return Record(event)
    if incident.recovered is not None:
        firing = ", ".join(incident.others_firing)
        return _ask(incident, f"{incident.alarm} is well; still in ALARM: {firing}", now)
    if incident.missed:
        return _hand_over(incident, now)
    if incident.mitigated is not None:
        return _recovery(incident, incident.mitigated, now)
    return _work(incident, now)


def _seconds(incident: Incident, now: datetime) -> float:
    return (now - incident.opened.at).total_seconds()


def _wait(incident: Incident, why: str, until: datetime | None = None) -> LookAgain:
    times = [at for at in (until, next_at(incident)) if at is not None]
    left = passed_over(incident.levels, incident.told)
    if left and not untold(incident):
        why += "; " + ", ".join(
            f"{level.name} ({level.contact}) only on its own condition: {level.when}"
            for level in left
        )
    return LookAgain(min(times, default=None), why)


def _hand_over(incident: Incident, now: datetime) -> Next:
    """What was done did not help: the next level at once, then it is up to people."""
    left = untold(incident)
    if left and incident.told and not incident.raised and incident.paging.held is None:
        level = left[0]
        return Page(Escalated(level.name, level.contact, (), incident.missed, now))
    return _ask(incident, incident.missed, now)


def _ask(incident: Incident, why: str, now: datetime) -> Next:
    """Put it to a person, once; then only the clocks go on, until it is over by itself."""
    if not incident.needs_person:
        return Record(NeedsPerson(why))
    return _over_by_itself(incident, incident.needs_person, now)


def _over_by_itself(incident: Incident, why: str, now: datetime) -> Next:
    """Left to people, and all of its alarms are OK for as long as recovery is verified."""
    calm = incident.calm_since
    if calm is None:
        return _wait(incident, why)
    seconds = incident.opened.verify_seconds
    if now < calm + timedelta(seconds=seconds):
        return _wait(incident, why, calm + timedelta(seconds=seconds))
    names = ", ".join(incident.alarms)
    over = f"resolved by itself: {names} OK since {calm:%Y-%m-%d %H:%M:%S %Z}"
    return Record(Resolved(now, _seconds(incident, now), "", over))


def _work(incident: Incident, now: datetime) -> Next:
    opened, measure = incident.opened, incident.opened.measure
    if measure is not None and measure.deed is Deed.SECURITY and incident.evidence is None:
        return KeepEvidence(measure)
    reads = measure.assess if measure is not None and measure.assess else opened.procedure
    if reads and incident.assessment is None:
        return Assess(reads)
    if incident.assessment is not None and incident.assessment.outcome is None:
        return AwaitRun(incident.assessment.run, next_at(incident))
    if measure is not None and (measure.steps or measure.deed is Deed.SECURITY):
        return _measured(incident, measure, now)
    if not opened.procedure:
        why = f"no procedure to follow: {opened.why}"
        return _ask(incident, f"{why}; {measure.why}" if measure else why, now)
    if incident.judged is None:
        return Judge(opened.procedure)
    if not incident.section:
        return _ask(incident, _by_hand(incident), now)
    return _remedy(incident, now)


def _measured(incident: Incident, measure: Measure, now: datetime) -> Next:
    """Do what the alarm's own action says where the document has the step for it, else ask."""
    if incident.section:
        return _remedy(incident, now)
    if measure.steps:
        chosen = RemedyChosen(measure.title, "", measure.procedure, measure.steps, measure.why)
        return Record(chosen)
    return _ask(incident, measure.why, now)


def _by_hand(incident: Incident) -> str:
    chosen = incident.chosen
    if chosen is None:
        return incident.judged.why if incident.judged else ""
    return f"{chosen.cause}: “{chosen.fix}” has no commands in the procedure; it is done by hand"


def _remedy(incident: Incident, now: datetime) -> Next:
    remedy = incident.remedy
    if remedy is None:
        opened, elsewhere = incident.opened, incident.remedy_from
        return Remedy(
            elsewhere or opened.procedure,
            "" if elsewhere or incident.remedy_steps else incident.section,
            incident.remedy_steps,
            attended=opened.measure is not None and opened.measure.deed is Deed.SECURITY,
        )
    match remedy.outcome:
        case None:
            return AwaitRun(remedy.run, next_at(incident))
        case Outcome.COMPLETED:
            return Record(Mitigated(now, "", f"{incident.section}: {remedy.detail}".rstrip(": ")))
        case Outcome.REFUSED | Outcome.CANCELLED:
            why = incident.needs_person or f"the remedy was {remedy.outcome}: {remedy.detail}"
            return _ask(incident, why, now)
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
