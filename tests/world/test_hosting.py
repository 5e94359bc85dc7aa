"""Programs at a person's terminal, the AWS CLI in its warmed process among them.

What they ask is answered there, and neither side waits for the other for ever.
"""

import os
import pty
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from steadyhand.model.run.target import Target
from steadyhand.world.door import Call, Hosted, Stream
from steadyhand.world.live import LiveWorld
from steadyhand.world.programs.hosting import hosting
from steadyhand.world.programs.launch import Launcher, Program
from steadyhand.world.secrets import Secrets

LAB = Target("lab", "us-east-1", "123456789012", "http://127.0.0.1:1")


def test_the_aws_cli_asks_and_a_person_answers(tmp_path: Path) -> None:
    screen, keyboard = pty.openpty()
    asked: list[str] = []
    said: list[bytes] = []
    answers = {b"Key ID": b"one\r", b"Access Key": b"two\r", b"region": b"third-place\r",
               b"format": b"json\r"}  # fmt: skip

    def typed(line: str, _confirm: Callable[[str], bool]) -> str:
        asked.append(line)
        return ""

    def heard(_stream: Stream, chunk: bytes) -> None:
        said.append(chunk)
        for question in [one for one in answers if one in b"".join(said)]:
            os.write(screen, answers.pop(question))

    world = LiveWorld(LAB, Secrets({"stk_" + "a" * 24: "third-place"}), tmp_path)
    drained = threading.Thread(target=_drain, args=(screen,), daemon=True)
    drained.start()
    try:
        hosted = Hosted(keyboard, typed)
        code = world.send(Call(("aws", "configure"), str(tmp_path), timeout=30, hosted=hosted),
                          heard)  # fmt: skip
    finally:
        world.close()
        os.close(keyboard)
    assert code == 0, b"".join(said)
    assert asked == ["one", "two", "stk_" + "a" * 24, "json"]
    assert b"third-place" not in b"".join(said)
    assert not answers


def _drain(screen: int) -> None:
    try:
        while os.read(screen, 4096):
            pass
    except OSError:
        pass


class Seat:
    """A program of ours hosted at a pseudo-terminal, typed at by a test that sees nothing of it.

    `typed` is asked about each line, in the thread that carries them.
    """

    def __init__(self, typed: Callable[[str, Callable[[str], bool]], str], program: str) -> None:
        self.said = b""
        self.over = ""
        self.code = -1
        self._program = Program((sys.executable, "-c", program), "/", {}, timeout=20)
        self._screen, keyboard = pty.openpty()
        self._hosted = Hosted(keyboard, typed)
        self._ready = threading.Event()
        threading.Thread(target=_drain, args=(self._screen,), daemon=True).start()
        self._running = threading.Thread(target=self._run, daemon=True)
        self._running.start()
        assert self._ready.wait(30)

    def types(self, keys: bytes) -> None:
        """Type as fast as the keys are taken, however long that is."""
        threading.Thread(target=self._type, args=(keys,), daemon=True).start()

    def _type(self, keys: bytes) -> None:
        left = memoryview(keys)
        with suppress(OSError):
            while left:
                left = left[os.write(self._screen, left) :]

    def ends(self) -> bool:
        """Wait until the session is over; whether it is."""
        self._running.join(40)
        return not self._running.is_alive()

    def close(self) -> None:
        self.types(b"nnn")
        self._running.join(40)
        os.close(self._hosted.keyboard)
        os.close(self._screen)

    def _run(self) -> None:
        with hosting("it", self._hosted, Secrets(), self._heard) as host:
            at_it = replace(self._program, terminal=os.ttyname(host.slave))
            self.code = Launcher().at_terminal(at_it, host.begun)
        self.over = host.over

    def _heard(self, _stream: Stream, chunk: bytes) -> None:
        self.said += chunk
        if b"ready" in self.said:
            self._ready.set()


LINES = 1500
# More than the kernel takes for a program that does not read.
PASTE = b"".join(b"%05d %s\r" % (number, b"x" * 54) for number in range(LINES))


def test_a_long_paste_waits_for_a_program_that_prints(tmp_path: Path) -> None:
    pasted = tmp_path / "pasted"
    lines: list[str] = []

    def typed(line: str, _confirm: Callable[[str], bool]) -> str:
        lines.append(line)
        if len(lines) == LINES:
            pasted.touch()
        return ""

    prints_before_it_reads = f"""
import os, sys, termios, time
now = termios.tcgetattr(0)
now[3] &= ~(termios.ECHO | termios.ICANON)
termios.tcsetattr(0, termios.TCSANOW, now)
print("ready", flush=True)
while not os.path.exists({str(pasted)!r}):
    time.sleep(0.01)
print("p" * 1000000, flush=True)
print("got", [sys.stdin.readline()[:5] for _ in range({LINES})] ==
      [f"{{n:05d}}" for n in range({LINES})], flush=True)
"""
    seat = Seat(typed, prints_before_it_reads)
    try:
        seat.types(PASTE)
        assert seat.ends()
    finally:
        seat.close()
    assert (seat.code, seat.said.count(b"p"), len(lines)) == (0, 1_000_000, LINES)
    assert b"got True" in seat.said


READS_NOTHING = """
import time
print("ready", flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_session_is_broken_off_while_a_long_paste_waits() -> None:
    seat = Seat(lambda _line, _confirm: "", READS_NOTHING)
    try:
        seat.types(PASTE + b"\x1c")
        assert seat.ends()
    finally:
        seat.close()
    assert (seat.code, seat.over) == (137, "it was broken off at the terminal")


def test_an_interrupt_comes_before_what_a_program_has_not_taken() -> None:
    seat = Seat(lambda _line, _confirm: "", READS_NOTHING)
    try:
        seat.types(PASTE + b"\x03")
        assert seat.ends()
    finally:
        seat.close()
    assert (seat.code, b"interrupted" in seat.said) == (0, True)


def test_a_question_is_over_when_the_program_has_gone(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    answers: list[bool] = []

    def typed(_line: str, confirm: Callable[[str], bool]) -> str:
        asked.touch()
        answers.append(confirm("really?"))
        return "" if answers[-1] else "it was not meant"

    ends_when_asked = f"""
import os, time
print("ready", flush=True)
while not os.path.exists({str(asked)!r}):
    time.sleep(0.01)
"""
    seat = Seat(typed, ends_when_asked)
    try:
        seat.types(b"a line\r")
        assert seat.ends()
    finally:
        seat.close()
    assert (seat.code, answers) == (0, [False])
