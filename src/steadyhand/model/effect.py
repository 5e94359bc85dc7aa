"""What a command may do to the world, ordered so that `max()` is the worst case.

Beside the order stands what a person must know before approving: the aspects. They are said where
they are known; that none is said of something unknown does not mean that it has none.
"""

from collections.abc import Iterable
from enum import IntEnum, StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Effect(IntEnum):
    """READ < CHANGE < DESTROY. What nobody knows counts as DESTROY."""

    READ = 1
    CHANGE = 2
    DESTROY = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Aspect(StrEnum):
    """What an effect does not say, in the words that a person is shown."""

    REVERSIBLE = "reversible"  # the same tool has a command that brings the state before back
    DISRUPTIVE = "disruptive"  # users feel it while it runs: restart, failover, deployment
    DESTRUCTIVE = "destructive"  # something is gone for good
    EXPOSES_SECRET = "exposes a secret"
    COSTS_MONEY = "costs money"


Aspects = tuple[Aspect, ...]  # in the order above, each once: equal ones give equal digests


def in_order(aspects: Iterable[Aspect]) -> Aspects:
    """Bring aspects into the one order in which they are kept. Pure."""
    given = set(aspects)
    return tuple(aspect for aspect in Aspect if aspect in given)


class Classified(Struct, frozen=True):
    """An effect and the reason for it, in words a person reads before approving."""

    effect: Effect
    reason: str
    endless: bool = False
    interactive: bool = False
    repeatable: bool = False  # doing it twice equals doing it once
    secret_output: bool = False  # what it prints stands behind a token from the start
    aspects: Aspects = ()

    @property
    def words(self) -> str:
        """Say effect and aspects: `change, disruptive, costs money`."""
        return ", ".join([self.effect.word, *self.aspects])


def worst(each: Iterable[Classified]) -> Classified:
    """Take the worst of several, with everything that is true of any of them. Pure.

    Repeatable are all or none; reversible is what changes something only when all of it is.
    Raises ValueError for none.
    """
    every = tuple(each)
    changing = [c for c in every if c.effect > Effect.READ]
    aspects = {aspect for c in every for aspect in c.aspects}
    if not all(Aspect.REVERSIBLE in c.aspects for c in changing):
        aspects.discard(Aspect.REVERSIBLE)
    return replace(
        max(every, key=lambda c: c.effect),
        endless=any(c.endless for c in every),
        interactive=any(c.interactive for c in every),
        repeatable=all(c.repeatable for c in every),
        secret_output=any(c.secret_output for c in every),
        aspects=in_order(aspects),
    )
