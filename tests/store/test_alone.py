"""One drives at a time: among threads, connections and processes, and after a kill -9 the next."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from steadyhand.store import alone
from steadyhand.store.alone import Alone
from steadyhand.store.database import Database
from steadyhand.store.schema import open_store
from tests.rows import ask
from tests.store.server import serving


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


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"_BEAT": 0.05, "_LOOK": 0.05, "_SILENT": 2.0}.items():
        monkeypatch.setattr(alone, name, seconds)


@pytest.mark.usefixtures("_quick")
def test_a_server_that_was_restarted_gives_it_to_nobody_while_its_holder_lives(
    tmp_path: Path,
) -> None:
    """Two machines: each has a folder of its own, and only the server tells them of each other."""
    with serving() as server:
        one, other = open_store(server.url), open_store(server.url)
        here, there = Alone(one, tmp_path / "here"), Alone(other, tmp_path / "there")
        with here("run-1") as first:
            assert first
            server.stop()
            server.start()
            for _ in range(3):
                with there("run-1") as second, there("run-2") as elsewhere:
                    assert (second, elsewhere) == (False, True)
        with there("run-1") as second:
            assert second
        assert ask(one, "SELECT id FROM drives") == []
        one.close()
        other.close()


@pytest.mark.usefixtures("_quick")
def test_another_machine_has_it_when_the_holder_has_been_silent_for_long(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_store(postgres)
    here, there = Alone(database, tmp_path / "here"), Alone(database, tmp_path / "there")
    with monkeypatch.context() as gone:  # as one that was killed: neither beats nor lets go
        gone.setattr(alone._Beat, "_write", lambda _self, _statement: None)
        with here("run-1") as first:
            assert first
    began = time.monotonic()
    with there("run-1") as second:
        assert second
        assert time.monotonic() - began > 1.9
        assert ask(database, "SELECT count(*) FROM drives") == [(1,)]
    with monkeypatch.context() as gone:
        gone.setattr(alone._Beat, "_write", lambda _self, _statement: None)
        with here("run-1"):
            pass
    monkeypatch.setattr(alone, "_SILENT", 60.0)
    with here("run-1") as again:  # of the same folder: the kernel knows that nobody has it
        assert again
    assert ask(database, "SELECT count(*) FROM drives") == [(0,)]
    database.close()


@pytest.mark.usefixtures("_quick")
def test_a_beat_ends_with_its_hold(postgres: str, tmp_path: Path) -> None:
    database = open_store(postgres)
    with Alone(database, tmp_path)("run-1"):
        assert any(one.name == "beat run-1" for one in threading.enumerate())
    until = time.monotonic() + 10
    while any(one.name == "beat run-1" for one in threading.enumerate()):
        assert time.monotonic() < until
    assert ask(database, "SELECT id FROM drives") == []
    database.close()
