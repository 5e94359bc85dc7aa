"""A program that a person types to: hosted at their terminal, recorded, bounded, exactly once."""

import os
import pty
import select
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from steadyhand.model.effect import Effect
from steadyhand.model.events import Recorded
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import (
    Approved,
    CallAnswered,
    CallObserved,
    Doubt,
    LineTyped,
    RunOpened,
)
from steadyhand.model.run.state import Run, signature
from steadyhand.model.run.target import Target
from steadyhand.world.door import World
from steadyhand.world.live import LiveWorld
from steadyhand.world.secrets import Secrets
from tests.run.shop import Plane, Shop, plan_of
from tests.run.town import killed

PROGRAM = """\
import sys, termios
print("ready")
for line in sys.stdin:
    word = line.strip()
    if word == "password":
        before = termios.tcgetattr(0)
        now = termios.tcgetattr(0)
        now[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSANOW, now)
        print("Password:", flush=True)
        secret = sys.stdin.readline().strip()
        termios.tcsetattr(0, termios.TCSANOW, before)
        print(f"it is {secret}")
    elif word == "flood":
        print("x" * 20_000_000)
    elif word == "bye":
        sys.exit(7)
    else:
        print(f"heard {word}, at {sys.stdin.isatty()} {sys.stdout.isatty()}", flush=True)
print("over")
"""
DOCUMENT = '# Shop\n\n## Talk\n\n```bash\necho before && telnet db; echo "after $?"\n```\n'
CANARY = "canary-of-4711-zq"


