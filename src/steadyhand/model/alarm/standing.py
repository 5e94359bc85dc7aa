"""What an alarm's terms say and where it stands in; where it stands after new values out. Pure.

CloudWatch's evaluation (evaluation.py) decides on values alone. What is added here needs to know
where the alarm stood: warning and critical, a condition of its own for recovery (hysteresis), how
long a state must last before the alarm turns, and flapping.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.alarm.evaluation import AlarmState, Condition, Evaluated, evaluate
from steadyhand.model.alarm.flapping import RESULTS, Flapping, changed_percent, flaps


class Level(Struct, frozen=True):
    """One limit of an alarm: its name ("warning", "critical", or "") and when it is reached.

    `recover` is what must no longer hold before the level is left; None: the condition itself.
    """

    name: str
    condition: Condition
    recover: Condition | None = None


class Terms(Struct, frozen=True):
    """When an alarm turns. `levels` are ordered, the mildest first.

    `for_seconds` is how long a level must be reached before the alarm turns to ALARM, and
    `clear_seconds` how long all must be well before it turns back.
    """

    levels: tuple[Level, ...]
    for_seconds: float = 0.0
    clear_seconds: float = 0.0
    flapping: Flapping | None = None

    @property
    def range(self) -> int:
        """How many of the newest periods are looked at."""
        return max(level.condition.range for level in self.levels)


class Standing(Struct, frozen=True):
    """Where an alarm stands. `since_bad` and `since_well` are when what is awaited began.

    `results` are what the last looks would have made of it by themselves, the newest last.
    """

    state: AlarmState
    reason: str = ""
    level: str = ""
    used: tuple[int, ...] = ()
    since_bad: datetime | None = None
    since_well: datetime | None = None
    results: tuple[str, ...] = ()
    flapping: bool = False


def judge(
    values: Sequence[float | None], terms: Terms, before: Standing, now: datetime
) -> Standing:
    """Judge the values of consecutive periods, the newest last. Pure."""
    level, seen = _seen(values, terms, before)
    results = (*before.results, seen.state.value)[-RESULTS:]
    flapping = terms.flapping is not None and flaps(results, terms.flapping, before.flapping)
    if seen.state is AlarmState.ALARM:
        found = _bad(level, seen, terms, before, now)
    else:
        found = _well(seen, terms, before, results if flapping else (), now)
    return Standing(
        found.state, found.reason, found.level, seen.used, found.since_bad, found.since_well,
        results, flapping,
    )  # fmt: skip


def _seen(
    values: Sequence[float | None], terms: Terms, before: Standing
) -> tuple[Level, Evaluated]:
    """Find the worst level that is reached, or what the mildest one says."""
    names = [level.name for level in terms.levels]
    stands = -1
    if before.state is AlarmState.ALARM:
        stands = names.index(before.level) if before.level in names else 0
    found: tuple[Level, Evaluated] | None = None
    for rank, level in reversed(list(enumerate(terms.levels))):
        reached = rank <= stands
        condition = level.recover or level.condition if reached else level.condition
        current = AlarmState.ALARM if reached else before.state
        if current is AlarmState.ALARM and not reached:
            current = AlarmState.OK
        found = level, evaluate(values[-condition.range :], condition, current)
        if found[1].state is AlarmState.ALARM:
            break
    if found is None:
        raise ValueError("an alarm without a level cannot be judged")
    cut = len(values) - found[0].condition.range
    if cut <= 0:
        return found
    return found[0], replace(found[1], used=tuple(place + cut for place in found[1].used))


def _bad(level: Level, seen: Evaluated, terms: Terms, before: Standing, now: datetime) -> Standing:
    if before.state is AlarmState.ALARM:
        return Standing(AlarmState.ALARM, seen.reason, level.name)
    since = before.since_bad or now
    if now - since < timedelta(seconds=terms.for_seconds):
        why = f"{seen.reason}; since {since:%H:%M:%S}, must last {terms.for_seconds:g} s"
        return Standing(before.state, why, before.level, since_bad=since)
    return Standing(AlarmState.ALARM, seen.reason, level.name)


def _well(
    seen: Evaluated, terms: Terms, before: Standing, flapped: tuple[str, ...], now: datetime
) -> Standing:
    """`flapped` are the last results of an alarm that flaps, () of one that does not."""
    if before.state is AlarmState.ALARM and flapped:
        percent = changed_percent(flapped)
        why = f"{seen.reason}; flapping ({percent:.0f}% of the last results changed): ALARM stays"
        return Standing(AlarmState.ALARM, why, before.level)
    if before.state is AlarmState.ALARM and seen.state is AlarmState.OK:
        since = before.since_well or now
        if now - since < timedelta(seconds=terms.clear_seconds):
            why = f"{seen.reason}; well since {since:%H:%M:%S}, must last {terms.clear_seconds:g} s"
            return Standing(AlarmState.ALARM, why, before.level, since_well=since)
    return Standing(seen.state, seen.reason)
