"""An incident's events in, its state out: triggered, acknowledged, mitigated, resolved, reviewed.

Pure; no I/O, no clock. What a person must never be told wrongly is refused in `evolve`: nothing
resolves that was not seen to be well, and no level is passed over.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from steadyhand.model.alarm import SPARE_PERIODS
from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.conduct import Reopened, Rung, SeverityChanged
from steadyhand.model.incident.events import (
    AssessmentEnded,
    AssessmentOpened,
    CausesJudged,
    EvidenceKept,
    IncidentOpened,
    Mitigated,
    NeedsPerson,
    RecoveryMissed,
    RecoverySeen,
    RecoveryWatched,
    RemedyChosen,
    RemedyEnded,
    RemedyOpened,
    Resolved,
    ReviewWritten,
    Support,
)
from steadyhand.model.incident.legal import legal as _legal
from steadyhand.model.incident.paging import PAGING, paged
from steadyhand.model.incident.shape import (
    AlarmSeen,
    Answering,
    Errand,
    Incident,
    IncidentState,
    Paging,
)
from steadyhand.model.incident.teamwork import ALARMS, CLOCKS, TALK, regraded, seen, talked, ticked
from steadyhand.model.run.events import Outcome

__all__ = ["Errand", "Incident", "IncidentState", "evolve", "passed_over", "well", "window"]


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


def evolve(incident: Incident | None, event: object) -> Incident:
    """Apply one event. Raises IllegalEvent where the event cannot follow what was before."""
    if isinstance(event, IncidentOpened):
        _legal(incident is None, "an incident is opened once")
        _legal(len({level.name for level in event.levels}) == len(event.levels) > 0, "no levels")
        return _opened(event)
    if incident is None:
        raise IllegalEvent(f"{type(event).__name__} before IncidentOpened")
    if isinstance(event, ReviewWritten):
        _legal(incident.resolved_at is not None and not incident.review, "nothing to review")
        return replace(incident, review=event.path)
    if isinstance(event, Reopened):
        return _reopened(incident, event)
    if isinstance(event, TALK):
        return talked(incident, event)
    _legal(incident.resolved_at is None, f"{type(event).__name__} after it was resolved")
    if isinstance(event, PAGING):
        return paged(incident, event)
    if isinstance(event, CLOCKS):
        return ticked(incident, event)
    if isinstance(event, ALARMS):
        return seen(incident, event)
    match event:
        case NeedsPerson(why):
            return replace(incident, needs_person=why)
        case SeverityChanged():
            return regraded(incident, event)
        case EvidenceKept():
            _legal(incident.evidence is None, "evidence was kept already")
            return replace(incident, evidence=event)
        case AssessmentOpened() | AssessmentEnded() | CausesJudged():
            return _investigated(incident, event)
        case RemedyChosen() | RemedyOpened() | RemedyEnded():
            return _remedied(incident, event)
        case Mitigated() | RecoveryWatched() | RecoverySeen() | RecoveryMissed() | Resolved():
            return _recovering(incident, event)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of an incident")


def _opened(event: IncidentOpened) -> Incident:
    starts = max(event.at, event.pages_from or event.at)
    return Incident(
        event,
        Paging(event.at, starts, event.levels),
        Answering(event.respond_by, update_seconds=event.update_seconds),
        severity=event.severity,
        rank=event.rank,
        alarms={event.alarm: AlarmSeen(True, event.at, event.rule)},
    )


def _reopened(incident: Incident, event: Reopened) -> Incident:
    """Begin to tell people anew; what was found out stands. What was done, if anything, failed."""
    _legal(
        incident.resolved_at is not None or incident.mitigated is not None,
        "it is open, and nothing was done that could have failed",
    )
    remedy = incident.remedy
    _legal(remedy is None or remedy.outcome is not None, "a remedy is being run")
    alarms = incident.alarms
    if not event.by:
        own = replace(alarms[incident.alarm], firing=True, since=event.at)
        alarms = {**alarms, incident.alarm: own}
    held = incident.paging.held if incident.resolved_at is None else None
    return replace(
        _afresh(incident),
        paging=Paging(event.at, event.at, incident.levels, held=held),
        answering=Answering(event.respond_by, update_seconds=incident.answering.update_seconds),
        told=(),
        acknowledged_by="",
        mitigated=None,
        recovered=None,
        resolved_at=None,
        resolution="",
        review="",
        missed=event.why if incident.mitigated is not None else "",
        alarms=alarms,
        reopened=incident.reopened + 1,
    )


def _investigated(
    incident: Incident, event: AssessmentOpened | AssessmentEnded | CausesJudged
) -> Incident:
    assessment = incident.assessment
    match event:
        case AssessmentOpened(run):
            _legal(assessment is None, "it is being investigated already")
            measure = incident.opened.measure
            reads = incident.opened.procedure or (measure.assess if measure else "")
            _legal(bool(reads), "there is no procedure to investigate with")
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
        case RemedyChosen(section, _, procedure, steps):
            named = incident.judged is not None or incident.opened.measure is not None
            _legal(named, "the causes have not been judged yet")
            _legal(not running, "a remedy is being run")
            _legal(incident.mitigated is None or bool(incident.missed), "recovery is being watched")
            return replace(
                _afresh(incident), section=section, remedy=None, mitigated=None,
                remedy_from=procedure, remedy_steps=steps,
            )  # fmt: skip
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
        case Resolved(at, _, by, reason):
            return _resolved(incident, at, by, reason)


def _resolved(incident: Incident, at: datetime, by: str, reason: str) -> Incident:
    """Seen to be well; or a person says so; or it was left to people, and its alarms are OK."""
    running = incident.remedy is not None and incident.remedy.outcome is None
    if by:
        _legal(bool(reason.strip()), "a person's word needs a reason")
        _legal(not running, f"the remedy {incident.run} is being run: end that first")
    elif reason:
        _legal(bool(incident.needs_person) and not running, "it is not left to people")
        _legal(incident.calm_since is not None, "its alarms are not OK")
    else:
        _legal(incident.recovered is not None, "users were not seen to be well")
        _legal(not incident.others_firing, "another of its alarms is in ALARM")
    paging = replace(incident.paging, again=(), held=None)
    return replace(
        incident, resolved_at=at, resolution=reason, needs_person="", paging=paging, relapsed=False
    )


def _afresh(incident: Incident) -> Incident:
    """Forget how the last attempt went: the journal keeps it."""
    return replace(incident, watched=None, missed="", raised=False, needs_person="", relapsed=False)


def passed_over(levels: Sequence[Rung], told: Sequence[str]) -> tuple[Rung, ...]:
    """Name the levels that no clock brings in: a person has to judge their condition. Pure."""
    return tuple(
        level for level in levels[1:] if level.after_seconds is None and level.name not in told
    )
