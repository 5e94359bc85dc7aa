"""Series and numbers in, series and numbers out: the operators and functions of metric math. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise


class BadMath(Exception):
    """An expression that is not taken; the message is for the caller."""


@dataclass(frozen=True)
class Series:
    points: Mapping[datetime, float]
    period: int


@dataclass(frozen=True)
class Known:
    """What a function may need beside its arguments: the starts of all periods asked for."""

    grid: tuple[datetime, ...]


Value = float | Series | list[Series]
Argument = Value | str
Function = Callable[[list[Argument], Known], Value]


def spread(join: Callable[[float, float], float | None], left: Value, right: Value) -> Value:
    """Apply an operator point by point; a point that one side lacks is not in the result."""
    match left, right:
        case list(), list():
            if len(left) != len(right):
                raise BadMath("Arrays of different lengths cannot be combined.")
            return [_series(spread(join, a, b)) for a, b in zip(left, right, strict=True)]
        case list(), _:
            return [_series(spread(join, one, right)) for one in left]
        case _, list():
            return [_series(spread(join, left, one)) for one in right]
        case Series(), Series():
            both = {
                at: join(v, right.points[at]) for at, v in left.points.items() if at in right.points
            }
            return _made(both, left.period)
        case Series(), float():
            return _made({at: join(v, right) for at, v in left.points.items()}, left.period)
        case float(), Series():
            return _made({at: join(left, v) for at, v in right.points.items()}, right.period)
        case float(), float():
            number = join(left, right)
            if number is None:
                raise BadMath("Division by zero.")
            return number
    raise BadMath("Unsupported operand type(s).")


def _made(points: Mapping[datetime, float | None], period: int) -> Series:
    return Series({at: value for at, value in points.items() if value is not None}, period)


def _series(value: Value) -> Series:
    if not isinstance(value, Series):
        raise BadMath("Unsupported operand type(s).")
    return value


def _each(change: Callable[[Series], Series]) -> Function:
    """A function of one series, or of each of several."""

    def function(given: list[Argument], _known: Known) -> Value:
        match given[0]:
            case Series() as one:
                return change(one)
            case list() as several:
                return [change(one) for one in several]
        raise BadMath("A time series is wanted.")

    return function


def _pointwise(change: Callable[[float], float | None]) -> Function:
    each = _each(lambda s: _made({at: change(v) for at, v in s.points.items()}, s.period))

    def function(given: list[Argument], known: Known) -> Value:
        if isinstance(given[0], float):
            found = change(given[0])
            if found is None:
                raise BadMath("Not a number.")
            return found
        return each(given, known)

    return function


def _together(join: Callable[[list[float]], float]) -> Function:
    """Of one series a number; of several a series, from the points that are there."""

    def function(given: list[Argument], _known: Known) -> Value:
        match given[0]:
            case Series(points) if points:
                return join(list(points.values()))
            case Series():
                return 0.0
            case list() as several:
                times = sorted({at for one in several for at in one.points})
                return Series(
                    {at: join([s.points[at] for s in several if at in s.points]) for at in times},
                    several[0].period if several else 60,
                )
        raise BadMath("A time series is wanted.")

    return function


def _log(base: float | None) -> Callable[[float], float | None]:
    def logarithm(value: float) -> float | None:
        if value <= 0:
            return None
        return math.log(value) if base is None else math.log10(value)

    return logarithm


def _differences(rate: bool) -> Callable[[Series], Series]:
    def change(series: Series) -> Series:
        found: dict[datetime, float] = {}
        ordered = sorted(series.points.items())
        for (before, first), (at, second) in pairwise(ordered):
            found[at] = (second - first) / ((at - before).total_seconds() if rate else 1)
        return Series(found, series.period)

    return change


def _running(series: Series) -> Series:
    total, found = 0.0, {}
    for at, value in sorted(series.points.items()):
        total += value
        found[at] = total
    return Series(found, series.period)


def _fill(given: list[Argument], known: Known) -> Value:
    what = given[1]
    filled = _each(lambda series: _filled(series, what, known.grid))
    return filled(given, known)


def _filled(series: Series, what: Argument, grid: Sequence[datetime]) -> Series:
    there = sorted(series.points.items())
    found: dict[datetime, float | None] = {}
    for at in grid:
        if at in series.points:
            found[at] = series.points[at]
        elif isinstance(what, float):
            found[at] = what
        elif what in ("REPEAT", "LINEAR"):
            found[at] = _guess(there, at, what == "LINEAR")
        elif isinstance(what, Series):
            found[at] = what.points.get(at)
        else:
            raise BadMath("Invalid arguments for function 'FILL'")
    return _made(found, series.period)


def _guess(there: list[tuple[datetime, float]], at: datetime, linear: bool) -> float | None:
    before = [point for point in there if point[0] < at]
    after = [point for point in there if point[0] > at]
    if not linear:
        return before[-1][1] if before else None
    if not before or not after:
        return None
    (start, first), (end, last) = before[-1], after[0]
    return first + (last - first) * ((at - start) / (end - start))


def _if(given: list[Argument], _known: Known) -> Value:
    condition, yes = given[0], given[1]
    no = given[2] if len(given) > 2 else None
    if isinstance(condition, float):
        chosen = yes if condition else no
        if chosen is None or isinstance(chosen, str):
            return Series({}, 60)
        return chosen
    if not isinstance(condition, Series):
        raise BadMath("Invalid arguments for function 'IF'")
    found = {at: _at(yes if holds else no, at) for at, holds in condition.points.items()}
    return _made(found, condition.period)


def _at(value: Argument | None, at: datetime) -> float | None:
    match value:
        case float():
            return value
        case Series(points):
            return points.get(at)
        case None:
            return None
    raise BadMath("Invalid arguments for function 'IF'")


def _count(given: list[Argument], _known: Known) -> Value:
    if not isinstance(given[0], list):
        raise BadMath("Invalid arguments for function 'METRIC_COUNT'")
    return float(len(given[0]))


def _period(given: list[Argument], _known: Known) -> Value:
    return float(_series(given[0] if not isinstance(given[0], str) else 0.0).period)


def _all_metrics(_given: list[Argument], _known: Known) -> Value:
    raise BadMath("Invalid arguments for function 'METRICS'")


def _deviation(values: list[float]) -> float:
    return statistics.pstdev(values)


# Each with the fewest and the most arguments it takes.
FUNCTIONS: Mapping[str, tuple[Function, int, int]] = {
    "ABS": (_pointwise(abs), 1, 1),
    "AVG": (_together(statistics.fmean), 1, 1),
    "CEIL": (_pointwise(lambda v: float(math.ceil(v))), 1, 1),
    "DIFF": (_each(_differences(rate=False)), 1, 1),
    "FILL": (_fill, 2, 2),
    "FLOOR": (_pointwise(lambda v: float(math.floor(v))), 1, 1),
    "IF": (_if, 2, 3),
    "LOG": (_pointwise(_log(None)), 1, 1),
    "LOG10": (_pointwise(_log(10)), 1, 1),
    "MAX": (_together(max), 1, 1),
    "METRICS": (_all_metrics, 0, 1),
    "METRIC_COUNT": (_count, 1, 1),
    "MIN": (_together(min), 1, 1),
    "PERIOD": (_period, 1, 1),
    "RATE": (_each(_differences(rate=True)), 1, 1),
    "RUNNING_SUM": (_each(_running), 1, 1),
    "STDDEV": (_together(_deviation), 1, 1),
    "SUM": (_together(sum), 1, 1),
}
