"""A lab that is up and one of its systems in; where its operator types, as a run would, out.

Statements go to a persistent bash with nothing but shims on its PATH; each command in them goes to
the live world of the lab's target, and is written down with its answer.
"""

import contextlib
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from steadyhand.actions import classify_argv
from steadyhand.app.targets import lab_info
from steadyhand.run.opened import TOOLS
from steadyhand.run.session import BY_PATH, PATH_NAME, Session, SessionOver, exported
from steadyhand.run.shims import Request, Shims
from steadyhand.world.aws.client import AwsCli
from steadyhand.world.door import Call, Lost, Refused, Stream
from steadyhand.world.live import LiveWorld
from steadyhand.world.secrets import Secrets

ENDLESS = 3.0  # seconds that a command without an end of its own is looked at
LONGEST = 90.0  # seconds of one statement
ENDED = (128 + 15, 128 + 9)


@dataclass
class Said:
    """One command as bash expanded it, and its answer. `refused`: the world did not do it."""

    argv: tuple[str, ...]
    code: int = -1
    out: bytes = b""
    err: bytes = b""
    refused: str = ""
    endless: bool = False

    @property
    def text(self) -> str:
        return (self.err + b"\n" + self.out).decode(errors="replace")


@dataclass
class Answer:
    """A whole statement's answer, and the commands that it came to, in their order."""

    code: int
    out: str
    err: str
    calls: list[Said] = field(default_factory=list)


class Desk:
    """One operator's session, in the working copy of the system."""

    def __init__(self, contract: Mapping[str, Any], system: Mapping[str, Any], names: set[str]):
        self.target = lab_info(dict(contract)).target
        self.system = system
        self.folder = Path(system["checkout"])
        self._cli = AwsCli(self.target)
        self._world = LiveWorld(self.target, Secrets(), self.folder, self._cli)
        self._paths = {name for name in names if PATH_NAME.fullmatch(name)}
        shims = TOOLS | (names - self._paths) | self.target.tools | {BY_PATH}
        self._shims = Shims(shims, self._answer)
        self._calls: list[Said] = []
        self._open()

    def _open(self) -> None:
        self._session = Session(self.folder, self._shims.path, 7, self._paths)
        for name, value in self.system["environment"].items():
            self.export(name, value)

    def export(self, name: str, value: str) -> None:
        """Set a variable as the operator's own."""
        self._session.execute(f"export {name}={shlex.quote(value)}", lambda *_: None)

    def __call__(self, text: str, fresh: bool = True) -> Answer:
        """Run a statement; `fresh` begins in the working copy, as each fence does."""
        printed: dict[Stream, bytes] = {Stream.OUT: b"", Stream.ERR: b""}

        def keep(stream: Stream, chunk: bytes) -> None:
            printed[stream] += chunk

        self._calls = []
        if fresh:
            self._session.execute(f"cd -- {shlex.quote(str(self.folder))}", keep)
        try:
            code = self._session.execute(text, keep, LONGEST)
        except SessionOver as over:
            code = over.code
            self._session.close()
            self._open()
        out, err = (printed[stream].decode(errors="replace") for stream in Stream)
        return Answer(code, out, err, self._calls)

    def value(self, command: str, fresh: bool = True) -> str:
        """What a command prints; it has to succeed."""
        answer = self(command, fresh)
        assert answer.code == 0, f"{command}: {answer.err}"
        return answer.out.strip()

    def _answer(self, request: Request) -> int:
        if request.argv[0] == BY_PATH:
            request = replace(request, argv=request.argv[1:])
        endless = classify_argv(request.argv).endless
        said = Said(request.argv, endless=endless)
        self._calls.append(said)

        def take(stream: Stream, chunk: bytes) -> None:
            if stream is Stream.OUT:
                said.out += chunk
            else:
                said.err += chunk
            with contextlib.suppress(BrokenPipeError):  # the next part of a pipe may not read
                os.write(request.stdout if stream is Stream.OUT else request.stderr, chunk)

        call = Call(
            request.argv,
            cwd=request.cwd,
            env=exported(request.env, self._session.environment),
            timeout=ENDLESS if endless else None,
            path=str(self._shims.path),
        )
        try:
            code = self._world.send(call, take, request.stdin)
        except (Refused, Lost) as error:
            said.refused = str(error)
            os.write(request.stderr, f"steadyhand: {error}\n".encode())
            code = 126
        said.code = 0 if endless and code in ENDED else code
        return said.code

    def close(self) -> None:
        self._session.close()
        self._shims.close()
        self._world.close()
        self._cli.close()


@contextmanager
def sitting(
    contract: Mapping[str, Any], system: Mapping[str, Any], names: set[str] | None = None
) -> Iterator[Desk]:
    desk = Desk(contract, system, names or set())
    try:
        yield desk
    finally:
        desk.close()
