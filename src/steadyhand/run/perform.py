"""Carry out one intent of a run: fill a hole, ask, execute a statement, verify, end.

`Performer` is made once by `main`; it is what the engine calls. What it needs of the outside (a
world per run, sealed values) it is given.
"""

import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from steadyhand.actions import EXTRACTIONS, CannotExtract, changing, classify
from steadyhand.engine.drive import Turn
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.document.shell import Statement, refusals
from steadyhand.model.effect import Effect
from steadyhand.model.next import Wait
from steadyhand.model.run.events import (
    ApprovalAsked,
    DriverTook,
    HoleFilled,
    Outcome,
    ReadsSent,
    RunDiverged,
    RunEnded,
    StepEnded,
    StepRetried,
    StepSkipped,
    StepStarted,
    VariablesGiven,
    WatchBegan,
)
from steadyhand.model.run.plan import BY_HAND, PlannedStep
from steadyhand.model.run.state import Run
from steadyhand.run.appends import Sizes, appending, measured, put_back
from steadyhand.run.decide import Ask, BeginWatch, End, Execute, FillHole, Intent, Judge, Verify
from steadyhand.run.evidence import evidence_for, what_led_to
from steadyhand.run.gate import TOO_LONG, Gate
from steadyhand.run.opened import Open
from steadyhand.run.render import Unfit, render
from steadyhand.run.session import SessionOver
from steadyhand.run.spool import Spool, spooling
from steadyhand.run.verifying import STOPPED, Eyes, verify
from steadyhand.run.watching import watch
from steadyhand.world.door import Call, Lost, Refused, Stream, World, ask
from steadyhand.world.secrets import TOKEN


