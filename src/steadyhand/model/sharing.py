"""How pieces of work that do not need each other are done: one after the other, or shared out.

Rooms that have such work take a `Share`, and give the same answer under each. Knows no process:
the one that shares out over the machine's cores is `app.runbooks.shared_out`.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Share(Protocol):
    """Does pieces of work; their results stand in the order of the pieces."""

    def __call__(self, work: Callable[[T], R], pieces: Sequence[T]) -> list[R]: ...


def alone(work: Callable[[T], R], pieces: Sequence[T]) -> list[R]:
    """Do one piece after the other, here."""
    return [work(piece) for piece in pieces]
