"""Incidents: what is done for each thing that an alarm's or an incident's `decide` names."""

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from steadyhand.app import runs
from steadyhand.app.control import Control
from steadyhand.app.documents import Loaded
from steadyhand.app.problem import Problem
from steadyhand.engine.drive import Turn
from steadyhand.model.alarm import Alarm, IncidentLinked
from steadyhand.model.effect import Effect
from steadyhand.model.events import Recorded
from steadyhand.model.incident.conduct import Rung
from steadyhand.model.incident.events import (
    Acknowledged,
    AssessmentEnded,
    AssessmentOpened,
    Escalated,
    IncidentOpened,
    LevelPaged,
    NeedsPerson,
    Printed,
    RecoveryWatched,
    RemedyEnded,
    RemedyOpened,
    Resolved,
    ReviewWritten,
)
from steadyhand.model.incident.state import Incident
from steadyhand.model.next import Wait
from steadyhand.model.notice import Notice
from steadyhand.model.run.events import CallAnswered, CallStarted, Outcome
from steadyhand.model.runbook import AlarmRule, Phase, StepKind
from steadyhand.model.target import Target
from steadyhand.plan.make import Selection
from steadyhand.respond.causes import judge
from steadyhand.respond.decide import (
    Assess,
    AwaitRun,
    Intent,
    Judge,
    Page,
    Record,
    Remedy,
    Review,
    WatchRecovery,
)
from steadyhand.respond.evidence import gather
from steadyhand.respond.match import match
from steadyhand.respond.postmortem import CommandRecord, postmortem
from steadyhand.store.journal import Conflict
from steadyhand.watch.bindings import Watched
from steadyhand.watch.decide import OpenIncident
from steadyhand.watch.look import whole_periods
from steadyhand.world.door import Lost, Refused, World

_EXCERPT = 4000  # characters of an output that go into a record

Values = tuple[float | None, ...]
# A world, an alarm's name, since when and until when → the end of the last period, and the values.
Periods = Callable[[World, str, datetime, datetime], tuple[datetime, Values]]


