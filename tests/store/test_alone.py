"""One drives at a time: among threads, connections and processes, and after a kill -9 the next."""

import os
import signal
import time
from pathlib import Path

import pytest

from steadyhand.store import alone
from steadyhand.store.alone import Alone
from steadyhand.store.database import Database
from steadyhand.store.schema import open_store


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "_PATIENCE", 0.3)


def test_one_holds_an_id_and_the_other_is_told(database: Database, tmp_path: Path) -> None:
    one, other = Alone(database, tmp_path / "driving"), Alone(database, tmp_path / "driving")
    with one("run-1") as first:
        assert first
        with other("run-1") as second, one("run-1") as again, other("run-2") as elsewhere:
            assert (second, again, elsewhere) == (False, False, True)
        with other("run-1") as second:  # one that was told no has let go of nothing
            assert not second
    with other("run-1") as first:
        assert first


def test_it_is_let_go_of_when_something_is_raised(database: Database, tmp_path: Path) -> None:
    held = Alone(database, tmp_path)
    with pytest.raises(ValueError, match="oops"), held("run-1"):
        raise ValueError("oops")
    with held("run-1") as free:
        assert free


def test_a_process_that_is_killed_lets_go_of_it(
    database: Database, url: str, tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with Alone(open_store(url), tmp_path)("run-1") as free:
                os.write(writing, b"held" if free else b"not!")
                time.sleep(60)
        finally:
            os._exit(1)
    held = Alone(database, tmp_path)
    try:
        assert os.read(reading, 4) == b"held"
        with held("run-1") as free:
            assert not free
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)
    with held("run-1") as free:
        assert free
