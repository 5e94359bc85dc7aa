"""The gate: every command of a statement comes through here, with its expanded argv.

Journaled calls are answered from the journal; a call that was started and never answered is looked
at before anything is repeated; a new call is judged, journaled, sent, and its answer journaled.
Longer than most: who may send a call, and what then may become of it, is to be read in one place.
"""

import contextlib
import os
import shlex
import threading
import time
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.actions import action_for, classify_argv
from steadyhand.actions.action import Observation
from steadyhand.engine.drive import Turn
from steadyhand.model.effect import Classified, Effect
from steadyhand.model.run.events import (
    ApprovalAsked,
    CallAnswered,
    CallLost,
    CallObserved,
    CallRefused,
    CallStarted,
    Doubt,
    RunDiverged,
)
from steadyhand.model.run.judge import Verdict, judge
from steadyhand.model.run.plan import PlannedStep
from steadyhand.model.run.state import CallState, Run
from steadyhand.run.ahead import Ahead
from steadyhand.run.heard import only_heard
from steadyhand.run.hosted import NO_TERMINAL, Sitting, takes_terminal
from steadyhand.run.session import exported
from steadyhand.run.shims import Request
from steadyhand.run.spool import Spool, spooling
from steadyhand.world.door import Call, Hosted, Lost, Refused, Stream, World, ask
from steadyhand.world.words.scripts import only_starts

NOT_CARRIED_OUT = 126  # what bash itself says of a command that exists and may not be run
_PATIENCE = 2.0  # seconds; the parts of a pipeline reach the gate in any order


class Held(Struct, frozen=True):
    """Why the statement had to be stopped: a question is open (then the journal says so), or
    `error`: this process cannot go on, because it cannot write to the journal any more, or because
    it has a bug. What was started and not answered is in doubt then."""

    why: str
    error: Exception | None = None
    waits: bool = False  # for somebody at a terminal; nothing is written down


