"""Metric filters: log events in, points of a metric out, once for each period that is over.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from steadyhand.lab.cloud.logs import event_filter
from steadyhand.lab.cloud.metrics import Dimensions, Metric, MetricStore, Point, floor
from steadyhand.lab.logs.extract import BadReference, Extract, read_reference
from steadyhand.model.filter_pattern import Pattern, parse_pattern

# As many different sets of dimensions a period may bring: AWS turns such a filter off.
MOST_SERIES = 1000


@dataclass
class MetricFilter:
    """A filter, and what it has counted in the periods that are not over."""

    name: str
    group: str
    pattern: str
    transformation: Mapping[str, object]
    created: int
    value: Extract
    dimensions: Mapping[str, Extract]
    _open: dict[tuple[datetime, Dimensions], Counter[float]] = field(default_factory=dict)
    _heard: set[datetime] = field(default_factory=set)

    def see(self, timestamp: int, message: str, period: int) -> None:
        """Take an event that came in."""
        start = floor(datetime.fromtimestamp(timestamp / 1000, UTC), period)
        self._heard.add(start)
        if not event_filter(self.pattern).matches(message):
            return
        value = _number(self.value(message))
        found = {name: extract(message) for name, extract in self.dimensions.items()}
        if value is None or None in found.values():
            return
        dimensions = frozenset((name, text) for name, text in found.items() if text is not None)
        if (start, dimensions) in self._open or len(self._open) < MOST_SERIES:
            self._open.setdefault((start, dimensions), Counter())[value] += 1

    def publish(self, store: MetricStore, now: datetime, period: int) -> None:
        """Move the periods that are over into the store."""
        current = floor(now, period)
        over = [start for start in self._heard if start < current]
        namespace = str(self.transformation["metricNamespace"])
        name = str(self.transformation["metricName"])
        unit = str(self.transformation.get("unit") or "None")
        default = self.transformation.get("defaultValue")
        for start in sorted(over):
            self._heard.discard(start)
            counted = {key: self._open.pop(key) for key in list(self._open) if key[0] == start}
            for (at, dimensions), values in counted.items():
                store.add(Metric(namespace, name, dimensions), Point(at, values, unit))
            # Events came in, and none of them matched.
            if not counted and isinstance(default, int | float):
                point = Point(start, {float(default): 1.0}, unit)
                store.add(Metric(namespace, name, frozenset()), point)

    def shape(self) -> dict[str, object]:
        return {
            "filterName": self.name,
            "filterPattern": self.pattern,
            "metricTransformations": [dict(self.transformation)],
            "creationTime": self.created,
            "logGroupName": self.group,
            "applyOnTransformedLogs": False,
        }


def read_filter(
    name: str, group: str, pattern: str, transformation: Mapping[str, object], created: int
) -> MetricFilter:
    """Read a filter. Raises BadPattern, and BadReference for a value or dimension that is none."""
    parsed = parse_pattern(pattern)
    given = transformation.get("dimensions")
    named = given if isinstance(given, dict) else {}
    return MetricFilter(
        name,
        group,
        pattern,
        transformation,
        created,
        _value(str(transformation["metricValue"]), parsed),
        {key: read_reference(str(value), parsed) for key, value in named.items()},
    )


def _value(given: str, pattern: Pattern) -> Extract:
    if given.startswith("$"):
        return read_reference(given, pattern)
    if _number(given) is None:
        raise BadReference(given)
    return lambda _message: given


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
