"""The door's shape: one call goes in, one exit status comes out, or it is Refused or Lost.

Live and dry worlds implement `World`. Nothing here knows which tools exist or what they do.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct, field


class Stream(StrEnum):
    OUT = "stdout"
    ERR = "stderr"


Sink = Callable[[Stream, bytes], None]  # called in order, from one thread at a time


class Hosted(Struct, frozen=True):
    """A session of a program at a person's terminal.

    `typed` is asked before a line is sent, with the line redacted and a way to ask the person
    whether it is meant; it says why the line is not sent, or "". It may raise: then the session is
    over. `most` is how many bytes may be printed.
    """

    keyboard: int  # the person's terminal, an open file
    typed: Callable[[str, Callable[[str], bool]], str]
    most: int = 10_000_000


class Call(Struct, frozen=True):
    """One program with its expanded argv. May hold tokens, never a secret.

    `env` holds only what the script exported on top of the run's own environment.
    """

    argv: tuple[str, ...]
    cwd: str = "/"
    env: Mapping[str, str] = field(default_factory=dict)
    secret_output: bool = False  # seal what it prints on stdout: the sink gets a token
    timeout: float | None = None  # seconds; the program is ended after them
    once: bool = False  # never repeat: no retries, and no answer means Lost
    hosted: Hosted | None = None  # whose input is typed by a person
    path: str = ""  # where `xargs`, `sh` … find what they run: the shims; "" refuses such programs


class Answer(Struct, frozen=True):
    """What a call printed and how it ended, for callers that want it whole."""

    exit_code: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        return self.stdout.decode("utf-8", "replace")


class Refused(Exception):
    """The world said no, and nothing was done. The message is for a person."""


class Lost(Exception):
    """The world did not answer: the deed may or may not have been done."""


class World(Protocol):
    """Everything outside, behind one method."""

    def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
        """Do one call, stream what it prints (redacted, tokens for secrets), return its exit code.

        `stdin` is an open file descriptor or None for an empty one; the caller keeps it.
        Safe from several threads. Raises Refused (nothing was done) or Lost (unknown).
        """
        ...

    def close(self) -> None:
        """End every process the world started. Idempotent."""
        ...


def ask(world: World, call: Call) -> Answer:
    """Send a call and keep what it prints. Raises what `World.send` raises."""
    kept: dict[Stream, list[bytes]] = {Stream.OUT: [], Stream.ERR: []}
    code = world.send(call, lambda stream, chunk: kept[stream].append(chunk))
    return Answer(code, b"".join(kept[Stream.OUT]), b"".join(kept[Stream.ERR]))
