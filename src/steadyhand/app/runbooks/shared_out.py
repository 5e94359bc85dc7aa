"""Pieces of work in, their results out, worked off by this process and a copy of it at once.

Both take the next piece until none is left; the copy hands its results back pickled and ends. What
it does not hand back is done here, so that work fails here with the error that it would fail with
anyway. Knows nothing of the work.
"""

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_MOST = 250  # pieces: each is one byte of a pipe


def shared_out(
    work: Callable[[T], R], pieces: Sequence[T], meanwhile: Callable[[], object] | None = None
) -> list[R]:
    """Do pieces of work on two cores; the results stand in the order of the pieces.

    Where there is one core, or another thread, which a copied process would be without, they are
    done here. `meanwhile` is done here in any case, while the copy already works; what it changes,
    the copy does not see. A single piece is worth a copy only where there is something meanwhile.
    """
    here = meanwhile or _nothing
    enough = len(pieces) > (1 if meanwhile is None else 0)
    if not enough or not _has_two_cores() or threading.active_count() > 1:
        here()
        return [work(piece) for piece in pieces]
    size = -(-len(pieces) // _MOST)
    heaps = [pieces[at : at + size] for at in range(0, len(pieces), size)]
    done = _by_two(lambda heap: [work(piece) for piece in heap], heaps, here)
    return [result for heap in done for result in heap]


def _nothing() -> None: ...


def _has_two_cores() -> bool:
    if not hasattr(os, "fork") or not hasattr(os, "sched_getaffinity"):
        return False
    return len(os.sched_getaffinity(0)) > 1


def _by_two(
    work: Callable[[T], R], pieces: Sequence[T], meanwhile: Callable[[], object]
) -> list[R]:
    waiting, put = os.pipe()
    os.write(put, bytes(range(len(pieces))))
    os.close(put)  # both see at its end that nothing is left
    results, back = os.pipe()

    def copied() -> None:
        os.close(results)  # else a copy that nobody reads from would wait for ever
        _hand_back(back, work, pieces, waiting)

    try:
        with _copy(copied):
            os.close(back)
            meanwhile()
            done = {at: work(pieces[at]) for at in _taken(waiting)}
            done.update(_handed_back(results))
    finally:
        os.close(results)
        os.close(waiting)
    return [done[at] if at in done else work(piece) for at, piece in enumerate(pieces)]


def _taken(waiting: int) -> Iterator[int]:
    while byte := os.read(waiting, 1):
        yield byte[0]


@contextmanager
def _copy(act: Callable[[], None]) -> Iterator[None]:
    """Let a copy of this process act, if one is to be had. It is gone when this ends."""
    try:
        child = os.fork()
    except OSError:  # there are as many processes as may be
        yield
        return
    if not child:
        try:
            act()
        finally:
            os._exit(0)  # nothing that waits for the end of a process may happen twice
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _hand_back(back: int, work: Callable[[T], R], pieces: Sequence[T], waiting: int) -> None:
    done = {at: work(pieces[at]) for at in _taken(waiting)}
    with open(back, "wb") as file:
        file.write(pickle.dumps(done, pickle.HIGHEST_PROTOCOL))


def _handed_back(results: int) -> dict[int, R]:
    with open(results, "rb", closefd=False) as file:
        written = file.read()
    try:
        done: dict[int, R] = pickle.loads(written)
    except (pickle.UnpicklingError, EOFError):  # the copy failed, or was ended from outside
        return {}
    return done
