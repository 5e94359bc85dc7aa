"""What is shown aside: all of it and in order, and where it cannot be, how much of it was not."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from steadyhand.cli.aside import Aside
from tests.serve.place import until

SECONDS = 20.0


class Tried(Aside):
    """Counts what was tried in vain."""

    failed = 0

    def _put(self, text: str) -> None:
        try:
            super()._put(text)
        except OSError:
            self.failed += 1
            raise


@pytest.fixture
def file(tmp_path: Path) -> Iterator[TextIO]:
    with (tmp_path / "out").open("w", encoding="utf-8") as opened:
        yield opened


def written(file: TextIO) -> list[str]:
    return Path(file.name).read_text().splitlines()


def test_everything_is_shown_in_order(file: TextIO) -> None:
    aside = Aside(file)
    for number in range(5000):
        aside.write(f"é {number}\n")
    assert aside.end(SECONDS)
    assert written(file) == [f"é {number}" for number in range(5000)]


def test_what_a_full_disk_did_not_take_is_counted(file: TextIO) -> None:
    kept = os.dup(file.fileno())
    with Path("/dev/full").open("w") as full:
        os.dup2(full.fileno(), file.fileno())
    aside = Tried(file)
    for number in range(3):
        aside.write(f"{number}\n")
    until(lambda: aside.failed == 3, SECONDS)
    os.dup2(kept, file.fileno())
    os.close(kept)
    aside.write("again\n")
    aside.write("and again\n")
    assert aside.end(SECONDS)
    assert written(file) == ["… 3 lines could not be shown", "again", "and again"]


def test_whoever_shows_does_not_wait_for_a_reader(file: TextIO) -> None:
    """A stopped terminal: what is too much is dropped, and the end is not waited for for ever."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.dup2(writing, file.fileno())
    os.close(writing)
    aside = Aside(file, most=10)
    line = "x" * 1023 + "\n"
    for _ in range(1000):
        aside.write(line)
    assert not aside.end(0.01)
    os.set_blocking(reading, False)
    got = b""

    def over() -> bool:
        nonlocal got
        ended = aside.end(0.01)
        with contextlib.suppress(BlockingIOError):
            got += os.read(reading, 1_000_000)
        return ended

    until(over, SECONDS)
    os.close(reading)
    *shown, last = got.decode().splitlines(keepends=True)
    assert set(shown) == {line}
    assert last == f"… {1000 - len(shown)} lines could not be shown\n"


def test_nobody_reads_any_more(file: TextIO) -> None:
    reading, writing = os.pipe()
    os.dup2(writing, file.fileno())
    os.close(writing)
    os.close(reading)
    aside = Aside(file)
    aside.write("to nobody\n")
    assert aside.end(SECONDS)
