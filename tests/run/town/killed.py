"""A process that drives a run and is ended by SIGKILL at one of its own events.

A real process and a real kill -9: forked, so that a test can afford hundreds.
"""

import os
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from steadyhand.engine.drive import Turn
from tests.run.town.place import Place
from tests.run.town.world import Trouble

LONGEST = 120  # seconds of one process
# The number of an append, from 1; whether it is over before the death: then it is written, or held
# to be written with the next.
Point = tuple[int, bool]


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder with a short path, in which all is left behind that a killed process leaves."""
    made = Path(tempfile.mkdtemp(prefix="town-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def killed(where: Path, key: str, point: Point) -> bool:
    """Drive a run in a process that dies at a point; False when the run ended before it.

    Raises AssertionError where the process fails in any other way.
    """
    return died(where, lambda: _drive(where, key, point))


def _drive(where: Path, key: str, point: Point) -> None:
    die_at(*point)
    Place.open(where).to_the_end(key)


def died(where: Path, do: Callable[[], object]) -> bool:
    """Do it in a process of its own; whether that was killed by itself.

    Raises AssertionError where it fails in any other way.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(LONGEST)
            tempfile.tempdir = str(where)
            do()
            code = 0
        except BaseException:
            (where / "trouble").write_text(traceback.format_exc())
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    said = (where / "trouble").read_text() if (where / "trouble").exists() else f"status {status}"
    assert status == 0, said
    return False


def die_at(number: int, after: bool) -> None:
    """Arm the turns of this process: it dies at the append of that number."""
    turn: Any = Turn
    append = Turn.append
    count = iter(range(1, 1_000_000))  # `next` of it is one step for all threads

    def dying(self: Turn, *words: Any, **more: Any) -> None:
        this = next(count)
        if this == number and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        append(self, *words, **more)
        if this == number:
            os.kill(os.getpid(), signal.SIGKILL)

    turn.append = dying


def length(where: Path, document: str, values: Any = None) -> tuple[str, int]:
    """Drive a run of a document whole; its id, and how many events that took."""
    place = Place.open(where, Trouble())
    try:
        key = place.begin(document, values)
        assert place.to_the_end(key) == "completed", place.run(key).detail
        return key, len(place.control.journal.read("run", key)) - 1
    finally:
        place.close()
