"""A run in; its bash with the shims, and the reads sent ahead of it, out: what one process drives.

Knows nothing of the journal: who drives writes down first what is sent.
"""

import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from steadyhand.model.run.state import Run
from steadyhand.run.ahead import Ahead, reads_ahead
from steadyhand.run.session import BY_PATH, PATH_NAME, Session
from steadyhand.run.shims import Request, Shims
from steadyhand.world.door import Call, World

# Every run has these; a statement's own commands are added to them.
TOOLS = frozenset(
    "aws awk base64 basename cat curl cut date dirname docker env expr find gh git grep head "
    "hostname id jq kubectl md5sum mkdir mktemp nohup nslookup openssl printenv psql redis-cli rm "
    "sed seq sh bash sha256sum sleep sort ssh sudo tail tee terraform timeout touch tr uname uniq "
    "uuidgen watch wc xargs".split()
)


@dataclass
class Open:
    """An open session with its shims. One for each run that this process drives."""

    shims: Shims
    session: Session
    answer: Callable[[Request], int]
    driver: str  # as it took over
    fence: int | None = None  # that it is in the directory of; None: in that of any, at the start
    ahead: Ahead | None = None

    @staticmethod
    def start(directory: Path, run: Run) -> "Open":
        directory.mkdir(parents=True, exist_ok=True)
        names = {c.name for p in run.plan.steps for c in p.step.commands if c.name}
        paths = {name for name in names if PATH_NAME.fullmatch(name)}
        names = {BY_PATH, *(name for name in names if "/" not in name)}
        answers: list[Open] = []
        seed = int((run.digest or run.plan.digest)[:6], 16) % 32768
        with ExitStack() as undo:
            shims = Shims(TOOLS | names, lambda request: answers[0].answer(_named(request)))
            undo.callback(shims.close)
            session = Session(directory, shims.path, seed, paths)
            undo.callback(session.close)
            opened = Open(shims, session, lambda _request: 126, run.driver)
            answers.append(opened)
            exports = "\n".join(
                f"export {n}={shlex.quote(v)}" for n, v in (run.variables or {}).items()
            )
            if begun := run.snapshot or exports:  # else bash may start while others go on
                session.execute(begun, lambda *_: None)
            if run.snapshot:
                opened.fence = _last_fence(run)
            undo.pop_all()
        return opened

    def enter(self, fence: int) -> None:
        """Be where a step's statements begin: a fence of its own begins in the run's directory."""
        if self.fence not in {None, fence}:
            self.session.execute(f"cd -- '{self.session.directory}'", lambda *_: None)
        self.fence = fence

    def to_send(self, run: Run, step: str, world: World) -> tuple[tuple[str, ...], ...]:
        """Name what may be read now for a step and those after it, if the plan wants that."""
        if run.plan.parallel == 1:
            return ()
        if self.ahead is None:
            like = Call(
                (),
                str(self.session.directory),
                dict(run.variables or {}),
                timeout=run.plan.step_seconds,
                path=self.session.environment["PATH"],
            )
            self.ahead = Ahead(world, like, run.plan.parallel)
        argvs = tuple(argv for argv in reads_ahead(run, step) if not self.ahead.begun(argv))
        return argvs if len(argvs) > 1 else ()

    def send(self, argvs: Sequence[tuple[str, ...]]) -> None:
        """Send what `to_send` named, now that it is in the journal."""
        if self.ahead is not None:
            self.ahead.begin(argvs)

    def close(self) -> None:
        if self.ahead is not None:
            self.ahead.close()
        self.session.close()
        self.shims.close()


def _last_fence(run: Run) -> int:
    """Name the fence that the session's directory belongs to: a later one begins anew."""
    ended = [p.step.fence for p in run.plan.steps if p.step.id in run.exit_codes]
    return ended[-1] if ended else -1


def _named(request: Request) -> Request:
    """Give a program that was named by its path that name back."""
    by_path = request.argv[:1] == (BY_PATH,) and len(request.argv) > 1
    return replace(request, argv=request.argv[1:]) if by_path else request
