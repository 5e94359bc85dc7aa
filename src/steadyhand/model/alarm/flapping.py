"""The last results of an alarm in, whether it flaps out: it turns so often that a turn says little.

Nagios's rule, which the field knows: of the last 21 results, each change counts, the newest most.
Pure.
"""

from collections.abc import Sequence

from msgspec import Struct

# https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/flapping.html
RESULTS = 21
_OLDEST, _NEWEST = 0.8, 1.2  # the weight of the oldest and of the newest change


class Flapping(Struct, frozen=True):
    """In per cent of the changes there could be: from `start` on it flaps, until below `stop`."""

    start: float = 50.0
    stop: float = 25.0


def changed_percent(results: Sequence[object]) -> float:
    """Say how much the last results changed, the newest last. Fewer than all: the others did not.

    Pure.
    """
    newest = list(results)[-RESULTS:]
    possible = RESULTS - 1
    step = (_NEWEST - _OLDEST) / (possible - 1)
    total = 0.0
    for back, (after, before) in enumerate(zip(newest[:0:-1], newest[-2::-1], strict=True)):
        if after != before:
            total += _NEWEST - step * back
    return 100.0 * total / possible


def flaps(results: Sequence[object], limits: Flapping, flapping: bool) -> bool:
    """Say whether it flaps, given whether it did. Pure."""
    percent = changed_percent(results)
    return percent >= limits.stop if flapping else percent >= limits.start