@dataclass
class Responder:
    """Responds from one document on one target. Made by `app.operate`."""

    control: Control
    loaded: Loaded
    target: Target
    system: str
    watched: Mapping[str, Watched]
    periods: Periods | None = None  # how the values of an alarm are read; None: from CloudWatch

    # --- alarms --------------------------------------------------------------------------------

    def open(self, intent: OpenIncident, turn: Turn) -> Wait | None:
        """Open the incident of this time in ALARM; opening it again finds it there."""
        alarm: Alarm = turn.state
        one = self.watched[intent.alarm]
        stamp = intent.since.strftime("%Y%m%d-%H%M%S")
        digest = hashlib.sha256(f"{turn.key}{intent.since.isoformat()}".encode()).hexdigest()
        key = f"{stamp}-{digest[:6]}"
        incident = self.control.engine.turn("incident", key)
        if incident.state is None:
            with contextlib.suppress(Conflict):  # another process has just opened the same one
                incident.append(self._opened(one, alarm))
        turn.append(IncidentLinked(key))
        return None

    def _opened(self, one: Watched, alarm: Alarm) -> IncidentOpened:
        if one.condition is None:
            raise AssertionError("an unbound alarm never turns")
        rule = one.rule
        ranked = match(rule, self.loaded.runbook.procedures)
        best = ranked.best
        settings = self.loaded.settings
        verify = settings.respond.verify_seconds or rule.threshold.for_seconds or 60.0
        return IncidentOpened(
            at=self.control.clock.now(),
            onset=alarm.since - timedelta(seconds=one.period * one.condition.periods),
            alarm=rule.name,
            rule=rule.threshold.text,
            reason=alarm.reason,
            condition=one.condition,
            period_seconds=one.period,
            verify_seconds=max(verify / self.target.factor, float(one.period)),
            levels=self._levels(rule),
            system=self.system,
            runbook=self.loaded.runbook.path,
            target=self.target.name,
            factor=self.target.factor,
            procedure=best.procedure.id if best else "",
            title=best.procedure.title if best else "",
            score=best.score if best else 0.0,
            why=ranked.why,
            severity=best.procedure.severity if best else "",
        )

    def _levels(self, rule: AlarmRule) -> tuple[Rung, ...]:
        factor = self.target.factor
        return tuple(
            Rung(
                level.name,
                level.contact,
                level.when,
                None if level.after_seconds is None else level.after_seconds / factor,
            )
            for level in self.loaded.runbook.facts.escalation
        ) or (Rung("L1", rule.action, "the document has no escalation path", 0.0),)

    # --- incidents -------------------------------------------------------------------------------

    def do(self, intent: Intent, turn: Turn) -> Wait | None:
        """Carry out one intent of an incident."""
        match intent:
            case Page(event):
                self._page(event, turn)
            case Record(event):
                turn.append(event, notices=self._about(event, turn))
            case Assess(procedure):
                self._assess(procedure, turn)
            case AwaitRun(run, until):
                return self._await(run, until, turn)
            case Judge(procedure):
                self._judge(procedure, turn)
            case Remedy(procedure, section):
                self._remedy(procedure, section, turn)
            case WatchRecovery(since):
                return self._watch_recovery(since, turn)
            case Review():
                self._review(turn)
        return None

    def _page(self, event: LevelPaged | Escalated, turn: Turn) -> None:
        channels = self._channels(event.contact)
        incident = _incident(turn)
        why = event.why if isinstance(event, Escalated) else incident.opened.reason
        turn.append(
            replace(event, channels=channels),
            notices=self._notices(turn, event.level, event.contact, "page", why),
        )

    def _channels(self, contact: str) -> tuple[str, ...]:
        known = self.loaded.settings.contact(contact)
        return known.notices if known else ()

    def _about(self, event: object, turn: Turn) -> list[Notice]:
        """Tell everybody who was told of the incident how it goes on."""
        match event:
            case Resolved(_, seconds):
                subject, body = "resolved", f"resolved after {seconds:.0f} s"
            case NeedsPerson(why):
                subject, body = "needs a person", why
            case _:
                return []
        incident = _incident(turn)
        contacts = {level.name: level.contact for level in incident.opened.levels}
        return [
            notice
            for level in incident.told
            for notice in self._notices(turn, level, contacts[level], subject, body)
        ]

    def _notices(
        self, turn: Turn, level: str, contact: str, subject: str, body: str
    ) -> list[Notice]:
        opened = _incident(turn).opened
        title = f"{opened.system}: {opened.alarm} {opened.rule}: {subject}"
        return [
            Notice(
                id=f"{turn.key}/{turn.seq + 1}/{level}/{channel}",
                incident=turn.key,
                level=level,
                contact=contact,
                channel=channel,
                title=title,
                body=f"{body}\nprocedure: {opened.title or 'none'} ({opened.why})",
            )
            for channel in self._channels(contact)
        ]

    # --- runs of the procedure -------------------------------------------------------------------

    def _assess(self, procedure_id: str, turn: Turn) -> None:
        procedure = self.loaded.runbook.procedure(procedure_id)
        steps = tuple(
            step.id
            for step in procedure.steps
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

    def _remedy(self, procedure_id: str, section: str, turn: Turn) -> None:
        tried = sum(isinstance(r.event, RemedyOpened) for r in _history(turn))
        key = f"{turn.key}-remedy" + (f"-{tried + 1}" if tried else "")
        try:
            plan = runs.plan(
                self.control,
                self.loaded,
                runs.Wanted(procedure_id, Selection(section)),
                self.target,
            )
        except Problem as problem:
            turn.append(RemedyEnded("", Outcome.FAILED, str(problem)))
            return
        runs.open_run(self.control, key, plan, "steadyhand", turn.key)
        turn.append(RemedyOpened(key))

    def _await(self, run: str, until: datetime | None, turn: Turn) -> Wait | None:
        """Look whether a run has ended. It is driven elsewhere, and its end wakes the incident."""
        ended = runs.state(self.control, run)
        if ended.outcome is None:
            return Wait(until, f"run {run}")
        incident = _incident(turn)
        if incident.assessment is not None and incident.assessment.run == run:
            printed = tuple(_printed(self.control, run))
            turn.append(AssessmentEnded(run, ended.outcome, printed, ended.detail))
        else:
            turn.append(RemedyEnded(run, ended.outcome, ended.detail))
        return None

    def _judge(self, procedure_id: str, turn: Turn) -> None:
        opened = _incident(turn).opened
        procedure = self.loaded.runbook.procedure(procedure_id)
        binding = self.watched[opened.alarm].binding
        lookback = self.loaded.settings.respond.lookback_seconds / self.target.factor
        evidence = gather(
            self.control.reading_world(self.target),
            binding.service if binding else None,
            onset=opened.onset,
            now=self.control.clock.now(),
            lookback=timedelta(seconds=lookback),
        )
        turn.append(judge(procedure, evidence))

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
        history = _history(turn)
        text = postmortem(history, commands(self.control, history))
        folder = self.control.state / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{turn.key}.md"
        path.write_text(text)
        turn.append(ReviewWritten(str(path)))


def _incident(turn: Turn) -> Incident:
    incident: Incident = turn.state
    return incident


def _history(turn: Turn) -> list[Recorded]:
    return turn.journal.read("incident", turn.key)


def _printed(control: Control, run: str) -> Sequence[Printed]:
    """Collect what each step of an assessment printed."""
    state = runs.state(control, run)
    found = []
    for planned in state.plan.steps:
        step = planned.step
        printed = control.journal.printed(run, step.id, 0)
        text = b"".join(output.body for output in printed).decode(errors="replace")
        found.append(Printed(step.title, step.text, text[:_EXCERPT], state.exit_codes.get(step.id)))
    return found


def commands(control: Control, history: Sequence[Recorded]) -> list[CommandRecord]:
    """Collect every command that the runs of an incident made, in the order of time."""
    found = []
    for recorded in history:
        if isinstance(recorded.event, AssessmentOpened | RemedyOpened):
            found += _commands_of(control, recorded.event.run)
    return found


def _commands_of(control: Control, run: str) -> list[CommandRecord]:
    state = runs.state(control, run)
    started: dict[tuple[str, int], tuple[CallStarted, datetime]] = {}
    found = []
    for recorded in control.journal.read("run", run):
        match recorded.event:
            case CallStarted(step, number) as call:
                started[step, number] = (call, recorded.at)
            case CallAnswered(step, number, exit_code):
                call, at = started[step, number]
                outputs = control.journal.printed(run, step, number)
                text = b"".join(out.body for out in outputs).decode(errors="replace")
                question = state.questions.get(step)
                found.append(
                    CommandRecord(
                        argv=" ".join(call.argv),
                        effect=call.effect.word,
                        exit_code=exit_code,
                        output=text[:_EXCERPT],
                        started=at,
                        ended=recorded.at,
                        approved_by=question.signed_by if question else (),
                    )
                )
            case _:
                pass
    return found


def find(control: Control, key: str) -> Incident:
    """Read an incident. Raises Problem when there is none of that name."""
    incident: Incident | None = control.engine.turn("incident", key).state
    if incident is None:
        raise Problem(f"there is no incident {key}; `steadyhand incidents list` shows them")
    return incident


def report_path(incident: Incident) -> Path | None:
    return Path(incident.review) if incident.review else None


def acknowledge(control: Control, key: str, by: str) -> None:
    """Write down who took an incident up, once."""
    for _ in range(5):
        turn = control.engine.turn("incident", key)
        if turn.state is None or turn.state.acknowledged_by:
            return
        try:
            turn.append(Acknowledged(by, control.clock.now()))
        except Conflict:
            continue  # its driver appended meanwhile: look again
        return
