"""MetricDataQueries in, the series they ask for out; refuses what CloudWatch would not take.

Knows the store of metrics, no API and no clock.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from steadyhand.lab.cloud.metrics import Metric, MetricStore, Point
from steadyhand.lab.cloud.room import Refusal
from steadyhand.lab.cloud.statistics import read_statistic, statistic
from steadyhand.lab.cloudwatch.expressions import Expression, evaluate, parse
from steadyhand.lab.cloudwatch.series import BadMath, Series, Value

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
ID = re.compile(r"[a-z][a-zA-Z0-9_]*")


@dataclass(frozen=True)
class Stat:
    metric: Metric
    period: int
    name: str
    unit: str | None


@dataclass(frozen=True)
class Query:
    """One of a list. Either `stat` or `expression` is there."""

    id: str
    stat: Stat | None
    expression: Expression | None
    label: str
    returned: bool
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Frame:
    """The time asked about, and how long a period of so many seconds lasts."""

    start: datetime
    end: datetime
    lasts: Callable[[int], int] = lambda period: period

    def grid(self, period: int) -> list[datetime]:
        """Give the start of every period; its length is the one it has here."""
        step = timedelta(seconds=period)
        found: list[datetime] = []
        at = self.start
        while at < self.end and len(found) < 100_800:
            found.append(at)
            at += step
        return found


def bad(message: str) -> Refusal:
    return Refusal("ValidationError", message)


def metric_of(namespace: str, name: str, dimensions: Sequence[Mapping[str, str]]) -> Metric:
    return Metric(namespace, name, frozenset((d["Name"], d["Value"]) for d in dimensions))


def read_queries(
    given: Sequence[Mapping[str, Any]], parameter: str, check_period: Callable[[int], None]
) -> tuple[Query, ...]:
    """Read a list of queries. Raises Refusal for what does not hold together."""
    found = tuple(
        _read(one, f"{parameter}.member.{number}", check_period)
        for number, one in enumerate(given, 1)
    )
    ids = [query.id for query in found]
    if len(set(ids)) < len(ids):
        raise bad(f"The values for parameter id in {parameter} are not unique.")
    for query in found:
        for name in sorted(query.expression.names if query.expression else ()):
            if name not in ids:
                raise bad(f"Error in expression '{query.id}': Undeclared variable '{name}'")
    return found


def _read(given: Mapping[str, Any], path: str, check_period: Callable[[int], None]) -> Query:
    name, stat, text = str(given["Id"]), given.get("MetricStat"), given.get("Expression")
    if not ID.fullmatch(name):
        raise bad(
            f"The value {name} for parameter {path}.Id is not matching the expected pattern "
            "^[a-z][a-zA-Z0-9_]*$."
        )
    if (stat is None) == (text is None):
        raise bad(f"The parameter {path} must have either a MetricStat or an Expression.")
    label, returned = str(given.get("Label") or ""), given.get("ReturnData") is not False
    if stat is None:
        return Query(name, None, _parsed(name, str(text)), label or name, returned, given)
    wanted = stat["Metric"]
    for key in ("Namespace", "MetricName"):
        if not wanted.get(key):
            raise bad(f"The parameter {path}.MetricStat.Metric.{key} is required.")
    period = int(stat["Period"])
    check_period(period)
    try:
        read_statistic(str(stat["Stat"]))
    except ValueError:
        raise bad(
            f"The value {stat['Stat']} for parameter {path}.MetricStat.Stat is not supported."
        ) from None
    metric = metric_of(wanted["Namespace"], wanted["MetricName"], wanted.get("Dimensions") or [])
    asked = Stat(metric, period, str(stat["Stat"]), stat.get("Unit"))
    return Query(name, asked, None, label or metric.name, returned, given)


def _parsed(name: str, text: str) -> Expression:
    try:
        return parse(text)
    except BadMath as error:
        raise bad(f"Error in expression '{name}': {error}") from None


def solve(queries: Sequence[Query], store: MetricStore, frame: Frame) -> dict[str, list[Series]]:
    """Work out every query, each once. Raises Refusal."""
    solved: dict[str, list[Series]] = {}
    waiting = list(queries)
    metrics = [query.id for query in queries if query.stat]
    while waiting:
        ready = [q for q in waiting if not q.expression or q.expression.names <= solved.keys()]
        if not ready:
            raise bad(f"Error in expression '{waiting[0].id}': it refers to itself.")
        # METRICS() means all of them, so that they come first.
        ready.sort(key=lambda query: query.stat is None)
        query = ready[0]
        solved[query.id] = _solved(query, store, frame, solved, metrics)
        waiting.remove(query)
    return solved


def _solved(
    query: Query,
    store: MetricStore,
    frame: Frame,
    solved: Mapping[str, list[Series]],
    metrics: Sequence[str],
) -> list[Series]:
    if query.stat is not None:
        return [read_series(query.stat, store, frame)]
    if query.expression is None:
        raise AssertionError("a query has a stat or an expression")
    known: dict[str, Value] = {
        name: found[0] if len(found) == 1 else found for name, found in solved.items()
    }
    # An expression has the period of what it is made of.
    period = min((one.period for found in solved.values() for one in found), default=60)
    try:
        return evaluate(query.expression, known, metrics, frame.grid(period))
    except BadMath as error:
        raise bad(f"Error in expression '{query.id}': {error}") from None


def points_of(stat: Stat, store: MetricStore, frame: Frame) -> list[Point]:
    """Give the periods of a metric, counted from the frame's start; units are put together."""
    lasts = frame.lasts(stat.period)
    rows = store.rows(stat.metric, frame.start, frame.end, lasts, stat.unit)
    merged: dict[datetime, Point] = {}
    for row in rows:
        other = merged.get(row.at)
        if other is not None:
            values = dict(other.values)
            for value, times in row.values.items():
                values[value] = values.get(value, 0.0) + times
            row = Point(row.at, values, row.unit, (*other.sets, *row.sets))
        merged[row.at] = row
    return list(merged.values())


def read_series(stat: Stat, store: MetricStore, frame: Frame) -> Series:
    found = {
        point.at: value
        for point in points_of(stat, store, frame)
        if (value := statistic(stat.name, point)) is not None
    }
    return Series(found, frame.lasts(stat.period))


def aware(at: datetime) -> datetime:
    """A time without a zone is UTC, as the API reads it."""
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
