"""What a command may do to the world, ordered so that `max()` is the worst case."""

from dataclasses import dataclass
from enum import IntEnum


class Effect(IntEnum):
    """READ < CHANGE < DESTROY. What nobody knows counts as DESTROY."""

    READ = 1
    CHANGE = 2
    DESTROY = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Classified:
    """An effect and the reason for it, in words a person reads before approving."""

    effect: Effect
    reason: str
    endless: bool = False
    interactive: bool = False
    repeatable: bool = False  # doing it twice equals doing it once
    secret_output: bool = False  # what it prints stands behind a token from the start
