"""A head by itself: it never goes back, waits for whoever holds it, and moves on only as told."""

import fcntl
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.store.audit import head as heads
from steadyhand.store.audit.head import Anchor, BadHead, Head

KEY = b"k" * 32
LINKS = {number: f"link-{number}" for number in range(10)}


def at(number: int) -> Head:
    return Head(number, LINKS[number], "2026-11-21T03:00:00+00:00")


@pytest.fixture
def anchor(tmp_path: Path) -> Anchor:
    anchor = Anchor(tmp_path / "audit.head")
    anchor.begin(KEY, at(0), make=True)
    anchor.advance(KEY, at(0), at(5), LINKS.get)
    return anchor


def test_a_slower_writer_does_not_take_the_head_back(anchor: Anchor) -> None:
    anchor.advance(KEY, at(3), at(4), LINKS.get)
    assert anchor.read(KEY) == at(5)


def test_a_head_that_is_behind_is_moved_on(anchor: Anchor) -> None:
    anchor.advance(KEY, at(7), at(8), LINKS.get)
    assert anchor.read(KEY) == at(8)


@pytest.mark.parametrize("links", [{}, {5: "another"}])
def test_a_head_that_is_not_on_the_chain_stays_what_it_is(
    anchor: Anchor, links: dict[int, str]
) -> None:
    with pytest.raises(BadHead, match="the journal is not the one"):
        anchor.advance(KEY, at(7), at(8), links.get)
    assert anchor.read(KEY) == at(5)


def test_a_chain_that_begins_again_does_not_go_over_a_head_that_counts(anchor: Anchor) -> None:
    anchor.begin(KEY, at(0), make=True)
    assert anchor.read(KEY) == at(5)


def test_its_size_never_changes(anchor: Anchor) -> None:
    assert anchor.path.stat().st_size == 512
    assert anchor.path.stat().st_mode & 0o777 == 0o600
    anchor.advance(KEY, at(5), Head(10**18, "f" * 64, "x" * 32), LINKS.get)
    assert anchor.path.stat().st_size == 512
    assert anchor.read(KEY).count == 10**18


@pytest.mark.parametrize("moment", ["pwrite", "ftruncate", "fsync"])
def test_a_kill_while_it_is_written_anew_leaves_a_head(anchor: Anchor, moment: str) -> None:
    child = os.fork()
    if child == 0:
        try:
            setattr(os, moment, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            anchor.renew(KEY, at(3))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert anchor.read(KEY) == (at(5) if moment == "pwrite" else at(3))


@pytest.mark.parametrize("content", [b"", b"{", b"longer than a head " * 50])
def test_it_is_written_anew_in_its_size_whatever_was_there(anchor: Anchor, content: bytes) -> None:
    anchor.path.write_bytes(content)
    anchor.renew(KEY, at(3))
    assert anchor.path.stat().st_size == 512
    assert anchor.read(KEY) == at(3)


@pytest.fixture
def held(anchor: Anchor) -> Iterator[int]:
    """Another process holds the head."""
    with anchor.path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def test_a_writer_waits_for_whoever_holds_the_head(anchor: Anchor, held: int) -> None:
    writer = threading.Thread(target=anchor.advance, args=(KEY, at(5), at(6), LINKS.get))
    writer.start()
    writer.join(0.1)
    assert writer.is_alive()
    fcntl.flock(held, fcntl.LOCK_UN)
    writer.join(10)
    assert anchor.read(KEY) == at(6)


@pytest.mark.usefixtures("held")
def test_a_writer_does_not_wait_for_ever(anchor: Anchor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "_PATIENCE", 0.02)
    with pytest.raises(BadHead, match="held by another process"):
        anchor.advance(KEY, at(5), at(6), LINKS.get)
