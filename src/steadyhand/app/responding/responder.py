"""Does what an alarm's or an incident's `decide` names, from one document on one target.

Longer than most: what an alarm does to an incident and the incident to its alarm is said once.
"""

import contextlib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.responding import securing
from steadyhand.app.responding.news import said_of
from steadyhand.app.responding.opening import Opening
from steadyhand.app.responding.ran import printed
from steadyhand.app.responding.suppressing import SUPPRESSES, suppressed
from steadyhand.app.responding.telling import Teller, to_told
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.app.running import runs
from steadyhand.engine.drive import Turn
from steadyhand.model.alarm import (
    ActionsHeld,
    ActionsReleased,
    Alarm,
    AlarmState,
    Deed,
    IncidentLinked,
)
from steadyhand.model.document.runbook import Phase, Procedure, StepKind
from steadyhand.model.effect import Effect
from steadyhand.model.events import IllegalEvent, Recorded
from steadyhand.model.incident.conduct import (
    AlarmAgain,
    AlarmBack,
    AlarmJoined,
    PagesReleased,
    Reopened,
)
from steadyhand.model.incident.events import (
    ENDS,
    AssessmentEnded,
    AssessmentOpened,
    EvidenceKept,
    IncidentOpened,
    RecoveryWatched,
    RemedyEnded,
    RemedyOpened,
    ReviewWritten,
)
from steadyhand.model.incident.measure import Measure
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident
from steadyhand.model.key import alarm_key
from steadyhand.model.next import Wait
from steadyhand.model.run.events import Outcome
from steadyhand.model.run.plan import Plan
from steadyhand.model.run.target import Target
from steadyhand.plan.make import Selection
from steadyhand.respond.causes import judge
from steadyhand.respond.decide import (
    Assess,
    AwaitRun,
    Intent,
    Judge,
    KeepEvidence,
    LookAgain,
    Page,
    Record,
    Remedy,
    Review,
    WatchRecovery,
)
from steadyhand.respond.evidence import gather
from steadyhand.respond.measures import falls_short
from steadyhand.respond.placing import Join, New, Reopen, place
from steadyhand.respond.whole import part_with, whole_of
from steadyhand.store.journal import Conflict
from steadyhand.watch.bindings import Watched
from steadyhand.watch.decide import OpenIncident
from steadyhand.watch.look import whole_periods
from steadyhand.world.door import Lost, Refused, World

_SUPPRESSED = 1.0  # seconds between two looks whether a suppressor is still in ALARM
_AT_ONCE = timedelta(milliseconds=200)
_LOOKED_AT = 200  # incidents that were opened last, where one might be opened again

Values = tuple[float | None, ...]
# A world, an alarm's name, since when and until when → the end of the last period, and the values.
Periods = Callable[[World, str, datetime, datetime], tuple[datetime, Values]]


