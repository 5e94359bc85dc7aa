"""Metrics without a limit: what probes saw and what CloudWatch counted in, points to be kept out.

Judges nothing. A source that does not answer leaves a gap in what is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from steadyhand.model.alarm import increases
from steadyhand.model.settings.probes import AnyProbe
from steadyhand.watch import cloudwatch
from steadyhand.watch.bindings import measure_of
from steadyhand.watch.book import Book, Sample
from steadyhand.watch.measured import WINDOW, Measured, kept_as
from steadyhand.world.door import Call, Lost, Refused, World, ask

_TROUBLE = (Refused, Lost, ValueError, LookupError)


@dataclass
class Keeper:
    """Keeps the series of one document in its book."""

    measured: Mapping[str, Measured]
    probes: Mapping[str, AnyProbe]
    book: Book
    trouble: dict[str, str] = field(default_factory=dict)  # name → why nothing was read of it
    _asked: dict[float, datetime] = field(default_factory=dict)  # period → the end last asked for

    def __post_init__(self) -> None:
        self._of_probe: dict[str, list[str]] = {}
        for name, one in self.measured.items():
            if one.binding is not None and one.binding.source == "probe":
                self._of_probe.setdefault(one.binding.probe, []).append(name)

    @property
    def periods(self) -> tuple[float, ...]:
        """How far apart values are that the world is asked for."""
        return tuple(
            one.period
            for one in self.measured.values()
            if one.binding is not None and one.binding.source == "cloudwatch"
        )

    def seen(self, sample: Sample) -> None:
        """Keep what a look of a probe says of the metrics that it is for."""
        for name in self._of_probe.get(sample.probe, ()):
            one = self.measured[name]
            if one.binding is None:
                continue
            measure = measure_of(one.binding, self.probes)
            value = sample.values.get(measure)
            if one.binding.rate_seconds:
                points = self.book.series(sample.probe, measure)
                grown = increases(points, one.binding.rate_seconds)
                value = grown[-1].value if grown and grown[-1].at == sample.at else None
            self._keep(name, sample.at, one.binding.converted(value))

    def look(self, world: World, now: datetime) -> None:
        """Ask CloudWatch for the periods that have ended since the last time."""
        due = [
            (name, cloudwatch.Ask(one.binding, one.period, WINDOW))
            for name, one in self.measured.items()
            if one.binding is not None and one.binding.source == "cloudwatch"
            if self._asked.get(one.period) != cloudwatch.floor(now, one.period)
        ]
        for places in cloudwatch.batches([wanted for _, wanted in due]):
            self._read(world, [due[place] for place in places], now)
        for _, wanted in due:
            self._asked[wanted.period] = cloudwatch.floor(now, wanted.period)

    def _read(self, world: World, some: list[tuple[str, cloudwatch.Ask]], now: datetime) -> None:
        asks = [wanted for _, wanted in some]
        try:
            answer = ask(world, Call(cloudwatch.batch_argv(asks, now)))
            if answer.exit_code:
                said = answer.stderr.decode(errors="replace").strip()
                raise ValueError(said or "no answer")
            found = cloudwatch.batch_values(asks, now, answer.text)
        except _TROUBLE as error:
            self.trouble |= {name: str(error) for name, _ in some}
            return
        for (name, wanted), (end, values) in zip(some, found, strict=True):
            self.trouble.pop(name, None)
            self._take(name, wanted.period, end, values)

    def _take(
        self, name: str, period: float, end: datetime, values: Iterable[float | None]
    ) -> None:
        known = list(values)
        for back, value in zip(range(len(known) - 1, -1, -1), known, strict=True):
            self._keep(name, end - timedelta(seconds=back * period), value)

    def _keep(self, name: str, at: datetime, value: float | None) -> None:
        if value is not None:
            self.book.note(kept_as(name), at, value)
