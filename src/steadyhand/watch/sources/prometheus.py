"""A `/metrics` address: the series of one metric that have the wanted labels, taken together."""

from collections.abc import Callable, Iterable, Mapping

from steadyhand.model.settings.probes import PrometheusProbe
from steadyhand.watch.sources.around import Around, Seen, Unable
from steadyhand.watch.sources.exchange import Request, fetch

_TOGETHER: Mapping[str, Callable[[Iterable[float]], float]] = {"sum": sum, "max": max, "min": min}


async def look(probe: PrometheusProbe, _name: str, around: Around) -> Seen:
    """Ask once."""
    response = await fetch(Request(probe.url, redirects=2), around)
    if response.status != 200:
        return Seen({}, f"status {response.status}, not 200")
    return read(probe, response.body.decode("utf-8", "replace"))


def read(probe: PrometheusProbe, text: str) -> Seen:
    """Read the value out of the text format. Pure."""
    try:
        from prometheus_client.parser import text_string_to_metric_families
    except ImportError:
        raise Unable("prometheus-client is not installed: pip install steadyhand[watch]") from None
    # Only its own lines are parsed: a page may have tens of thousands.
    wanted = [line for line in text.splitlines() if line.startswith(probe.metric)]
    try:
        values = [
            sample.value
            for family in text_string_to_metric_families("\n".join(wanted) + "\n")
            for sample in family.samples
            if sample.name == probe.metric and probe.labels.items() <= sample.labels.items()
        ]
    except ValueError as error:
        return Seen({}, f"not the text format of Prometheus: {error}")
    if not values:
        with_labels = "".join(f" {key}={value}" for key, value in probe.labels.items())
        return Seen({}, f"there is no {probe.metric}{with_labels}")
    return Seen({"value": _TOGETHER[probe.together](values)})