@dataclass
class Responder:
    """Responds from one document on one target. Made by the desk (`app.watching.desk`)."""

    control: Control
    loaded: Loaded
    target: Target
    system: str
    watched: Mapping[str, Watched]
    periods: Periods | None = None  # how the values of an alarm are read; None: from CloudWatch
    since: datetime | None = None  # what was opened before is left alone: nobody drives it

    def __post_init__(self) -> None:
        self.teller = Teller(self.control, self.loaded, self.system)
        self.opening = Opening(self.control, self.loaded, self.target, self.system)

    # --- alarms --------------------------------------------------------------------------------

    def open(self, intent: OpenIncident, turn: Turn) -> Wait | None:
        """Open the incident of this time in ALARM, or find the one that it belongs to.

        While it is silenced nothing is opened: what holds it is written down once, and looked at
        again when it ends.
        """
        alarm: Alarm = turn.state
        one = self.watched[intent.alarm]
        if (wait := self._silenced(alarm, one, turn)) is not None:
            return wait
        if (wait := self._suppressed(alarm, one, turn)) is not None:
            return wait
        key = _key(turn.key, intent.since)
        incident = self.control.engine.turn("incident", key)
        if incident.state is None:
            opened = self.opening.of(one, alarm)
            try:
                key = self._placed(key, opened, incident)
            except IllegalEvent as error:  # it was resolved, or opened again, just now: look again
                return Wait(turn.now() + _AT_ONCE, str(error))
        turn.append(IncidentLinked(key))
        return None

    def _placed(self, key: str, opened: IncidentOpened, incident: Turn) -> str:
        """Open an incident under `key`, or put the alarm to where it belongs; give the id."""
        match self._place(opened):
            case Join(other, why):
                self._join(other, opened, why)
                return other
            case Reopen(other, why):
                self._reopen(other, opened, why)
                return other
            case New():
                with contextlib.suppress(Conflict):  # another process has just opened the same one
                    incident.append(opened)
                return key

    def _silenced(self, alarm: Alarm, one: Watched, turn: Turn) -> Wait | None:
        severity = self.opening.severity(one, alarm)[0]
        held = self.teller.silenced(alarm.name, severity)
        now = self.control.clock.now()
        if held is not None:
            if alarm.held != held.id:
                turn.append(ActionsHeld(held.id, held.why, now, held.until))
            return Wait(held.until, held.why)
        if alarm.held.startswith(("s-", "window ")):
            turn.append(ActionsReleased(f"{alarm.held} is over", now))
        return None

    def _suppressed(self, alarm: Alarm, one: Watched, turn: Turn) -> Wait | None:
        """Wait while the alarm's suppressor holds its actions, and write that down."""
        held, now = (
            suppressed(self.control, self.system, one, alarm, self.target.factor),
            turn.now(),
        )
        if held is not None:
            if turn.state.held != held.by:
                turn.append(ActionsHeld(held.by, held.why, now, held.until))
            return Wait(held.until or now + timedelta(seconds=_SUPPRESSED), held.why)
        if turn.state.held in SUPPRESSES:
            turn.append(ActionsReleased(f"{turn.state.held} is over", now))
        return None

    def _place(self, opened: IncidentOpened) -> New | Join | Reopen:
        """Look among what is open, and what was opened last."""
        journal, engine = self.control.journal, self.control.engine
        newest = journal.keys("incident")[-_LOOKED_AT:]
        open_now = journal.unfinished("incident", *ENDS)
        keys = sorted({*newest, *open_now}, key=lambda pair: pair[1])
        there = [
            (key, state)
            for key, at in keys
            if (self.since is None or at >= self.since)
            and (state := engine.turn("incident", key).state)
        ]
        facts, settings = self.loaded.runbook.facts, self.loaded.settings.respond
        return place(opened, there, facts.dependencies, settings, self.control.clock.now())

    def _join(self, key: str, opened: IncidentOpened, why: str) -> None:
        turn = self.control.engine.turn("incident", key)
        known = turn.state.alarms.get(opened.alarm)
        if known is None:
            turn.append(AlarmJoined(opened.alarm, opened.rule, opened.reason, why, opened.at))
        elif not known.firing:
            turn.append(AlarmAgain(opened.alarm, opened.at))
        incident: Incident = turn.state
        if opened.rank is not None and (incident.rank is None or opened.rank < incident.rank):
            turn.append(
                self.opening.change(opened.severity, f"{opened.alarm} joined", "", incident)
            )

    def _reopen(self, key: str, opened: IncidentOpened, why: str) -> None:
        turn = self.control.engine.turn("incident", key)
        turn.append(Reopened(why, opened.at, opened.respond_by))

    # --- incidents -------------------------------------------------------------------------------

    def do(self, intent: Intent, turn: Turn) -> Wait | None:
        """Carry out one intent of an incident."""
        match intent:
            case Page(event):
                self.teller.page(event, turn)
            case Record(event):
                turn.append(event, notices=self._about(event, turn))
            case Assess(procedure):
                self._assess(procedure, turn)
            case AwaitRun(run, until):
                return self._await(run, until, turn)
            case Judge(procedure):
                self._judge(procedure, turn)
            case KeepEvidence(measure):
                self._keep_evidence(measure, turn)
            case Remedy():
                self._remedy(intent, turn)
            case WatchRecovery(since):
                return self._watch_recovery(since, turn)
            case LookAgain(until, why):
                return self._look_again(until, why, turn)
            case Review():
                self._review(turn)
        return None

    def _about(self, event: object, turn: Turn) -> list[Notice]:
        """Tell everybody who was told of the incident how it goes on."""
        said = said_of(event, _incident(turn))
        if said is None:
            return []
        kind, body, subject = said
        notices = to_told(self.control, turn, kind, body)
        return [replace(one, title=one.title.removesuffix(kind) + subject) for one in notices]

    def observe(self, turn: Turn) -> bool:
        """Write down how the alarms and the silences of an incident have changed since."""
        incident: Incident = turn.state
        for name, seen in incident.alarms.items():
            key = alarm_key(self.system, name)
            alarm: Alarm | None = self.control.engine.turn("alarm", key).state
            if alarm is None:
                continue
            if alarm.state is AlarmState.ALARM and self._worse(alarm, turn):
                return True
            if (alarm.state is AlarmState.ALARM) is seen.firing:
                continue
            if alarm.state is AlarmState.OK:
                turn.append(AlarmBack(name, alarm.since))
                return True
            if alarm.state is AlarmState.ALARM:
                turn.append(AlarmAgain(name, alarm.since))
                return True
        return self._observe_silences(turn)

    def _worse(self, alarm: Alarm, turn: Turn) -> bool:
        """Take the severity of a level that an alarm has reached since, unless a person has."""
        incident: Incident = turn.state
        if not alarm.level or incident.graded_by or alarm.name not in self.watched:
            return False
        severity, rank, _ = self.opening.severity(self.watched[alarm.name], alarm)
        if rank is None or (incident.rank is not None and rank >= incident.rank):
            return False
        why = f"{alarm.name} is {alarm.level}"
        turn.append(self.opening.change(severity, why, "", incident))
        return True

    def _observe_silences(self, turn: Turn) -> bool:
        incident: Incident = turn.state
        held, known = self.teller.held(incident), incident.paging.held
        if held is not None and (known is None or known.silence != held.id):
            self.teller.hold(held, turn)
            return True
        if held is None and known is not None:
            turn.append(PagesReleased(f"{known.silence} is over", self.control.clock.now()))
            return True
        return False

    def _look_again(self, until: datetime | None, why: str, turn: Turn) -> Wait | None:
        """Wait, but no longer than a period: an alarm that is OK again does not wake it."""
        if self.observe(turn):
            return None
        soon = self.control.clock.now() + timedelta(seconds=_incident(turn).opened.period_seconds)
        return Wait(min(until or soon, soon), why)

    # --- runs of the procedure -------------------------------------------------------------------

    def _assess(self, procedure_id: str, turn: Turn) -> None:
        first = self.loaded.runbook.procedure(self._whole(procedure_id).id)
        steps = tuple(
            step.id
            for step in first.steps
            if step.phase is Phase.ASSESS
            and step.kind is StepKind.COMMAND
            and step.effect is Effect.READ
            and not step.condition
        )
        if not steps:
            detail = "the procedure has no reads that run by themselves"
            turn.append(AssessmentEnded("", Outcome.COMPLETED, (), detail))
            return
        key = f"{turn.key}-assess"
        try:
            plan = runs.plan(
                self.control,
                self.loaded,
                runs.Wanted(procedure_id, Selection(only=steps)),
                self.target,
            )
        except Problem as problem:
            turn.append(AssessmentEnded("", Outcome.FAILED, (), str(problem)))
            return
        runs.open_run(self.control, key, plan, "steadyhand", turn.key)
        turn.append(AssessmentOpened(key))

    def _remedy(self, remedy: Remedy, turn: Turn) -> None:
        tried = sum(isinstance(r.event, RemedyOpened) for r in _history(turn))
        key = f"{turn.key}-remedy" + (f"-{tried + 1}" if tried else "")
        try:
            plan = runs.plan(
                self.control,
                self.loaded,
                self._wanted(remedy),
                self.target,
            )
        except Problem as problem:
            turn.append(RemedyEnded("", Outcome.FAILED, str(problem)))
            return
        if why := self._short(remedy, plan, turn):
            turn.append(RemedyEnded("", Outcome.REFUSED, why))
            return
        runs.open_run(self.control, key, plan, "steadyhand", turn.key)
        opened = RemedyOpened(key)
        turn.append(opened, notices=self._about(opened, turn))

    def _short(self, remedy: Remedy, plan: Plan, turn: Turn) -> str:
        """Say why the step of an alarm's own action may give less; "" for any other remedy."""
        measure = _incident(turn).opened.measure
        if measure is None or measure.deed is not Deed.SCALE or remedy.steps != measure.steps:
            return ""
        meant = (planned for planned in plan.steps if planned.step.id in remedy.steps)
        return "; ".join(filter(None, map(falls_short, meant)))

    def _wanted(self, remedy: Remedy) -> runs.Wanted:
        if not remedy.section:
            chosen = Selection(only=remedy.steps)
            return runs.Wanted(remedy.procedure, chosen, attended=remedy.attended)
        part = self._part(remedy.procedure, remedy.section)
        return runs.Wanted(part, Selection(remedy.section), attended=remedy.attended)

    def _keep_evidence(self, measure: Measure, turn: Turn) -> None:
        now = self.control.clock.now()
        lookback = self.loaded.settings.respond.lookback_seconds / self.target.factor
        onset = _incident(turn).opened.onset
        since = onset - timedelta(seconds=lookback)
        world = self.control.reading_world(self.target)
        kept, outputs = securing.gathered(world, measure, since, onset, now)
        turn.append(EvidenceKept(now, kept), printed=outputs)

    def _whole(self, procedure: str) -> Procedure:
        return whole_of(self.loaded.runbook.procedures, procedure)

    def _part(self, procedure: str, section: str) -> str:
        every = self.loaded.runbook.procedures
        return part_with(every, self._whole(procedure), section)

    def _await(self, run: str, until: datetime | None, turn: Turn) -> Wait | None:
        """Look whether a run has ended. It is driven elsewhere, and its end wakes the incident."""
        ended = runs.state(self.control, run)
        if ended.outcome is None:
            return self._look_again(until, f"run {run}", turn)
        incident = _incident(turn)
        if incident.assessment is not None and incident.assessment.run == run:
            outputs = tuple(printed(self.control, run))
            turn.append(AssessmentEnded(run, ended.outcome, outputs, ended.detail))
        else:
            turn.append(RemedyEnded(run, ended.outcome, ended.detail))
        return None

    def _judge(self, procedure_id: str, turn: Turn) -> None:
        opened = _incident(turn).opened
        procedure = self._whole(procedure_id)
        binding = self.watched[opened.alarm].binding
        lookback = self.loaded.settings.respond.lookback_seconds / self.target.factor
        evidence = gather(
            self.control.reading_world(self.target),
            binding.service if binding else None,
            onset=opened.onset,
            now=self.control.clock.now(),
            lookback=timedelta(seconds=lookback),
        )
        judged = judge(procedure, evidence)
        turn.append(judged, notices=self._about(judged, turn))

    # --- recovery, and what is written ------------------------------------------------------------

    def _watch_recovery(self, since: datetime, turn: Turn) -> Wait | None:
        one = self.watched[_incident(turn).opened.alarm]
        now = self.control.clock.now()
        world = self.control.reading_world(self.target)
        try:
            name = _incident(turn).opened.alarm
            read = self.periods
            until, values = (
                read(world, name, since, now) if read else whole_periods(world, one, since, now)
            )
        except (Refused, Lost, ValueError) as error:
            return Wait(now + timedelta(seconds=one.period), f"recovery cannot be read: {error}")
        turn.append(RecoveryWatched(now, until, values))
        return None

    def _review(self, turn: Turn) -> None:
        # Nobody who is to be paged waits for what it needs.
        from steadyhand.app.responding import learning

        written = learning.write(self.control, turn.key)
        turn.append(ReviewWritten(str(written.report)))


def _key(alarm: str, since: datetime) -> str:
    digest = hashlib.sha256(f"{alarm}{since.isoformat()}".encode()).hexdigest()
    return f"{since:%Y%m%d-%H%M%S}-{digest[:6]}"


def _incident(turn: Turn) -> Incident:
    incident: Incident = turn.state
    return incident


def _history(turn: Turn) -> list[Recorded]:
    return turn.journal.read("incident", turn.key)
