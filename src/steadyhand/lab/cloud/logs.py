"""A log filter pattern in, a test of one message out, kept for the next time; and the bound on
kept events. The language is `model.filter_pattern`; here is only how the API meets it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from steadyhand.model.filter_pattern import matcher, parse_pattern

# About forty minutes of the usual traffic; a search through all of them takes a tenth of a second.
EVENTS_PER_GROUP = 60_000
STREAMS_PER_GROUP = 60

# The operations that take a pattern, each with the parameter that holds it.
PATTERN_PARAMETERS = {
    "FilterLogEvents": "filterPattern",
    "PutMetricFilter": "filterPattern",
    "PutSubscriptionFilter": "filterPattern",
    "StartLiveTail": "logEventFilterPattern",
}


@dataclass(frozen=True)
class EventFilter:
    """What moto asks of a filter."""

    matches: Callable[[str], bool]


@lru_cache(maxsize=256)
def event_filter(pattern: str | None) -> EventFilter:
    """Compile a pattern; none matches all. Raises BadPattern for what AWS refuses."""
    return EventFilter(matcher(parse_pattern(pattern or "")))
