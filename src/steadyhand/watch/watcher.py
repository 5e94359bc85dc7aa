"""All alarms of a document and its settings; what each one's newest values say, out.

Samples of probes come in as they are made; metrics and alarms of CloudWatch are read through the
world that is handed in, many in a request. Keeps where each alarm stands; writes nothing down.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from msgspec.structs import replace

from steadyhand.model.alarm import (
    Alarm,
    AlarmState,
    Standing,
    composed,
    fresh_until,
    increases,
    last_at,
    read_composite,
    slots,
)
from steadyhand.model.settings.probes import AnyProbe
from steadyhand.watch import cloudwatch, states
from steadyhand.watch.bindings import Watched, measure_of
from steadyhand.watch.book import Book, Sample
from steadyhand.watch.keeping import Keeper
from steadyhand.watch.look import Reading, failed, judged, whole_periods
from steadyhand.watch.measured import Measured
from steadyhand.world.door import Call, Lost, Refused, World, ask

_UNKNOWN = Standing(AlarmState.INSUFFICIENT_DATA)
_TROUBLE = (Refused, Lost, ValueError, LookupError)


@dataclass
class Watcher:
    """The watch over one document's alarms. One that is watched elsewhere too takes `current`:
    the state in the journal counts, whoever wrote it. Safe from several threads."""

    watched: Mapping[str, Watched]
    probes: Mapping[str, AnyProbe] = field(default_factory=dict)
    book: Book = field(default_factory=Book)
    measured: Mapping[str, Measured] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    _standings: dict[str, Standing] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.measured, self.probes, self.book)
        self._of_probe: dict[str, list[str]] = {}
        for name, one in self._bound("probe"):
            if one.binding is not None and one.terms is not None:
                probe = one.binding.probe
                self._of_probe.setdefault(probe, []).append(name)
                points = (one.terms.range + 1) * one.period / self.probes[probe].interval_seconds
                self.book.lengths = {
                    **self.book.lengths,
                    probe: max(self.book.lengths.get(probe, 0), int(points) + 2),
                }

    def _bound(self, source: str) -> Iterator[tuple[str, Watched]]:
        for name, one in self.watched.items():
            if not one.unbound and one.binding is not None and one.binding.source == source:
                yield name, one

    def stands(self, name: str, alarm: Alarm | None) -> None:
        """Take over the state that the journal has: at the start, or when another has written."""
        known = self._standings.get(name, _UNKNOWN)
        if alarm is not None and (known.state, known.level) != (alarm.state, alarm.level):
            self._standings[name] = replace(known, state=alarm.state, level=alarm.level)

    def seen(self, sample: Sample, now: datetime) -> dict[str, Reading]:
        """Take one look of a probe in, and judge the alarms that it is for."""
        self.book.put(sample)
        self.keeper.seen(sample)
        names = self._of_probe.get(sample.probe, ())
        return {name: self.judge(name, now) for name in names}

    def look(self, world: World, now: datetime) -> dict[str, Reading]:
        """Judge every bound alarm, with what there is of probes and what the world says now."""
        return self.read(world, now) | self.here(now)

    def read(self, world: World, now: datetime) -> dict[str, Reading]:
        """Judge the alarms of which only the world has the values."""
        found = dict(self._metrics(world, now))
        found |= self._alarms(world, now)
        self.keeper.look(world, now)
        return found

    def here(self, now: datetime) -> dict[str, Reading]:
        """Judge what no world is asked for: alarms of probes, and those made of others."""
        found = {name: self.judge(name, now) for name, _ in self._bound("probe")}
        return found | self.composed(now)

    def waiting(self, now: datetime) -> dict[str, Reading]:
        """Judge what no sample is needed for to turn: a probe that has gone silent, a state that
        must last. All others are as they were judged by their newest sample."""
        late = [name for name, _ in self._bound("probe") if self._may_turn(name, now)]
        found = {name: self.judge(name, now) for name in late}
        return found | self.composed(now) if found else found

    def _may_turn(self, name: str, now: datetime) -> bool:
        stands = self._standings.get(name, _UNKNOWN)
        if stands.since_bad is not None or stands.since_well is not None:
            return True
        one = self.watched[name]
        if one.binding is None:
            return False
        newest = self.book.last(one.binding.probe, measure_of(one.binding, self.probes))
        return newest is None or fresh_until(newest, one.period) <= now

    def composed(self, now: datetime) -> dict[str, Reading]:
        """Judge the alarms that are made of others."""
        return {name: self.judge(name, now) for name, _ in self._bound("composite")}

    def judge(self, name: str, now: datetime) -> Reading:
        """Judge one alarm of a probe, or a composite one, from what is known here."""
        one = self.watched[name]
        if one.binding is None or one.terms is None:
            return failed(self._standings.get(name, _UNKNOWN), now, one.unbound)
        if one.binding.source == "composite":
            return self._compose(name, one, now)
        end, values = self._values(one, now, one.terms.range)
        return self._keep(name, one, values, end, now)

    def whole_periods(
        self, world: World, name: str, since: datetime, now: datetime
    ) -> tuple[datetime, tuple[float | None, ...]]:
        """Read the values of all whole periods after `since`, from whatever source it is.

        Raises Refused, Lost or ValueError: nothing is known then.
        """
        one = self.watched[name]
        if one.binding is None or one.binding.source == "cloudwatch":
            return whole_periods(world, one, since, now)
        if one.binding.source == "probe":
            end, _ = self._values(one, now, 1)
            count = int((end - since).total_seconds() / one.period + 1e-3)
            return self._values(one, now, count) if count > 0 else (since, ())
        reading = self.look(world, now)[name]
        if reading.failed:
            raise ValueError(reading.failed)
        return now, reading.values

    def _values(
        self, one: Watched, now: datetime, count: int
    ) -> tuple[datetime, tuple[float | None, ...]]:
        binding = one.binding
        if binding is None:
            raise ValueError(one.unbound)
        series = self.book.series(binding.probe, measure_of(binding, self.probes))
        if binding.rate_seconds:
            series = increases(series, binding.rate_seconds)
        end = last_at(series, now, one.period)
        found = slots(series, end, one.period, count, binding.taken)
        return end, tuple(binding.converted(value) for value in found)

    def _keep(
        self,
        name: str,
        one: Watched,
        values: tuple[float | None, ...],
        end: datetime,
        now: datetime,
    ) -> Reading:
        with self._lock:
            before = self._standings.get(name, _UNKNOWN)
            reading, after = judged(one, values, before, end, now)
            self._standings[name] = after
            self.readings[name] = reading
        return reading

    def _fail(self, name: str, now: datetime, why: str) -> Reading:
        reading = failed(self._standings.get(name, _UNKNOWN), now, f"{name}: {why}")
        self.readings[name] = reading
        return reading

    # --- what is read through the world -----------------------------------------------------------

    def _metrics(self, world: World, now: datetime) -> Iterator[tuple[str, Reading]]:
        bound = list(self._bound("cloudwatch"))
        asks = [
            cloudwatch.Ask(one.binding, one.period, one.terms.range)
            for _, one in bound
            if one.binding is not None and one.terms is not None
        ]
        for places in cloudwatch.batches(asks):
            some = [asks[place] for place in places]
            try:
                printed = _printed(world, cloudwatch.batch_argv(some, now))
                answers = cloudwatch.batch_values(some, now, printed)
            except _TROUBLE as error:
                for place in places:
                    name = bound[place][0]
                    yield name, self._fail(name, now, str(error))
                continue
            for place, (end, values) in zip(places, answers, strict=True):
                name, one = bound[place]
                if values and values[-1] is not None:
                    self.book.note(("alarm", name), end, values[-1])
                yield name, self._keep(name, one, values, end, now)

    def _alarms(self, world: World, now: datetime) -> Iterable[tuple[str, Reading]]:
        bound = list(self._bound("cloudwatch-alarm"))
        for at in range(0, len(bound), states.MOST_NAMES):
            some = bound[at : at + states.MOST_NAMES]
            kept = {name: (one.binding.metric if one.binding else "") or name for name, one in some}
            try:
                said = states.states(_printed(world, states.argv(sorted(set(kept.values())))))
            except _TROUBLE as error:
                yield from ((name, self._fail(name, now, str(error))) for name, _ in some)
                continue
            for name, one in some:
                if kept[name] in said:
                    yield name, self._keep(name, one, (said[kept[name]],), now, now)
                else:
                    why = f"CloudWatch has no alarm {kept[name]}"
                    yield name, self._fail(name, now, why)

    def _compose(self, name: str, one: Watched, now: datetime) -> Reading:
        rule = read_composite(one.binding.rule if one.binding else "")
        stands = {other: standing.state for other, standing in self._standings.items()}
        found = composed(rule, stands)
        value = 1.0 if found.state is AlarmState.ALARM else 0.0
        return replace(self._keep(name, one, (value,), now, now), reason=found.reason)


def _printed(world: World, argv: tuple[str, ...]) -> str:
    answer = ask(world, Call(argv))
    if answer.exit_code:
        raise ValueError(answer.stderr.decode(errors="replace").strip() or "no answer")
    return answer.text
