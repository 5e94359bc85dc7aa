"""Measured values in, the state of an alarm out, as CloudWatch evaluates it. Pure.

Knows neither where the values come from nor what is done about an alarm.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.missing_data import MissingData


class AlarmState(StrEnum):
    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


# Periods looked at beyond those that are evaluated, in case the newest are missing. CloudWatch's
# published tables have two; it does not promise a number.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
SPARE_PERIODS = 2


class Condition(Struct, frozen=True):
    """When an alarm turns: `datapoints` of the last `periods` values breach the threshold."""

    operator: str  # ">", ">=", "<", "<="
    threshold: float
    periods: int  # N
    datapoints: int  # M
    missing: MissingData = MissingData.MISSING

    @property
    def range(self) -> int:
        """How many of the newest periods are looked at."""
        return self.periods + SPARE_PERIODS

    def breaches(self, value: float) -> bool:
        match self.operator:
            case ">":
                return value > self.threshold
            case ">=":
                return value >= self.threshold
            case "<":
                return value < self.threshold
            case "<=":
                return value <= self.threshold
            case _:
                raise ValueError(f"{self.operator!r} is not a comparison")


class Evaluated(Struct, frozen=True):
    """A state and why it is that one, for a person.

    `used` are the places, in what was handed in, of the values that decided, oldest first;
    `filled` is how many missing ones counted as the condition's `missing` says.
    """

    state: AlarmState
    reason: str
    used: tuple[int, ...] = ()
    filled: int = 0


def evaluate(
    values: Sequence[float | None], condition: Condition, current: AlarmState
) -> Evaluated:
    """Evaluate the values of consecutive periods, the newest last; None is a missing one. Pure.

    Real values are used first; only what they lack is filled as `condition.missing` says.
    """
    looked = dict(list(enumerate(values))[-condition.range :])
    real = {place: value for place, value in looked.items() if value is not None}
    if len(real) >= condition.periods:
        newest = dict(list(real.items())[-condition.periods :])
        return _counted(newest, sum(map(condition.breaches, newest.values())), condition)
    filled = condition.periods - len(real)
    count = sum(map(condition.breaches, real.values()))
    match condition.missing:
        case MissingData.BREACHING:
            note = f", {filled} missing ones count as breaching"
            return replace(_counted(real, count + filled, condition, note), filled=filled)
        case MissingData.NOT_BREACHING:
            note = f", {filled} missing ones count as good"
            return replace(_counted(real, count, condition, note), filled=filled)
        case MissingData.MISSING | MissingData.IGNORE:
            return _sparse(looked, real, condition, current)


def _sparse(
    looked: Mapping[int, float | None],
    real: Mapping[int, float],
    condition: Condition,
    current: AlarmState,
) -> Evaluated:
    """Evaluate too few values where missing ones stand for nothing.

    Table 2 of the page above wants OK for `0 - X - -` (2 of 3), against its own prose: an early
    alarm needs that no value within the range is good, not only none of the newer ones.
    """
    ignore = condition.missing is MissingData.IGNORE
    if not real:
        if ignore:
            return Evaluated(current, f"no data in {len(looked)} periods: {current} stays")
        return Evaluated(AlarmState.INSUFFICIENT_DATA, f"no data in {len(looked)} periods")
    count = sum(map(condition.breaches, real.values()))
    if count >= condition.datapoints or count < len(real):
        return _counted(real, count, condition)
    age = len(looked) - list(looked).index(next(iter(real)))  # of the oldest that is there
    if age >= condition.datapoints and not ignore:
        why = f"all {count} values there are breach {_limit(condition)}: {_list(real.values())}"
        return Evaluated(AlarmState.ALARM, why, tuple(real))
    why = f"only {count} of {condition.periods} values are there: {current} stays"
    return Evaluated(current, why, tuple(real))


def _counted(
    values: Mapping[int, float], count: int, condition: Condition, note: str = ""
) -> Evaluated:
    state = AlarmState.ALARM if count >= condition.datapoints else AlarmState.OK
    of = f"{count} of {condition.periods} datapoints breach {_limit(condition)}"
    needed = "" if condition.datapoints == condition.periods else f" ({condition.datapoints} do)"
    return Evaluated(state, f"{of}{needed}: {_list(values.values())}{note}", tuple(values))


def samples_needed(percent: float) -> float:
    """Say how many samples make a percentile significant. Pure.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
    """
    part = percent / 100
    if not 0 < part < 1:
        return 1.0
    return 10 / (1 - part) if part >= 0.5 else 10 / part


def _limit(condition: Condition) -> str:
    return f"{condition.operator} {condition.threshold:g}"


def _list(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values) or "none"
