"""What is printed comes out as it came, however much it is, and a full disk is said."""

import errno
import resource
import threading
from typing import Any

import pytest

from steadyhand.run.spool import spooling
from steadyhand.store.database import Unavailable
from steadyhand.world.door import Stream


def test_it_comes_out_as_it_came_twice() -> None:
    with spooling("a/1", 2) as spool:
        for stream, chunk in (
            (Stream.OUT, b"one"),
            (Stream.OUT, b"two"),
            (Stream.ERR, b"!"),
            (Stream.OUT, b"3"),
        ):
            spool.take(stream, chunk)
        expected = [("stdout", b"onetwo"), ("stderr", b"!"), ("stdout", b"3")]
        for _ in range(2):
            assert [(out.stream, out.body) for out in spool] == expected
        assert {(out.step, out.number) for out in spool} == {("a/1", 2)}
        assert len(spool) == 3


def test_much_of_it_is_not_held_in_memory() -> None:
    with spooling("a/1", 1) as spool:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        chunk = bytes(range(256)) * 256
        for _ in range(1600):  # 100 MiB
            spool.take(Stream.OUT, chunk)
        assert sum(out.body == chunk for out in spool) == 1600
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert grown < 20


def test_threads_lose_nothing() -> None:
    with spooling("a/1", 1) as spool:

        def print_many(stream: Stream) -> None:
            for _ in range(2000):
                spool.take(stream, b"0123456789")

        threads = [threading.Thread(target=print_many, args=(s,)) for s in (Stream.OUT, Stream.ERR)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for stream in ("stdout", "stderr"):
            assert b"".join(o.body for o in spool if o.stream == stream) == b"0123456789" * 2000


def test_a_full_disk_is_said_when_it_is_to_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with spooling("a/1", 1) as spool:

        def full(_: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(spool._file, "write", full)
        spool.take(Stream.OUT, b"x")
        with pytest.raises(Unavailable, match="cannot be kept: No space left on device"):
            list(spool)


@pytest.mark.parametrize(
    ("size", "may_wait", "waits"),
    [(2**16, True, True), (2**16 + 1, True, False), (1, False, False)],
)
def test_little_of_what_may_wait_waits_and_outlives_it(
    size: int, may_wait: bool, waits: bool
) -> None:
    with spooling("a/1", 1) as spool:
        spool.take(Stream.OUT, bytes(size))
        printed, later = spool.held(may_wait)
        assert later is waits
        assert waits or sum(len(out.body) for out in printed) == size
    if waits:
        assert [out.body for out in printed] == [bytes(size)]