@dataclass
class Performer:
    """Does what `decide` says, one intent at a time.

    `world_of` gives the world of a run; `forget` drops a run's sealed values when it has ended;
    `factor` divides the time a change has to take effect, `factors` has those of runs that are on
    another target. `fallen` asks whoever is here what becomes of a run whose step failed: None
    ends it.
    """

    directory: Path
    world_of: Callable[[str], World]
    forget: Callable[[str], None]
    factor: float = 1.0
    factors: dict[str, float] = field(default_factory=dict)
    approval_hours: float = 1.0
    output: Callable[[str, str, Stream, bytes], None] = lambda *_: None
    looking: Callable[[str, str, str], None] = lambda *_: None  # run, step, what is seen so far
    fallen: Callable[[str, Run], StepRetried | StepSkipped | Wait | None] = lambda *_: None
    variables: Callable[[str], Mapping[str, str]] = lambda _: {}  # by run, of the operator
    keyboard: Callable[[], int | None] = lambda: None  # the terminal of the person who is here
    _sessions: dict[str, Open] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def do(self, intent: Intent, turn: Turn) -> Wait | None:
        """Append at least one event, or answer why not. Raises Conflict when another drives it."""
        if self._stopping.is_set():
            return STOPPED
        if not isinstance(intent, Execute | End):
            turn.flush()  # the others look at the world first, which takes its time
        match intent:
            case FillHole():
                return self._fill(intent, turn)
            case Ask(step):
                self._ask(_run(turn).plan.planned(step), turn)
            case Judge(step):
                self._judge(_run(turn).plan.planned(step), turn)
            case Execute(step):
                return self._execute(_run(turn).plan.planned(step), turn)
            case BeginWatch(step):
                seconds = _run(turn).plan.planned(step).watch / self._factor(turn)
                turn.append(WatchBegan(step, turn.now() + timedelta(seconds=seconds)))
            case Verify(step) if step in _run(turn).watches:
                planned = _run(turn).plan.planned(step)
                world = self.world_of(turn.key)
                return watch(turn, planned, world, self._factor(turn), self._stopping)
            case Verify(step):
                eyes = Eyes(
                    self.world_of(turn.key), self._factor(turn), self._stopping, self.looking
                )
                return verify(turn, step, eyes)
            case End(outcome, detail):
                return self._end(outcome, detail, turn)
        return None

    def _factor(self, turn: Turn) -> float:
        return self.factors.get(turn.key, self.factor)

    def _end(self, outcome: Outcome, detail: str, turn: Turn) -> Wait | None:
        """End a run, unless a person who is here goes on with what failed, or leaves it open."""
        said = self.fallen(turn.key, _run(turn)) if _run(turn).failed else None
        if isinstance(said, Wait):
            return said
        if said is not None:
            turn.append(said)
            return None
        turn.append(RunEnded(outcome, detail))
        self.close(turn.key)
        self.forget(turn.key)
        self.factors.pop(turn.key, None)
        return None

    def give(self, turn: Turn) -> None:
        """Write down what a run has of the environment here, if it was given nothing yet."""
        run = _run(turn)
        if run.variables is None and (run.plan.variables or run.plan.secrets):
            turn.append(VariablesGiven(self.variables(turn.key)))

    def stop(self) -> None:
        """Interrupt whatever is under way, as a crash would: `resume` goes on from there."""
        self._stopping.set()
        for opened in list(self._sessions.values()):
            opened.session.end()

    def close(self, run: str) -> None:
        """End a run's session, if one is open. Idempotent."""
        if (opened := self._sessions.pop(run, None)) is not None:
            opened.close()

    # --- holes and questions --------------------------------------------------------------------

    def _fill(self, intent: FillHole, turn: Turn) -> Wait | None:
        """Take the value out of what was printed; of what a person did, that person has it."""
        run = _run(turn)
        hole = intent.hole
        if hole.rule == BY_HAND:
            return Wait(None, NOT_GIVEN.format(hole.parameter))
        extraction = EXTRACTIONS[hole.rule]
        printed = b"".join(
            output.body
            for call in run.calls_now(hole.step)
            for output in turn.printed(hole.step, call.number)
            if output.stream == Stream.OUT.value
        )
        consumer = run.plan.planned(intent.consumer).step
        try:
            facts = {}
            for name, argv in extraction.reads(
                changing(consumer.commands, run.values) or ()
            ).items():
                answer = ask(self.world_of(turn.key), Call(argv))
                facts[name] = answer.text
            found = extraction.extract(printed.decode(errors="replace"), hole.scope, facts)
        except (CannotExtract, Refused, Lost) as error:
            if run.by_hand(hole.step):
                return Wait(None, NO_VALUE.format(hole.parameter, hole.step))
            turn.append(RunEnded(Outcome.FAILED, f"no value for <{hole.parameter}>: {error}"))
            return None
        turn.append(HoleFilled(hole.parameter, found.value, found.how))
        return None

    def _ask(self, planned: PlannedStep, turn: Turn) -> None:
        run = _run(turn)
        evidence = evidence_for(planned, run.values, self.world_of(turn.key), run.claimed)
        evidence = run.plan.loud + evidence
        needed = planned.approvals
        if planned.step.kind in {StepKind.MANUAL, StepKind.CHECK}:
            turn.append(ApprovalAsked(planned.step.id, evidence, 1, True))
        else:
            turn.append(ApprovalAsked(planned.step.id, evidence, needed.count, needed.starter_may))

    def _judge(self, planned: PlannedStep, turn: Turn) -> None:
        """Ask whether a condition holds, with what was printed on the way to it."""
        run, step = _run(turn), planned.step

        def printed(earlier: str) -> bytes:
            calls = [0, *(call.number for call in run.calls_now(earlier))]
            pieces = (turn.printed(earlier, number) for number in calls)
            return b"".join(output.body for some in pieces for output in some)

        evidence = run.plan.loud + what_led_to(planned, run, printed)
        turn.append(ApprovalAsked(step.id, evidence, 1, True, condition=planned.asks))

    # --- statements -------------------------------------------------------------------------------

    def _execute(self, planned: PlannedStep, turn: Turn) -> Wait | None:
        step = planned.step
        run = _run(turn)
        if step.kind is StepKind.SQL and step.statement is None:
            reason = "SQL needs a named connection: give one as `sql` in [run]"
            turn.append(RunEnded(Outcome.FAILED, f"{step.span}: {reason}"))
            return None
        try:
            text = render(step, run.values)
        except Unfit as error:
            turn.append(RunEnded(Outcome.FAILED, f"{step.span}: not given to bash: {error}"))
            return None
        if step.statement is None or (refused := refusals(text, step.statement)):
            why = "; ".join(map(str, refused)) if step.statement else "no statement"
            turn.append(RunEnded(Outcome.FAILED, f"{step.span}: not given to bash: {why}"))
            return None
        if name := taken_apart(step.statement, run.snapshot):
            reason = f"it computes with ${name}, which is a secret: only a token of it is here"
            turn.append(RunEnded(Outcome.FAILED, f"{step.span}: not given to bash: {reason}"))
            return None
        # Another one drove since: what its statements set is not in this session.
        if turn.key in self._sessions and self._sessions[turn.key].driver != run.driver:
            self.close(turn.key)
        # Taking over comes first: whoever drove until now can append nothing any more.
        if turn.key not in self._sessions:
            turn.append(DriverTook(secrets.token_hex(4)))
            self.give(turn)
            run = _run(turn)
            self._sessions[turn.key] = Open.start(
                Path(run.plan.folder or self.directory / turn.key), run
            )
            if self._stopping.is_set():  # it was not there to be ended
                self.close(turn.key)
                return STOPPED
        opened = self._sessions[turn.key]
        opened.enter(step.fence)
        sizes, trouble = _appends(run, planned, step.statement, opened)
        if trouble:
            turn.append(RunDiverged(step.id, trouble))
            return None
        # Without it nothing is lost: nothing was done that cannot be done again. But what bash has
        # appended to a file by itself is cut off again only by the sizes that are written down.
        turn.append(StepStarted(step.id, text, sizes), later=not sizes)
        if argvs := opened.to_send(_run(turn), step.id, self.world_of(turn.key)):
            turn.append(ReadsSent(step.id, argvs))
            opened.send(argvs)
        with spooling(step.id, 0) as printed:
            return self._in_bash(opened, planned, text, turn, printed)

    def _in_bash(
        self, opened: Open, planned: PlannedStep, text: str, turn: Turn, printed: Spool
    ) -> Wait | None:
        session = opened.session
        world = self.world_of(turn.key)
        gate = Gate(turn, world, planned, session.end, opened.ahead, self.keyboard)
        opened.answer = lambda request: gate.call(request, session.environment)
        try:
            return self._through(gate, opened, planned, text, turn, printed)
        except BaseException as error:  # of the journal, of a person: it may be under way still
            self.close(turn.key)
            try:
                if isinstance(error, KeyboardInterrupt) and gate.changing:
                    self.output(turn.key, planned.step.id, Stream.ERR, _WAITED_FOR)
            finally:
                gate.shut(str(error))
            raise

    def _through(
        self,
        gate: Gate,
        opened: Open,
        planned: PlannedStep,
        text: str,
        turn: Turn,
        printed: Spool,
    ) -> Wait | None:
        step, session = planned.step, opened.session
        begun = turn.seq

        def keep(stream: Stream, chunk: bytes) -> None:
            if turn.written < begun:
                turn.flush()  # what a step prints is shown below its beginning
            printed.take(stream, chunk)
            self.output(turn.key, step.id, stream, chunk)

        snapshot, longest = _run(turn).snapshot, _run(turn).plan.step_seconds
        try:
            code = session.execute(text, keep, longest + _GRACE, turn.flush)
            gate.settle(_LEFT_BEHIND)
            snapshot = session.saved()
        except SessionOver as over:
            self.close(turn.key)
            if over.late:
                keep(Stream.ERR, f"steadyhand: ended: {TOO_LONG.format(longest)}\n".encode())
            code = over.code if over.code >= 0 else 128 - over.code
            if self._stopping.is_set():
                gate.shut(STOPPED.why)
                return STOPPED
            gate.settle(_LEFT_BEHIND)
            if gate.held is not None:
                if gate.held.error is not None:
                    raise gate.held.error from None
                return Wait(None, gate.held.why) if gate.held.waits else None
        if code == 0 and gate.unreached:
            missing = gate.unreached[0].shown
            turn.append(RunDiverged(step.id, f"the statement no longer comes to: {missing}"))
            return None
        kept, later = printed.held(may_wait=code == 0 and step.effect is Effect.READ)
        turn.append(StepEnded(step.id, code, snapshot), printed=kept, later=later)
        return None


