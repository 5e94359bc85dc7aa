"""An alarm, the metrics and the end of a period in; the alarm in its state out. Changes nothing.

The rules are `model.alarm.evaluate`; here is which periods are looked at, and what they hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from steadyhand.lab.cloud.metrics import MetricStore, Point
from steadyhand.lab.cloud.room import Refusal
from steadyhand.lab.cloud.statistics import percent_of
from steadyhand.lab.cloudwatch.alarm import Alarm
from steadyhand.lab.cloudwatch.queries import Frame, points_of, solve
from steadyhand.lab.cloudwatch.reasons import reason, reason_data
from steadyhand.model.alarm import AlarmState, evaluate, samples_needed


@dataclass(frozen=True)
class Beat:
    """When an alarm is evaluated, and how long its periods last here, in seconds."""

    alarm: Alarm
    factor: float

    @property
    def interval(self) -> int:
        """CloudWatch looks every minute; every ten seconds where the period is shorter than one.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
        """
        return max(1, round((10 if self.alarm.period < 60 else 60) / self.factor))

    @property
    def lag(self) -> float:
        """How long a period that is over is waited for."""
        return min(1.0, self.interval / 2)

    def lasts(self, period: int) -> int:
        return max(1, round(period / self.factor))


def look(alarm: Alarm, store: MetricStore, beat: Beat, end: datetime, now: datetime) -> Alarm:
    """Evaluate an alarm over the periods before `end`; they are counted back from there."""
    step = timedelta(seconds=beat.lasts(alarm.period))
    count = alarm.condition.range
    starts = [end - step * back for back in range(count, 0, -1)]
    frame = Frame(starts[0], end, beat.lasts)
    try:
        (series,) = solve(alarm.queries, store, frame)[alarm.watched.id]
    except (Refusal, ValueError):
        # An expression that cannot be worked out has no data.
        values: list[float | None] = [None] * count
    else:
        values = [series.points.get(at) for at in starts]
    points = _points(alarm, store, frame, starts)
    if _has_few_samples(alarm, points):
        return alarm
    evaluated = evaluate(values, alarm.condition, alarm.state)
    if evaluated.state is alarm.state:
        return alarm
    return replace(
        alarm,
        state=AlarmState(evaluated.state),
        reason=reason(evaluated, starts, values, alarm),
        reason_data=reason_data(starts, values, points, alarm, now),
    )


def _points(
    alarm: Alarm, store: MetricStore, frame: Frame, starts: Sequence[datetime]
) -> list[Point | None]:
    stat = alarm.watched.stat
    found = {point.at: point for point in points_of(stat, store, frame)} if stat else {}
    return [found.get(at) for at in starts]


def _has_few_samples(alarm: Alarm, points: Sequence[Point | None]) -> bool:
    """Say whether a percentile is of too few samples to tell, and the alarm is to ignore that."""
    percent = percent_of(alarm.watched.stat.name) if alarm.watched.stat else None
    if percent is None or not alarm.keeps_state_on_few_samples:
        return False
    there = [point for point in points if point is not None][-alarm.condition.periods :]
    return any(point.count < samples_needed(percent) for point in there)
