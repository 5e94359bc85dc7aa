"""Reads of the steps to come, sent side by side; the answer of each when the script comes to it.

Only where a plan says so, and only what is known word for word, changes nothing and stands before
anything that waits or changes: then it does not matter when it was read. Decides nothing else.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

from steadyhand.actions import classify_argv
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.document.shell import Command, PartKind, expanded
from steadyhand.model.effect import Effect
from steadyhand.model.run.plan import PlannedStep
from steadyhand.model.run.state import Run
from steadyhand.run.spool import Spool, spooling
from steadyhand.world.door import Call, Sink, Stream, World

# They ask somebody far away, which takes long and no work here.
_FAR = frozenset({"aws", "curl"})
# They make something of what was read, and may stand between reads.
_NEAR = frozenset("jq grep awk sed sort head tail cut wc echo printf tr uniq column cat".split())
_FILES = ("file://", "fileb://", "@", "/dev/")  # what a step before may have written


def reads_ahead(run: Run, step: str) -> tuple[tuple[str, ...], ...]:
    """Name the calls that may be sent now, from a step up to the first that is no plain read. Pure.

    What the journal already has is not among them.
    """
    found: list[tuple[str, ...]] = []
    begun = False
    for planned in run.plan.steps:
        begun = begun or planned.step.id == step
        if begun and not _plain(planned):
            break
        if begun and not run.calls_now(planned.step.id):
            found += _known(planned.step.commands, run.values)
    return tuple(found)


def _plain(planned: PlannedStep) -> bool:
    """Tell whether a step reads and does nothing else: no change, no wait, no question."""
    step = planned.step
    # Whether one with a condition is done at all is not known yet.
    asks = planned.approvals.count or planned.watch or planned.asks
    plain = step.kind is StepKind.COMMAND and not asks
    return plain and all(_reads(command) for command in step.commands)


def _reads(command: Command) -> bool:
    if command.name not in _FAR | _NEAR or command.background or command.inner:
        return False
    found = classify_argv(command.argv)
    waits = command.argv[:1] == ("aws",) and "wait" in command.argv[1:4]
    return found.effect is Effect.READ and not (found.endless or found.interactive or waits)


def _known(commands: Sequence[Command], values: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for command in commands:
        parts = [part for word in command.words for part in word.parts]
        if command.name not in _FAR or command.piped or command.redirects or command.assigns:
            continue
        if any(p.kind is PartKind.DYNAMIC for p in parts):
            continue
        if any(p.kind is PartKind.PARAMETER and p.text not in values for p in parts):
            continue
        argv = expanded(command, values)
        found = classify_argv(argv)
        if any(word.startswith(_FILES) for word in argv) or found.secret_output:
            continue
        if found.effect is Effect.READ:
            yield argv


class Ahead:
    """The reads of one session that are under way or done. Must be closed. Thread-safe."""

    def __init__(self, world: World, like: Call, width: int) -> None:
        """`like` is what the script's own calls have: directory, variables, path, bound."""
        self._world = world
        self._like = like
        self._pool = ThreadPoolExecutor(width, "ahead")
        self._lock = threading.Lock()
        self._begun: dict[tuple[str, ...], list[tuple[Spool, Future[int]]]] = {}
        self._kept = ExitStack()

    def begun(self, argv: tuple[str, ...]) -> bool:
        with self._lock:
            return argv in self._begun

    def begin(self, argvs: Sequence[tuple[str, ...]]) -> None:
        """Send reads, each as often as it stands there."""
        for argv in argvs:
            like = self._like
            call = Call(argv, like.cwd, like.env, timeout=like.timeout, path=like.path)
            spool = self._kept.enter_context(spooling("", 0))
            under_way = self._pool.submit(self._world.send, call, spool.take)
            with self._lock:
                self._begun.setdefault(argv, []).append((spool, under_way))

    def send(self, call: Call, sink: Sink, stdin: int | None) -> int:
        """Do a call as the world does it; where it was sent ahead, its answer is taken."""
        with self._lock:
            same = (call.cwd, call.env) == (self._like.cwd, self._like.env) and not call.once
            waiting = self._begun.get(call.argv) if same else None
            taken = waiting.pop(0) if waiting else None
        if taken is None:
            return self._world.send(call, sink, stdin)
        spool, under_way = taken
        code = under_way.result()  # raises what sending raised
        for output in spool:
            sink(Stream(output.stream), output.body)
        return code

    def close(self) -> None:
        """Send nothing more; what is under way ends with the world. Idempotent."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._kept.close()