class Person:
    """Someone at a pseudo-terminal of their own: types, and reads what stands there."""

    def __init__(self) -> None:
        self._screen, self.keyboard = pty.openpty()
        self.seen = b""

    def types(self, *words: str | bytes, after: str = "") -> None:
        """Type lines, or keys; first wait for what has to be seen."""
        self.waits(after)
        for word in words:
            os.write(self._screen, word if isinstance(word, bytes) else word.encode() + b"\r")

    def waits(self, text: str, seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while text.encode() not in self.seen:
            left = end - time.monotonic()
            assert left > 0, f"{text} is not to be seen in {self.seen!r}"
            if select.select([self._screen], [], [], left)[0]:
                self.seen += os.read(self._screen, 65536)

    def close(self) -> None:
        os.close(self._screen)
        os.close(self.keyboard)


class Table:
    """A run that asks a program, in a folder; programs are found there first."""

    def __init__(self, folder: Path, document: str = DOCUMENT) -> None:
        self.folder = folder
        self.printed = b""
        self.person: Person | None = None
        self._secrets = Secrets({"stk_" + "a" * 24: CANARY})
        self.plane = self._open()
        if not self.plane.engine.journal.read("run", "r"):
            plan = plan_of(document)
            self.plane.engine.turn("run", "r").append(RunOpened(plan, "ada", digest=plan.digest))

    def _open(self) -> Plane:
        world: World = LiveWorld(Target("aws:test", "us-east-1", ""), self._secrets, self.folder)
        plane = Plane.open(self.folder, Shop())
        plane.performer.world_of = lambda _: world
        plane.performer.output = self._print
        self.world = world
        return plane

    def _print(self, _run: str, _step: str, _stream: object, chunk: bytes) -> None:
        self.printed += chunk
        if self.person is not None:
            os.write(self.person.keyboard, chunk)  # it is their screen too

    @property
    def run(self) -> Run:
        return self.plane.run("r")

    def drive(self) -> Wait | Finished:
        """Go on; sign what is asked, as two people who did not start it."""
        while isinstance(came := self.plane.engine.drive("run", "r"), Wait):
            question = self.run.question
            if question is None or question.answered:
                break
            turn = self.plane.engine.turn("run", "r")
            until = turn.now().replace(year=2099)
            digest = signature(self.run.digest, question, until)
            name = ("ben", "cleo")[len(question.signed_by)]
            turn.append(Approved(question.step, name, digest, until))
        return came

    def hosted(self, person: Person) -> threading.Thread:
        """Go on with a person at the terminal; they type meanwhile."""
        self.person = person
        self.plane.performer.keyboard = lambda: person.keyboard
        thread = threading.Thread(target=self.drive)
        thread.start()
        return thread

    def events(self) -> Sequence[Recorded]:
        return self.plane.engine.journal.read("run", "r")

    def lines(self) -> list[LineTyped]:
        return [r.event for r in self.events() if isinstance(r.event, LineTyped)]

    def recorded(self) -> str:
        """Give what the one call of the run is recorded to have printed."""
        step = self.run.plan.steps[0].step.id
        (call,) = self.run.calls[step]
        said = self.plane.engine.journal.printed("r", step, call.number)
        return b"".join(output.body for output in said).decode()

    def close(self) -> None:
        self.plane.close()
        self.world.close()


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    with sitting(tmp_path, monkeypatch) as one:
        yield one


@contextmanager
def sitting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    programs(folder, monkeypatch)
    one = Table(folder)
    yield one
    one.close()


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program of ours where programs are looked for."""
    (folder / "bin").mkdir(exist_ok=True)
    telnet = folder / "bin" / "telnet"
    telnet.write_text(f"#!/usr/bin/python3 -IS\n{PROGRAM}")
    telnet.chmod(0o755)
    path = f"{folder / 'bin'}:/usr/bin:/bin"
    monkeypatch.setattr("steadyhand.world.programs.launch.SYSTEM_PATH", path)


@pytest.fixture
def person() -> Iterator[Person]:
    one = Person()
    yield one
    one.close()


def test_without_a_terminal_it_waits_and_says_so(table: Table) -> None:
    came = table.drive()
    assert isinstance(came, Wait)
    assert "telnet db takes a terminal, and nobody is at one here" in came.why
    assert not any(isinstance(r.event, CallAnswered) for r in table.events())


def test_lines_go_to_the_program_and_everything_is_recorded(table: Table, person: Person) -> None:
    table.drive()  # nobody was there at first
    driven = table.hosted(person)
    person.waits("every line is recorded")
    person.types("hello", "wor\x7frld", b"half of it\x15", "whole")
    person.types(b"\x04", after="")
    driven.join(60)
    assert table.run.outcome == "completed", table.run.detail
    assert [line.text for line in table.lines()] == ["hello", "world", "whole"]
    assert all(line.effect is Effect.DESTROY for line in table.lines())
    said = table.recorded()
    assert "heard hello, at True True\n" in said
    assert "heard world" in said
    assert "half of it" not in said
    assert said.rstrip().endswith("over")
    assert b"after 0" in table.printed


def test_its_exit_code_is_the_step_s(table: Table, person: Person) -> None:
    driven = table.hosted(person)
    person.types("bye", after="every line is recorded")
    driven.join(60)
    assert b"after 7" in table.printed


def test_a_line_is_in_the_journal_before_the_program_gets_it(
    table: Table, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, order = os.write, []

    def written(file: int, text: bytes) -> int:
        if bytes(text).startswith(b"hello"):
            order.append(len(table.lines()))
        return write(file, text)

    driven = table.hosted(person)
    person.waits("every line is recorded")
    monkeypatch.setattr("steadyhand.world.programs.hosting.os.write", written)
    person.types("hello", b"\x04")
    driven.join(60)
    assert 1 in order


def test_secrets_are_tokens_in_the_lines_and_in_what_is_printed(
    table: Table, person: Person
) -> None:
    token = "stk_" + "a" * 24
    driven = table.hosted(person)
    person.waits("every line is recorded")
    person.types(f"say {CANARY} and {token}", "create role x password 'hunter-4711'")
    person.types("password", after="heard create")
    person.types("blind-4711-zq", after="Password:")
    driven_to = f"heard say {token} and {token}"
    person.types(b"\x04", after="")
    driven.join(60)
    said, lines = table.recorded(), " ".join(line.text for line in table.lines())
    assert driven_to in said  # the program had the value: what it says of it is the token
    assert "(a secret, not shown)" in lines
    assert "it is stk_" in said
    everything = said + lines + table.printed.decode()
    for secret in (CANARY, "hunter-4711", "blind-4711-zq"):
        assert secret not in everything
    assert b"blind-4711-zq" not in person.seen
    journal = b"".join(
        file.read_bytes()
        for file in table.folder.rglob("*")
        if file.is_file() and "bin" not in file.parts
    )
    for secret in (CANARY, "hunter-4711", "blind-4711-zq"):
        assert secret.encode() not in journal


def test_it_is_broken_off_at_the_terminal(table: Table, person: Person) -> None:
    driven = table.hosted(person)
    person.types(b"\x1c", after="every line is recorded")
    driven.join(60)
    assert b"after 137" in table.printed
    assert b"it was broken off at the terminal" in table.printed


def test_what_it_prints_is_bounded(table: Table, person: Person) -> None:
    driven = table.hosted(person)
    table.person = None  # nobody reads all that
    person.types("flood", after="every line is recorded")
    driven.join(60)
    assert b"after 137" in table.printed
    assert b"it printed more than 10000000 bytes" in table.printed


def test_the_terminal_is_as_it_was_afterwards(table: Table, person: Person) -> None:
    import termios

    before = termios.tcgetattr(person.keyboard)
    driven = table.hosted(person)
    person.types("bye", after="every line is recorded")
    driven.join(60)
    assert termios.tcgetattr(person.keyboard) == before


def test_a_session_that_a_crash_cut_off_is_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path, monkeypatch)
    person = Person()

    def dies() -> None:
        table = Table(tmp_path)
        table.drive()
        killed.die_at(4, True)  # taken over, begun, called; the first line
        driven = table.hosted(person)
        person.types("hello", after="every line is recorded")
        driven.join(60)

    assert killed.died(tmp_path, dies)
    person.close()
    monkeypatch.setattr(tempfile, "tempdir", None)
    with sitting(tmp_path, monkeypatch) as table:
        assert [line.text for line in table.lines()] == ["hello"]
        came = table.drive()
        assert isinstance(came, Wait)
        assert "in doubt, a person has to say whether it was done: telnet db" in came.why
        turn = table.plane.engine.turn("run", "r")
        step = table.run.plan.steps[0].step.id
        turn.append(CallObserved(step, 1, Doubt.DONE, "ben says so", "ben"))
        table.drive()
        assert table.run.outcome == "completed", table.run.detail
        assert len(table.lines()) == 1


def test_what_is_fed_and_what_is_captured_is_not_hosted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path, monkeypatch)
    document = DOCUMENT.replace("telnet db;", "telnet db < /dev/null && echo hi | telnet db;")
    table = Table(tmp_path, document)
    try:
        assert isinstance(table.drive(), Finished)
        assert b"heard hi, at False False" in table.printed
    finally:
        table.close()
