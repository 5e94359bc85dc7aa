"""Look at one alarm once: ask the world for its numbers, evaluate, say what came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.model.alarm import AlarmState, Condition, Standing, judge
from steadyhand.model.settings.binding import Binding
from steadyhand.watch import cloudwatch
from steadyhand.watch.bindings import Watched
from steadyhand.world.door import Call, Lost, Refused, World, ask


class Reading(Struct, frozen=True):
    """What one look saw: values oldest first, the state they make, the reason in words.

    `until` is the end of the newest period, `onset` the start of the first of the bad ones that
    last until now; None where the newest value is not bad. `level` is "warning" or "critical"
    where the alarm has both.
    """

    values: tuple[float | None, ...]
    state: AlarmState
    reason: str
    until: datetime
    onset: datetime | None = None
    failed: str = ""  # why nothing could be read; the state is then the one there was
    level: str = ""
    flapping: bool = False


def look(world: World, watched: Watched, current: AlarmState | Standing, now: datetime) -> Reading:
    """Look at an alarm of CloudWatch's metrics once.

    A source that does not answer changes no state; it is said.
    """
    before = current if isinstance(current, Standing) else Standing(current)
    binding, terms = watched.binding, watched.terms
    if binding is None or terms is None:
        return failed(before, now, watched.unbound)
    start, end = cloudwatch.window(now, watched.period, terms.range)
    try:
        values = read(world, binding, watched.period, start, end)
    except (Refused, Lost, ValueError, LookupError) as error:
        return failed(before, end, f"{watched.rule.name}: {error}")
    return judged(watched, values, before, end, now)[0]


def failed(before: Standing, at: datetime, why: str) -> Reading:
    """Say that nothing could be read: the alarm is as it was."""
    return Reading((), before.state, "", at, None, why, before.level, before.flapping)


def judged(
    watched: Watched,
    values: tuple[float | None, ...],
    before: Standing,
    end: datetime,
    now: datetime,
) -> tuple[Reading, Standing]:
    """Judge the values of the newest periods, which end at `end`. Pure."""
    if watched.terms is None or watched.condition is None:
        raise AssertionError("an unbound alarm has no values")
    after = judge(values, watched.terms, before, now)
    began = onset(values, watched.condition, end, watched.period)
    reading = Reading(
        values, after.state, after.reason, end, began, level=after.level, flapping=after.flapping
    )
    return reading, after


def whole_periods(
    world: World, watched: Watched, since: datetime, now: datetime
) -> tuple[datetime, tuple[float | None, ...]]:
    """Read the end of the newest whole period, and the values of all that lie after `since`.

    Raises Refused, Lost, or ValueError for what is no answer: nothing is known then.
    """
    if watched.binding is None:
        raise ValueError(watched.unbound)
    start, end = cloudwatch.since(since, now, watched.period)
    if start == end:
        return end, ()
    return end, read(world, watched.binding, watched.period, start, end)


def read(
    world: World, binding: Binding, period: float, start: datetime, end: datetime
) -> tuple[float | None, ...]:
    """Ask for the values of whole periods. Raises Refused, Lost, or ValueError (no such answer)."""
    answer = ask(world, Call(cloudwatch.argv(binding, period, start, end)))
    if answer.exit_code:
        raise ValueError(answer.stderr.decode(errors="replace").strip() or "no answer")
    return cloudwatch.values(binding, period, start, end, answer.text)


def onset(
    values: Sequence[float | None], condition: Condition, end: datetime, period: float
) -> datetime | None:
    """Find the start of the bad periods that last until now; missing ones do not end them. Pure."""
    first = None
    for back, value in enumerate(reversed(values), start=1):
        if value is not None and not condition.breaches(value):
            break
        if value is not None:
            first = end - timedelta(seconds=back * period)
    return first
