"""The metrics that a document lists, and those of the settings: what each is kept from. Pure.

No limit is judged here. A metric that nothing measures is shown with the reason; none is dropped.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.alarm import spelled
from steadyhand.model.document.facts import Facts, Metric
from steadyhand.model.document.span import Span
from steadyhand.model.settings.binding import Binding
from steadyhand.model.settings.whole import Settings
from steadyhand.watch.bindings import OWN, Watched, described_binding, measure_of

WINDOW = 3  # newest periods that are asked for: CloudWatch's come late


class Measured(Struct, frozen=True):
    """One metric. `unbound` says why nothing is kept of it; "" when something is.

    `alarm` is the bound alarm of the same name, whose values are kept anyway; `binding` is what
    is asked for the metric itself otherwise. `period` is in seconds, divided by the factor.
    """

    metric: Metric
    binding: Binding | None = None
    alarm: str = ""
    unbound: str = ""
    period: float = 0.0


def all_measured(
    facts: Facts, settings: Settings, watched: Mapping[str, Watched], factor: float
) -> dict[str, Measured]:
    """Bind every metric of lists and baselines, and every `[series]` of the settings, by name."""
    alarms = {spelled(name): name for name, one in watched.items() if not one.unbound}
    found: dict[str, Measured] = {}
    for metric in facts.metrics:
        if metric.kind not in {"metric", "baseline"}:
            continue
        if (known := found.get(metric.name)) is not None:
            found[metric.name] = _stated(known, metric)
            continue
        one = _measured(metric, settings, alarms, factor)
        if metric.kind == "metric" or not one.unbound or metric.value is not None:
            found[metric.name] = one
    names = {spelled(name) for name in found}
    for name in settings.series:
        if spelled(name) not in names:
            own = Metric(name, "metric", "", "", Span(OWN, 1, 1))
            found[name] = _measured(own, settings, {}, factor)
    return found


def _stated(one: Measured, again: Metric) -> Measured:
    """Add what is usual, where it is stated in another place than the metric is listed."""
    if one.metric.value is not None or again.value is None:
        return one
    return replace(one, metric=replace(one.metric, value=again.value, unit=again.unit))


def _measured(
    metric: Metric, settings: Settings, alarms: Mapping[str, str], factor: float
) -> Measured:
    binding = settings.measured(metric.name)
    if binding is not None:
        return Measured(metric, binding, period=_period(binding, settings, factor))
    if alarm := alarms.get(spelled(metric.name)):
        return Measured(metric, None, alarm)
    return Measured(metric, unbound=f'{OWN} says nothing of [series."{metric.name}"]')


def _period(binding: Binding, settings: Settings, factor: float) -> float:
    if binding.source == "cloudwatch":
        return float(max(1, round(binding.every({}) / factor)))
    return binding.every(settings.probes)


def said(one: Measured, settings: Settings, factor: float) -> str:
    """Say in a line what is kept of a metric."""
    if one.binding is None:
        return f"kept: the values of the alarm {one.alarm}" if one.alarm else ""
    if one.binding.source == "probe":
        measure = measure_of(one.binding, settings.probes)
        return f"kept: {described_binding(one.binding, measure)} of probe {one.binding.probe}"
    divided = f" (÷{factor:g} → {one.period:g} s)" if factor != 1 else ""
    every = f"every {one.binding.every({}):g} s{divided}"
    return f"kept: {described_binding(one.binding)}, {every}"


def kept_as(name: str) -> tuple[str, str]:
    """Give the key under which a metric's own values are kept."""
    return "series", name


def growth_expected(facts: Facts) -> float | None:
    """Give how many times what there is a document wants room for; None where it does not say."""
    stated = (one.value for one in facts.metrics if one.kind == "growth")
    return next((value for value in stated if value is not None), None)


def others(facts: Facts, measured: Mapping[str, Measured]) -> Iterator[tuple[Metric, str, str]]:
    """Give what is no series of its own: a metric, what it is bound to, or why to nothing."""
    some = sum(not one.unbound for one in measured.values())
    for metric in facts.metrics:
        if metric.kind == "dashboard":
            yield metric, "", "a page that others keep; what it shows is not read"
        elif metric.kind != "metric" and metric.name not in measured:
            what = "range and mean" if metric.kind == "baseline" else "growth and room"
            where = f"{what} of each kept series: `steadyhand alarms growth`"
            why = "" if some else f"no series is kept: {OWN} binds neither alarm nor metric"
            yield metric, "" if why else where, why
