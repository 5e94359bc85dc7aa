"""An incident's events in, its state out: triggered, acknowledged, mitigated, resolved, reviewed.

Pure; no I/O, no clock. What a person must never be told wrongly is refused in `evolve`: nothing
resolves that was not seen to be well, and no level is passed over.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from steadyhand.model.alarm import SPARE_PERIODS
from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.events import (
    Acknowledged,
    AssessmentEnded,
    AssessmentOpened,
    CausesJudged,
    Escalated,
    IncidentOpened,
    LevelPaged,
    Mitigated,
    NeedsPerson,
    Printed,
    RecoveryMissed,
    RecoverySeen,
    RecoveryWatched,
    RemedyChosen,
    RemedyEnded,
    RemedyOpened,
    Resolved,
    ReviewWritten,
    Rung,
    Support,
    Verdict,
)
from steadyhand.model.run.events import Outcome


class IncidentState(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"  # something was done that took effect; not yet seen to help
    RESOLVED = "resolved"
    REVIEWED = "reviewed"


@dataclass(frozen=True)
class Errand:
    """A run that the incident has opened: of its investigation, or of its remedy."""

    run: str
    outcome: Outcome | None = None
    detail: str = ""


@dataclass(frozen=True)
class Incident:
    """What the events of one incident add up to."""

    opened: IncidentOpened
    told: tuple[str, ...] = ()  # names of levels, in the order they were told
    acknowledged_by: str = ""
    assessment: Errand | None = None
    outputs: tuple[Printed, ...] = ()
    judged: CausesJudged | None = None
    section: str = ""  # of the remedy that is to be run
    remedy: Errand | None = None
    mitigated: Mitigated | None = None
    watched: RecoveryWatched | None = None
    recovered: RecoverySeen | None = None
    missed: str = ""
    raised: bool = False  # somebody higher was told of the miss
    needs_person: str = ""
    resolved_at: datetime | None = None
    review: str = ""

    @property
    def alarm(self) -> str:
        return self.opened.alarm

    @property
    def state(self) -> IncidentState:
        if self.review:
            return IncidentState.REVIEWED
        if self.resolved_at is not None:
            return IncidentState.RESOLVED
        if self.mitigated is not None:
            return IncidentState.MITIGATED
        return IncidentState.ACKNOWLEDGED if self.acknowledged_by else IncidentState.TRIGGERED

    @property
    def chosen(self) -> Verdict | None:
        """The cause that the evidence singles out, with its fix."""
        if self.judged is None or self.judged.chosen is None:
            return None
        return self.judged.verdicts[self.judged.chosen]

    @property
    def run(self) -> str:
        """The run it waits for now; "" when there is none."""
        for errand in (self.assessment, self.remedy):
            if errand is not None and errand.outcome is None:
                return errand.run
        return ""


def window(opened: IncidentOpened) -> int:
    """How many whole periods in a row must be well before users are."""
    return max(1, math.ceil(opened.verify_seconds / opened.period_seconds))


def well(opened: IncidentOpened, watched: RecoveryWatched) -> RecoverySeen | None:
    """Tell whether the newest window of what was watched is well. Pure.

    Every period of it must have a value: no data is not recovery. The newest one or two may still
    be on their way, so the window ends at the newest value there is.
    """
    values = list(watched.values)
    late = 0
    while values and values[-1] is None and late < SPARE_PERIODS:
        values.pop()
        late += 1
    count = window(opened)
    newest = [value for value in values[-count:] if value is not None]
    if len(newest) < count or any(map(opened.condition.breaches, newest)):
        return None
    back = (late + count) * opened.period_seconds
    return RecoverySeen(watched.until - timedelta(seconds=back), tuple(newest))


def _legal(condition: bool, why: str) -> None:
    if not condition:
        raise IllegalEvent(why)


def evolve(incident: Incident | None, event: object) -> Incident:
    """Apply one event. Raises IllegalEvent where the event cannot follow what was before."""
    if isinstance(event, IncidentOpened):
        _legal(incident is None, "an incident is opened once")
        _legal(len({level.name for level in event.levels}) == len(event.levels) > 0, "no levels")
        return Incident(event)
    if incident is None:
        raise IllegalEvent(f"{type(event).__name__} before IncidentOpened")
    if isinstance(event, ReviewWritten):
        _legal(incident.resolved_at is not None and not incident.review, "nothing to review")
        return replace(incident, review=event.path)
    _legal(incident.resolved_at is None, f"{type(event).__name__} after it was resolved")
    match event:
        case LevelPaged(level) | Escalated(level):
            return _told(incident, level, isinstance(event, Escalated))
        case Acknowledged(by):
            return replace(incident, acknowledged_by=by)
        case NeedsPerson(why):
            return replace(incident, needs_person=why)
        case AssessmentOpened() | AssessmentEnded() | CausesJudged():
            return _investigated(incident, event)
        case RemedyChosen() | RemedyOpened() | RemedyEnded():
            return _remedied(incident, event)
        case Mitigated() | RecoveryWatched() | RecoverySeen() | RecoveryMissed() | Resolved():
            return _recovering(incident, event)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of an incident")


def _told(incident: Incident, name: str, escalated: bool) -> Incident:
    names = [level.name for level in incident.opened.levels]
    _legal(name in names, f"there is no level {name}")
    _legal(name not in incident.told, f"{name} has been told already")
    before = incident.opened.levels[: names.index(name)]
    passed = [
        level.name
        for position, level in enumerate(before)
        if level.name not in incident.told and (position == 0 or level.after_seconds is not None)
    ]
    _legal(not passed, f"{', '.join(passed)} would be passed over")
    _legal(escalated is bool(before), "the first level is paged, the others are escalated to")
    raised = incident.raised or (escalated and bool(incident.missed))
    return replace(incident, told=(*incident.told, name), raised=raised)


def _investigated(
    incident: Incident, event: AssessmentOpened | AssessmentEnded | CausesJudged
) -> Incident:
    assessment = incident.assessment
    match event:
        case AssessmentOpened(run):
            _legal(assessment is None, "it is being investigated already")
            _legal(bool(incident.opened.procedure), "there is no procedure to investigate with")
            return replace(incident, assessment=Errand(run))
        case AssessmentEnded(run, outcome, outputs, detail):
            opened = assessment.run if assessment else ""
            _legal(assessment is None or assessment.outcome is None, "that has ended already")
            _legal(run == opened, f"its investigation is {opened or 'not opened'}, not {run}")
            return replace(incident, assessment=Errand(run, outcome, detail), outputs=outputs)
        case CausesJudged(verdicts, chosen):
            _legal(assessment is not None and assessment.outcome is not None, "nothing was read")
            _legal(incident.judged is None, "the causes have been judged")
            _legal(chosen is None or 0 <= chosen < len(verdicts), "the choice is none of them")
            picked = None if chosen is None else verdicts[chosen]
            _legal(picked is None or picked.supported is Support.SUPPORTED, "nothing supports it")
            return replace(incident, judged=event, section=picked.section if picked else "")


def _remedied(incident: Incident, event: RemedyChosen | RemedyOpened | RemedyEnded) -> Incident:
    remedy = incident.remedy
    running = remedy is not None and remedy.outcome is None
    match event:
        case RemedyChosen(section):
            _legal(incident.judged is not None, "the causes have not been judged yet")
            _legal(not running, "a remedy is being run")
            _legal(incident.mitigated is None or bool(incident.missed), "recovery is being watched")
            return replace(_afresh(incident), section=section, remedy=None, mitigated=None)
        case RemedyOpened(run):
            _legal(bool(incident.section) and remedy is None, "there is no remedy to open")
            return replace(incident, remedy=Errand(run))
        case RemedyEnded(run, outcome, detail):
            opened = remedy.run if remedy else ""
            _legal(bool(incident.section) and (remedy is None or running), "no remedy is running")
            _legal(run == opened, f"its remedy is {opened or 'not opened'}, not {run}")
            ended = replace(incident, remedy=Errand(run, outcome, detail))
            if outcome in {Outcome.REFUSED, Outcome.CANCELLED}:
                return replace(ended, needs_person=f"the remedy was {outcome}: {detail}")
            return ended


def _recovering(
    incident: Incident,
    event: Mitigated | RecoveryWatched | RecoverySeen | RecoveryMissed | Resolved,
) -> Incident:
    remedy = incident.remedy
    watching = incident.mitigated is not None and not incident.missed and not incident.recovered
    match event:
        case Mitigated(_, by):
            _legal(remedy is None or remedy.outcome is not None, "a remedy is being run")
            done = remedy is not None and remedy.outcome is Outcome.COMPLETED
            _legal(bool(by) or (done and not incident.missed), "nothing was done about it")
            _legal(incident.mitigated is None or bool(incident.missed), "it is mitigated already")
            return replace(_afresh(incident), mitigated=event)
        case RecoveryWatched():
            _legal(watching, "recovery is not being watched")
            return replace(incident, watched=event)
        case RecoverySeen():
            seen = well(incident.opened, incident.watched) if incident.watched else None
            _legal(watching and seen == event, "users were not seen to be well")
            return replace(incident, recovered=event)
        case RecoveryMissed(reason):
            tried = remedy is not None and remedy.outcome not in {None, Outcome.COMPLETED}
            _legal(watching or (tried and incident.mitigated is None), "nothing was tried")
            _legal(not incident.missed, "that was missed already")
            return replace(incident, missed=reason)
        case Resolved(at):
            _legal(incident.recovered is not None, "users were not seen to be well")
            return replace(incident, resolved_at=at, needs_person="")


def _afresh(incident: Incident) -> Incident:
    """Forget how the last attempt went: the journal keeps it."""
    return replace(incident, watched=None, missed="", raised=False, needs_person="")


def passed_over(levels: Sequence[Rung], told: Sequence[str]) -> tuple[Rung, ...]:
    """Name the levels that no clock brings in: a person has to judge their condition. Pure."""
    return tuple(
        level for level in levels[1:] if level.after_seconds is None and level.name not in told
    )
