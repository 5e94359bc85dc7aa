"""`[alarms."NAME"]` of steadyhand.toml: which source an alarm's name means, and its terms.

What the document says of an alarm stands in the document; here is what it does not say. Pure.
What judges alarms is imported where a binding needs it: every command reads settings.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import field

from steadyhand.model.missing_data import MissingData
from steadyhand.model.settings.probes import MEASURES, AnyProbe
from steadyhand.model.table import Table


class ServiceName(Table, frozen=True):
    """The ECS service whose deployments, tasks and logs tell about an alarm."""

    cluster: str
    name: str
    log_group: str = ""


class Binding(Table, frozen=True):
    """What an alarm's name means.

    `source` "cloudwatch": `metric`, or 100·Σ`numerator`/`denominator`; "cloudwatch-alarm": the
    alarm that CloudWatch keeps under `metric` (or the same name); "probe": a `measure` of a probe;
    "composite": a `rule` over other alarms, with a `suppressor`.

    `scale` brings the value into the unit of the document's threshold, `maximum` makes it a share
    of that in per cent, `rate_seconds` a counter's growth in so many seconds.
    `datapoints_to_alarm` is the M of "M of N"; None takes all N periods of the document's duration.
    `operator`, `threshold`, `warning`, `for_seconds` and `action` are for an alarm of which the
    document says no threshold. `recover_threshold` is what a value must be back at before it is
    well; `clear_seconds` how long it must stay so; `flapping` holds an alarm that turns too often.
    """

    namespace: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    source: Literal["cloudwatch", "cloudwatch-alarm", "probe", "composite"] = "cloudwatch"
    metric: str = ""
    numerator: tuple[str, ...] = ()
    denominator: str = ""
    statistic: str = ""
    period_seconds: float | None = None
    missing_data: MissingData = MissingData.MISSING
    datapoints_to_alarm: int | None = None
    scale: float = 1.0
    service: ServiceName | None = None
    probe: str = ""
    measure: str = ""
    rule: str = ""
    suppressor: str = ""
    wait_seconds: float = 60.0
    extension_seconds: float = 60.0
    maximum: float | None = None
    rate_seconds: float = 0.0
    operator: Literal["", ">", ">=", "<", "<="] = ""
    threshold: float | None = None
    warning: float | None = None
    for_seconds: float = 0.0
    action: str = ""
    recover_threshold: float | None = None
    clear_seconds: float = 0.0
    flapping: bool = False

    @property
    def is_ratio(self) -> bool:
        return bool(self.numerator)

    @property
    def taken(self) -> str:
        """The statistic: CloudWatch's counts are added up, what a probe measures is averaged."""
        return self.statistic or ("Sum" if self.source == "cloudwatch" else "Average")

    def converted(self, value: float | None) -> float | None:
        """Bring a value into the unit of the threshold: scaled, or as a share of the maximum."""
        if value is None:
            return None
        scaled = value * self.scale
        if self.maximum is None:
            return scaled
        from steadyhand.model.alarm import percent_of_maximum

        return percent_of_maximum(scaled, self.maximum)

    def every(self, probes: Mapping[str, AnyProbe]) -> float:
        """Give the length of a period in seconds: a probe's own pace where nothing else is said."""
        probe = probes.get(self.probe)
        if self.period_seconds is not None:
            return self.period_seconds
        return probe.interval_seconds if probe else 60.0


def _rule_mistakes(rule: str, alarms: Mapping[str, Binding]) -> Iterator[str]:
    from steadyhand.model.alarm import BadRule, read_composite, spelled

    try:
        names = read_composite(rule).names
    except BadRule as mistake:
        yield f"rule: {mistake}"
        return
    known = {spelled(name) for name in alarms}
    for name in names:
        if spelled(name) not in known:
            yield f"rule: there is no alarm “{name}” in [alarms]"


def circles(alarms: Mapping[str, Binding]) -> Iterator[tuple[str, str]]:
    """Give each circle of composite alarms once: the first one's name, and what is wrong.

    Who holds an alarm's actions counts as what it depends on: two that hold each other tell nobody.
    """
    speaks = {
        name: (*_spoken_of(one, alarms), *filter(None, [one.suppressor]))
        for name, one in alarms.items()
        if one.rule or one.suppressor
    }
    told: set[str] = set()
    for name in speaks:
        circle = _circle(name, speaks)
        if circle and told.isdisjoint(circle):
            told.update(circle)
            way = (*circle, name)
            key = "rule" if way[1] in _spoken_of(alarms[name], alarms) else "suppressor"
            yield name, f"{key}: must not depend on its own alarm: {' → '.join(way)}"


