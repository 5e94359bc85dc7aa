"""A file of rule tests in, what is not as expected out: series in, states out, nothing asked.

The notation of series is promtool's: "1 2 _" are values and a missing one, "1+2x3" is 1 3 5 7,
"5x3" is 5 5 5 5 and "_x3" three missing ones. Pure.

https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct
from pydantic import ValidationError

from steadyhand.model.alarm import AlarmState, Standing, composed, judge, read_composite, spelled
from steadyhand.model.settings.binding import Binding
from steadyhand.model.settings.whole import Settings
from steadyhand.model.table import Table, checking
from steadyhand.watch.bindings import Watched, watched

_START = datetime(2026, 1, 1, tzinfo=UTC)
_PART = re.compile(
    r"(?P<value>-?[\d.]+(?:e-?\d+)?)(?:(?P<step>[+-][\d.]+(?:e-?\d+)?))?(?:x(?P<times>\d+))?"
)
_TIME = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_MOST = 100_000  # values of a series


class BadTest(Exception):
    """A file of tests that cannot be used; the message says where and what."""


class Expect(Table, frozen=True):
    """What an alarm is at a time: "5m" after the beginning, when the values until then are there.

    `level` "" asks for none in particular.
    """

    at: str
    alarm: str
    state: AlarmState
    level: str = ""


class RuleTest(Table, frozen=True):
    """`series` are the values of alarms, already in the unit of their thresholds."""

    name: str
    series: Mapping[str, str]
    expect: tuple[Expect, ...]
    period_seconds: float = 60.0


class Tests(Table, frozen=True):
    tests: tuple[RuleTest, ...]
    runbook: str = ""
    config: str = ""


class Failure(Struct, frozen=True):
    """One expectation that did not come true."""

    test: str
    alarm: str
    at: str
    expected: str
    found: str
    reason: str


def read_tests(data: Mapping[str, Any], where: str) -> Tests:
    """Check what was read from a TOML file. Raises BadTest."""
    try:
        found: Tests = checking(Tests).validate_python(data)
    except ValidationError as error:
        lines = [
            f"{where}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        ]
        raise BadTest("\n".join(lines)) from None
    for test in found.tests:
        if test.period_seconds <= 0:
            raise BadTest(f"{where}: {test.name}: period_seconds must be more than 0")
        for name, text in test.series.items():
            try:
                values(text)
            except ValueError as error:
                raise BadTest(f"{where}: {test.name}: series of “{name}”: {error}") from None
        for one in test.expect:
            if seconds(one.at) is None:
                raise BadTest(f"{where}: {test.name}: at = {one.at!r}: write it as 5m or 1h30m")
    return found


def values(text: str) -> list[float | None]:
    """Expand the notation. Raises ValueError."""
    found: list[float | None] = []
    for part in text.split():
        found += _expanded(part)
        if len(found) > _MOST:
            raise ValueError(f"more than {_MOST:,} values")
    return found


def _expanded(part: str) -> list[float | None]:
    if part == "_":
        return [None]
    if part.startswith("_x") and part[2:].isdigit():
        return [None] * min(int(part[2:]), _MOST + 1)
    match = _PART.fullmatch(part)
    if match is None or (match["step"] and not match["times"]):
        raise ValueError(f"{part!r} is no value; write 1, _, 1x5, 1+2x5 or _x5")
    first, step = float(match["value"]), float(match["step"] or 0)
    count = min(int(match["times"] or 0), _MOST)
    return [first + step * number for number in range(count + 1)]


def seconds(text: str) -> float | None:
    """Read "1h30m", "90s", "5m"; None for anything else."""
    match = _TIME.fullmatch(text)
    if not text or match is None:
        return None
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return hours * 3600.0 + minutes * 60 + rest


@dataclass
class _Play:
    """A test while it is played: where every alarm stands."""

    test: RuleTest
    alarms: Mapping[str, Watched]
    series: dict[str, list[float | None]] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)

    def step(self, number: int) -> None:
        """Take in the values that are there after `number` periods."""
        now = _START + timedelta(seconds=number * self.test.period_seconds)
        for name, all_values in self.series.items():
            self._judge(name, all_values[:number], now)
        for name, one in self.alarms.items():
            if one.binding is not None and one.binding.source == "composite":
                states = {other: standing.state for other, standing in self.standings.items()}
                found = composed(read_composite(one.binding.rule), states)
                self._judge(name, [1.0 if found.state is AlarmState.ALARM else 0.0], now)

    def _bound(self, name: str) -> Watched:
        """Give an alarm with its terms; a document's thresholds are tested without a source too."""
        one = self.alarms[name]
        if one.terms is None and one.rule.threshold.value is not None:
            every = max(60.0, self.test.period_seconds // 60 * 60)
            stand_in = Binding("test", metric="test", period_seconds=every)
            settings = Settings(alarms={one.rule.name: stand_in})
            return watched(one.rule, settings, 1.0, one.milder)
        return one

    def _judge(self, name: str, some: list[float | None], now: datetime) -> None:
        one = self._bound(name)
        if one.terms is None:
            raise BadTest(f"{self.test.name}: “{name}” cannot be judged: {one.unbound}")
        before = self.standings.get(name, Standing(AlarmState.INSUFFICIENT_DATA))
        self.standings[name] = judge(some[-one.terms.range :], one.terms, before, now)


def play(test: RuleTest, alarms: Mapping[str, Watched]) -> Iterator[Failure]:
    """Play a test's series through its alarms; gives what is not as expected. Raises BadTest."""
    named = {spelled(name): name for name in alarms}
    run = _Play(test, alarms)
    for name, text in test.series.items():
        run.series[_find(name, named, test)] = values(text)
    expected = sorted(
        (int((seconds(one.at) or 0.0) // test.period_seconds), place)
        for place, one in enumerate(test.expect)
    )
    done = 0
    for number, place in expected:
        while done < number:
            done += 1
            run.step(done)
        one = test.expect[place]
        name = _find(one.alarm, named, test)
        stands = run.standings.get(name, Standing(AlarmState.INSUFFICIENT_DATA))
        if stands.state is not one.state or (one.level and stands.level != one.level):
            wanted = f"{one.state} {one.level}".strip()
            found = f"{stands.state} {stands.level}".strip()
            yield Failure(test.name, name, one.at, wanted, found, stands.reason or "no data yet")


def _find(name: str, named: Mapping[str, str], test: RuleTest) -> str:
    found = named.get(spelled(name))
    if found is None:
        known = ", ".join(named.values()) or "none"
        raise BadTest(f"{test.name}: there is no alarm “{name}”; there are: {known}")
    return found
