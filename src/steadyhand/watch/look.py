"""Look at one alarm once: ask the world for its numbers, evaluate, say what came of it."""

from dataclasses import dataclass
from datetime import datetime

from steadyhand.model.alarm import AlarmState, evaluate
from steadyhand.model.settings import Binding
from steadyhand.watch import cloudwatch
from steadyhand.watch.bindings import Watched
from steadyhand.world.door import Call, Lost, Refused, World, ask


@dataclass(frozen=True)
class Reading:
    """What one look saw: values oldest first, the state they make, the reason in words."""

    values: tuple[float | None, ...]
    state: AlarmState
    reason: str
    failed: str = ""  # why nothing could be read; the state is then the one there was


def look(world: World, watched: Watched, current: AlarmState, now: datetime) -> Reading:
    """Look once. A source that does not answer changes no state; it is said."""
    binding, condition = watched.binding, watched.condition
    if binding is None or condition is None:
        return Reading((), current, "", failed=watched.unbound)
    start, end = cloudwatch.window(now, watched.period, condition.range)
    try:
        values = read(world, binding, watched.period, start, end)
    except (Refused, Lost, ValueError, LookupError) as error:
        return Reading((), current, "", failed=f"{watched.rule.name}: {error}")
    evaluated = evaluate(values, condition, current)
    return Reading(values, evaluated.state, evaluated.reason)


def read(
    world: World, binding: Binding, period: int, start: datetime, end: datetime
) -> tuple[float | None, ...]:
    """Ask for the values of whole periods. Raises Refused, Lost, or ValueError (no such answer)."""
    answer = ask(world, Call(cloudwatch.argv(binding, period, start, end)))
    if answer.exit_code:
        raise ValueError(answer.stderr.decode(errors="replace").strip() or "no answer")
    return cloudwatch.values(binding, period, start, end, answer.text)