def _spoken_of(binding: Binding, alarms: Mapping[str, Binding]) -> tuple[str, ...]:
    if not binding.rule:
        return ()
    from steadyhand.model.alarm import BadRule, read_composite, spelled

    named = {spelled(name): name for name in alarms}
    try:
        names = read_composite(binding.rule).names
    except BadRule:
        return ()
    return tuple(named[spelled(name)] for name in names if spelled(name) in named)


def _circle(start: str, speaks: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Find the shortest way from an alarm back to itself; () if there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    for way in ways:  # it grows while it is gone through
        for other in speaks.get(way[-1], ()):
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                ways.append((*way, other))
    return ()


def binding_mistakes(
    binding: Binding, probes: Mapping[str, AnyProbe], alarms: Mapping[str, Binding]
) -> Iterator[str]:
    """Say what is well-formed and still cannot be."""
    match binding.source:
        case "cloudwatch":
            yield from _metric_mistakes(binding)
        case "probe":
            yield from _measure_mistakes(binding, probes)
        case "composite":
            yield from _rule_mistakes(binding.rule, alarms)
        case "cloudwatch-alarm":
            pass
    if binding.rule and binding.source != "composite":
        yield 'rule needs source = "composite"'
    if binding.suppressor and binding.suppressor not in alarms:
        yield f"suppressor: there is no alarm “{binding.suppressor}” in [alarms]"
    yield from _seconds_mistakes(binding)
    if binding.maximum is not None and binding.maximum <= 0:
        yield "maximum must be more than 0"
    if binding.rate_seconds < 0 or (binding.rate_seconds and binding.source != "probe"):
        yield "rate_seconds is how long a rate of a probe's counter is for: 60 is per minute"
    if binding.datapoints_to_alarm is not None and binding.datapoints_to_alarm < 1:
        yield "datapoints_to_alarm must be 1 or more"
    if (binding.threshold is None) != (not binding.operator):
        yield "operator and threshold belong together"
    if binding.warning is not None and binding.threshold is None:
        yield "warning needs operator and threshold"


_JUDGED = (
    "rule", "suppressor", "operator", "threshold", "warning", "for_seconds", "action",
    "recover_threshold", "clear_seconds", "flapping", "datapoints_to_alarm",
)  # fmt: skip


def series_mistakes(binding: Binding, probes: Mapping[str, AnyProbe]) -> Iterator[str]:
    """Say what of `[series.NAME]` cannot be: it is kept, and no limit is held against it."""
    if binding.source not in {"cloudwatch", "probe"}:
        yield 'source: must be "cloudwatch" or "probe"'
        return
    blank = Binding()
    for key in _JUDGED:
        if getattr(binding, key) != getattr(blank, key):
            yield f"{key}: is of an alarm; a series is kept and not judged"
            return
    yield from binding_mistakes(binding, probes, {})


def _seconds_mistakes(binding: Binding) -> Iterator[str]:
    period = binding.period_seconds
    if binding.source != "cloudwatch" and period is not None and period <= 0:
        yield "period_seconds: must be more than 0"
    for key in ("for_seconds", "clear_seconds", "wait_seconds", "extension_seconds"):
        if getattr(binding, key) < 0:
            yield f"{key}: must be 0 or more"


def _metric_mistakes(binding: Binding) -> Iterator[str]:
    if not binding.namespace:
        yield "namespace: missing"
    ratio = bool(binding.numerator) or bool(binding.denominator)
    if bool(binding.metric) is ratio:
        yield "give either metric, or numerator and denominator"
    elif ratio and not (binding.numerator and binding.denominator):
        yield "a ratio needs both numerator and denominator"
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html
    period = binding.period_seconds
    if period not in (None, 1, 5, 10, 20, 30) and (period <= 0 or period % 60):
        yield "period_seconds must be 1, 5, 10, 20, 30 or a multiple of 60"


def _measure_mistakes(binding: Binding, probes: Mapping[str, AnyProbe]) -> Iterator[str]:
    probe = probes.get(binding.probe)
    if probe is None:
        known = ", ".join(sorted(probes)) or "none is written"
        yield f"probe: there is no [probes.{binding.probe or 'NAME'}]; there are: {known}"
        return
    measures = MEASURES[type(probe)]
    if binding.measure and binding.measure not in measures:
        yield f"measure: {probe.kind} measures {', '.join(measures)}, not {binding.measure!r}"
