"""A service in, its figures in Prometheus's text format out. Read anew for each scrape."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from steadyhand.api.routes.documents import find
from steadyhand.app.serving.service import Service
from steadyhand.store import outbox


class Figures:
    """Collects for prometheus-client."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        yield self._incidents()
        yield from self._alarms()
        yield from self._service_itself()

    def _incidents(self) -> Metric:
        family = GaugeMetricFamily(
            "steadyhand_incidents_open", "Incidents not finished.", labels=["system", "state"]
        )
        found = self._service.operator.open_incidents()
        counted = Counter((one.opened.system, one.state.value) for _key, one in found)
        for labels, count in sorted(counted.items()):
            family.add_metric(list(labels), count)
        return family

    def _alarms(self) -> Iterator[Metric]:
        state = GaugeMetricFamily(
            "steadyhand_alarm_state",
            "1 for the state that an alarm is in.",
            labels=["system", "alarm", "state"],
        )
        unbound = GaugeMetricFamily(
            "steadyhand_alarms_unbound", "Alarms that nothing is looked at for.", labels=["system"]
        )
        for system, name, alarm in self._service.operator.alarms():
            state.add_metric([system, name, alarm.state.value if alarm else "never"], 1)
        for desk in self._service.desks:
            watched = find(self._service.desks, desk.system).watched.values()
            unbound.add_metric([desk.system], sum(bool(one.unbound) for one in watched))
        yield state
        yield unbound

    def _service_itself(self) -> Iterator[Metric]:
        vigil, control = self._service.vigil, self._service.control
        figures = {
            "audit_clean": ("1 while the audit of the service finds nothing.", int(vigil.clean)),
            "journal_position": ("Of the newest event.", control.journal.last()[0]),
            "notices_undelivered": (
                "Notices that wait for delivery.",
                len(outbox.undelivered(control.journal.database, 10_000)),
            ),
            "heartbeat_timestamp_seconds": (
                "When the last heartbeat was taken; 0 for never.",
                vigil.sent.timestamp() if vigil.sent else 0,
            ),
            "audit_timestamp_seconds": (
                "When the last audit was made; 0 for never.",
                vigil.checked.timestamp() if vigil.checked else 0,
            ),
        }
        for name, (meaning, value) in figures.items():
            yield GaugeMetricFamily(f"steadyhand_{name}", meaning, value)


def text(service: Service) -> bytes:
    """Give every figure, those of the process too."""
    registry = CollectorRegistry()
    registry.register(Figures(service))
    ProcessCollector(registry=registry)
    return generate_latest(registry)