def _appends(
    run: Run, planned: PlannedStep, statement: Statement, opened: Open
) -> tuple[Sizes, str]:
    """Give the sizes of what a statement appends to; cut what it has appended before.

    Second, why that cannot be.
    """
    step, root, cwd = planned.step.id, opened.session.directory, opened.session.at
    appends = appending(statement, run.plan.functions_before(step), cwd)
    if step not in run.sizes:
        return measured(appends, root, cwd), ""
    return run.sizes[step], put_back(run.sizes[step], appends, run.calls_now(step), root, cwd)


def taken_apart(statement: Statement, snapshot: str) -> str:
    """Name a variable that holds a token and that the statement transforms; "" for none. Pure.

    Half a token means nothing to anybody, so what is made of it would be wrong without a word.
    """
    for name in statement.transforms:
        held = re.search(
            rf"^declare \S+ {re.escape(name)}=.*{TOKEN.pattern}", snapshot, re.MULTILINE
        )
        fills = any(
            assignment.name == name
            and assignment.command is not None
            and classify(assignment.command).secret_output
            for assignment in statement.assignments
        )
        if held or fills:
            return name
    return ""


NO_VALUE = (
    "<{0}> has no value: {1}, which would print it, was done by hand, or its answer is lost; "
    "give it with --value {0}=VALUE"
)
NOT_GIVEN = "<{0}> has no value, and nothing prints it: give it with --value {0}=VALUE"
_WAITED_FOR = b"steadyhand: a change is under way and waited for; interrupt again to leave it\n"
_GRACE = 5.0  # seconds between the end of a step's last program and that of its bash
_LEFT_BEHIND = 60.0  # seconds for calls whose statement is over: in the background, or ended


def _run(turn: Turn) -> Run:
    run: Run = turn.state
    return run