class Gate:
    """The gate of one statement. `stop` is called when the statement must not go on."""

    def __init__(
        self,
        turn: Turn,
        world: World,
        planned: PlannedStep,
        stop: Callable[[], None],
        ahead: Ahead | None = None,
        keyboard: Callable[[], int | None] = lambda: None,
    ) -> None:
        """`keyboard` gives the terminal of the person who is here, if there is one."""
        self._keyboard = keyboard
        self._send_out = world.send if ahead is None else ahead.send
        self._seconds = turn.state.plan.step_seconds
        self._ends = time.monotonic() + self._seconds
        self._turn = turn
        self._world = world
        self._planned = planned
        self._stop = stop
        self._lock = threading.RLock()
        self._moved = threading.Condition(self._lock)
        self._unused = list(self._run.calls_now(planned.step.id))
        self._lost_once: set[int] = set()
        self._excused: set[int] = set()  # numbers of calls that need not come again
        self._under_way: list[Request] = []
        self._captured = 0  # programs that start others, while a script reads what they print
        self._changing = 0  # changes that are being made
        self.held: Held | None = None

    @property
    def _run(self) -> Run:
        run: Run = self._turn.state
        return run

    @property
    def unreached(self) -> tuple[CallState, ...]:
        """Journaled calls that the statement has not come to."""
        return tuple(
            call for call in self._unused if not call.refused and call.number not in self._excused
        )

    def call(self, request: Request, session: dict[str, str]) -> int:
        """Answer one shim: the exit status its command has."""
        with self._lock:
            if self.held is not None:  # what started the statement's programs may not know it yet
                return NOT_CARRIED_OUT
            self._under_way.append(request)
        try:
            return self._answer(request, session)
        finally:
            with self._moved:
                self._under_way.remove(request)
                self._moved.notify_all()

    def settle(self, seconds: float) -> None:
        """Wait until every call that was let in is answered: whoever made it may be gone."""
        with self._moved:
            self._moved.wait_for(lambda: not self._under_way, timeout=seconds)

    @property
    def changing(self) -> bool:
        """Whether a change is under way."""
        return self._changing > 0

    def shut(self, why: str) -> None:
        """Let nothing more begin, and wait until no change is under way: whoever goes on from the
        journal looks at what was done, and must not find it half done."""
        with self._moved:
            self.held = self.held or Held(why)
            self._moved.wait_for(lambda: not self._changing)

    def _answer(self, request: Request, session: dict[str, str]) -> int:
        try:
            words = tuple(map(_written, request.argv))
            odd, request = words != request.argv, replace(request, argv=words)
            with self._lock:
                past = self._take(request.argv)
            if past is not None:
                return self._again(past, request, session)
            if not self._journal_used_up():
                instead = " and ".join(call.shown for call in self.unreached)
                came = f"came to {shlex.join(request.argv)}, which the journal has not"
                return self._diverge(f"{came}: it has {instead}" if instead else came)
            if odd:  # nobody could be shown it as it is, and the journal not have it
                shown = shlex.join(words)
                return self._refuse(request, f"{shown}: a word of it is no text in UTF-8")
            return self._first_time(request, session)
        except Exception as error:  # nothing may be lost in the thread that answers a shim
            return self._hold(str(error), error)

    # --- what was done before ----------------------------------------------------------------

    def _take(self, argv: tuple[str, ...]) -> CallState | None:
        for call in self._unused:
            if call.argv == argv:
                self._unused.remove(call)
                self._moved.notify_all()
                return call
        return None

    def _journal_used_up(self) -> bool:
        with self._moved:
            return self._moved.wait_for(lambda: not self.unreached, timeout=_PATIENCE)

    def _again(self, past: CallState, request: Request, session: dict[str, str]) -> int:
        if past.refused:
            _say(request, past.refused)
            return NOT_CARRIED_OUT
        if not past.open:
            if only_starts(request.argv, request.cwd):
                self._excuse(past.number)
            for output in self._turn.printed(self._planned.step.id, past.number):
                _write(request, Stream(output.stream), output.body)
            return past.exit_code or 0
        classified = classify_argv(request.argv)
        again = classified.effect is Effect.READ or only_starts(request.argv, request.cwd)
        if again or past.doubt is Doubt.NOT_DONE:
            return self._send(past.number, request, session, classified)
        return self._clear_up(past.number, past, request, session, classified)

    def _excuse(self, number: int) -> None:
        """A program that starts others was answered, so what it started does not come again.

        Which those are is not written down. Any later one may be; one that comes is answered still.
        """
        with self._moved:
            later = (call for call in self._unused if call.number > number and not call.open)
            self._excused.update(call.number for call in later)
            self._moved.notify_all()

    def _clear_up(
        self,
        number: int,
        call: CallState,
        request: Request,
        session: dict[str, str],
        classified: Classified,
    ) -> int:
        """Look before anything is repeated: done, not done, or a person has to say."""
        doubt, how = self._observe(call)
        heard = self._captured > 0 or not self._only_heard(request)
        if doubt is Doubt.DONE and heard:
            doubt, how = Doubt.UNKNOWN, f"{how}: {_ANSWER_LOST}"
        step = self._planned.step.id
        self._turn.append(CallObserved(step, number, doubt, how, heard=heard))
        match doubt:
            case Doubt.DONE:
                _say(request, f"this was done before the crash: {how}")
                return 0
            case Doubt.NOT_DONE:
                return self._send(number, request, session, classified)
            case Doubt.UNKNOWN:
                return self._hold(f"nobody knows whether {shlex.join(call.argv)} was done: {how}")

    def _observe(self, call: CallState) -> tuple[Doubt, str]:
        action = action_for(call.argv)
        reading = action.before(call.argv) if action else None
        if action is None or reading is None:
            return Doubt.UNKNOWN, "no way to look is known for it"
        try:
            answer = ask(self._world, Call(reading))
        except (Refused, Lost) as error:
            return Doubt.UNKNOWN, f"looking failed: {error}"
        if answer.exit_code:
            return Doubt.UNKNOWN, f"looking failed: {answer.stderr.decode(errors='replace')}"
        now = action.state(answer.text, call.argv)
        match action.done(call.argv, dict(call.before), now):
            case Observation.DONE:
                return Doubt.DONE, f"{action.resource(call.argv)} is {_state(now)}"
            case Observation.NOT_DONE:
                return Doubt.NOT_DONE, f"{action.resource(call.argv)} is as it was before"
            case Observation.UNKNOWN:
                return Doubt.UNKNOWN, f"{action.resource(call.argv)} is {_state(now)}"

    # --- what is done now ---------------------------------------------------------------------

    def _first_time(self, request: Request, session: dict[str, str]) -> int:
        argv = request.argv
        step = self._planned.step
        classified = classify_argv(argv)
        judgement = judge(argv, classified, self._planned, self._run, self._turn.now())
        match judgement.verdict:
            case Verdict.REFUSE:
                return self._refuse(request, f"{shlex.join(argv)}: {judgement.reason}")
            case Verdict.ASK:
                needed = self._run.plan.approvals(max(classified.effect, step.effect), argv)
                needed = needed.stricter(self._planned.approvals)  # what a rule asks for holds too
                what = f"  {shlex.join(argv)}\n  {classified.words}: {classified.reason}"
                evidence = f"{self._run.plan.loud}{judgement.reason}\n{what}"
                self._turn.append(
                    ApprovalAsked(step.id, evidence, needed.count, needed.starter_may, argv)
                )
                return self._hold(judgement.reason)
            case Verdict.ALLOW:
                return self._send(None, request, session, classified)

    def _send(
        self, number: int | None, request: Request, session: dict[str, str], classified: Classified
    ) -> int:
        """Journal the intent, do it, journal the answer. `number` is None for a new call."""
        step = self._planned.step.id
        typed = self._is_typed(request)
        keyboard = self._keyboard() if typed else None
        if typed and keyboard is None:
            return self._hold(NO_TERMINAL.format(shlex.join(request.argv)), waits=True)
        before = self._state_before(request.argv, classified)
        changes = classified.effect > Effect.READ
        with self._lock:
            if self.held is not None:
                return NOT_CARRIED_OUT
            taken = number or len(self._run.calls.get(step, ())) + 1
            self._turn.append(
                CallStarted(step, taken, request.argv, classified.effect, classified.reason, before)
            )
            self._changing += changes
        try:
            captured = only_starts(request.argv, request.cwd) and not self._only_heard(request)
            with self._capturing(captured), spooling(step, taken) as printed:
                sitting = Sitting(self._turn, step, taken, request.argv)
                hosted = None if keyboard is None else sitting.at(keyboard)
                return self._answered(taken, request, session, classified, printed, hosted)
        finally:
            with self._moved:
                self._changing -= changes
                self._moved.notify_all()

    def _is_typed(self, request: Request) -> bool:
        run, stdin = self._run, request.stdin
        typed = takes_terminal(self._planned, request.argv, run, stdin)
        return typed and self._only_heard(request)

    def _only_heard(self, request: Request) -> bool:
        """Tell whether what a command prints is for people alone: the script never sees it."""
        with self._lock:
            fed = {one.stdin for one in self._under_way}
        return only_heard(request.stdout, fed)

    @contextlib.contextmanager
    def _capturing(self, captured: bool) -> Iterator[None]:
        with self._lock:
            self._captured += captured
        try:
            yield
        finally:
            with self._lock:
                self._captured -= captured

    def _answered(
        self,
        taken: int,
        request: Request,
        session: dict[str, str],
        classified: Classified,
        printed: Spool,
        hosted: Hosted | None,
    ) -> int:
        step = self._planned.step.id
        endless = (classified.endless or classified.interactive) and hosted is None
        left = max(0.1, self._ends - time.monotonic())

        reads, unread = classified.effect is Effect.READ, 0

        def take(stream: Stream, chunk: bytes) -> None:
            nonlocal unread
            printed.take(stream, chunk)
            if not _write(request, stream, chunk) and stream is Stream.OUT:
                unread += len(chunk)
                if reads and unread > _PIPE:
                    raise _NobodyReads

        call = Call(
            request.argv,
            cwd=request.cwd,
            env=exported(request.env, session),
            secret_output=classified.secret_output,
            timeout=min(_ENDLESS_SECONDS, left) if endless else left,
            once=classified.effect > Effect.READ,
            hosted=hosted,
            path=session["PATH"],
        )
        try:
            code = self._send_out(call, take, request.stdin)
        except _NobodyReads:
            code = 0  # no failure: where little is left unread, it comes to its end as well
        except Refused as error:
            self._turn.append(CallRefused(step, taken, request.argv, str(error)))
            _say(request, str(error))
            return NOT_CARRIED_OUT
        except Lost as error:
            if self.held is not None:  # ended with whoever drives: in doubt, as after a crash
                return NOT_CARRIED_OUT
            self._turn.append(CallLost(step, taken, str(error)))
            lost = next(c for c in self._run.calls[step] if c.number == taken)
            return self._lost(lost, request, session, classified)
        if code in _ENDED and time.monotonic() >= self._ends:
            _say(request, f"{shlex.join(request.argv)} was ended: {TOO_LONG.format(self._seconds)}")
        elif classified.endless and code in _ENDED:
            code = 0  # it has no end of its own; its bound is one
        ended = code in _ENDED or only_starts(request.argv, request.cwd)
        if self.held is not None and ended:
            return code  # in doubt; what it would start waits for an answer: it is begun again
        # A read may be made again after a crash, so its answer is written with what comes next; a
        # change's is wanted at once, or nobody would know what became of it.
        kept, later = printed.held(may_wait=classified.effect is Effect.READ)
        self._turn.append(CallAnswered(step, taken, code), printed=kept, later=later)
        return code

    def _lost(
        self, call: CallState, request: Request, session: dict[str, str], classified: Classified
    ) -> int:
        if classified.effect is Effect.READ:
            _say(request, f"no answer: {call.lost}")
            self._turn.append(CallAnswered(self._planned.step.id, call.number, 255))
            return 255
        if call.number in self._lost_once:
            return self._hold(f"{shlex.join(call.argv)} was lost twice: {call.lost}")
        self._lost_once.add(call.number)
        return self._clear_up(call.number, call, request, session, classified)

    def _state_before(
        self, argv: tuple[str, ...], classified: Classified
    ) -> tuple[tuple[str, str], ...]:
        action = action_for(argv)
        reading = action.before(argv) if action and classified.effect > Effect.READ else None
        if action is None or reading is None:
            return ()
        try:
            answer = ask(self._world, Call(reading))
        except (Refused, Lost):
            return ()
        return (
            tuple(sorted(action.state(answer.text, argv).items())) if not answer.exit_code else ()
        )

    # --- how it ends otherwise ------------------------------------------------------------------

    def _refuse(self, request: Request, reason: str) -> int:
        with self._lock:
            step = self._planned.step.id
            number = len(self._run.calls.get(step, ())) + 1
            self._turn.append(CallRefused(step, number, request.argv, reason))
        _say(request, reason)
        return NOT_CARRIED_OUT

    def _diverge(self, detail: str) -> int:
        self._turn.append(RunDiverged(self._planned.step.id, detail))
        return self._hold(detail)

    def _hold(self, why: str, error: Exception | None = None, waits: bool = False) -> int:
        self.held = self.held or Held(why, error, waits)
        self._stop()
        return NOT_CARRIED_OUT


_ANSWER_LOST = "it was done; what it printed is lost, and the statement goes on with that"
TOO_LONG = "a step may take {:g} s ([run] step_seconds)"
_ENDLESS_SECONDS = 30.0
_ENDED = (128 + 15, 128 + 9)  # by SIGTERM, or SIGKILL


_PIPE = 2**16  # bytes that a pipe has room for: so many a program may print to nobody


class _NobodyReads(Exception):
    """Whoever read has had enough (`| head`): a program of this machine has ended of it by now."""


def _write(request: Request, stream: Stream, chunk: bytes) -> bool:
    """Pass on what was printed; False where nobody reads it any more."""
    view = memoryview(chunk)
    try:
        while view:
            view = view[
                os.write(request.stdout if stream is Stream.OUT else request.stderr, view) :
            ]
    except BrokenPipeError:
        return False
    return True


def _say(request: Request, text: str) -> None:
    _write(request, Stream.ERR, f"steadyhand: {text}\n".encode())


def _written(word: str) -> str:
    """Write a word as the journal can have it: a byte that is no text as `\\xe9`."""
    return os.fsencode(word).decode(errors="backslashreplace")


def _state(state: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(state.items()))
