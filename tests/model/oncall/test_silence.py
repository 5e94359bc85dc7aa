"""Silences: matchers, windows that come again, and any life of several silences."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from steadyhand.model import canonical
from steadyhand.model.events import IllegalEvent
from steadyhand.model.oncall.silence import (
    SILENCE_EVENTS,
    Matcher,
    Silence,
    SilenceAdded,
    SilenceExpired,
    evolve,
    holding,
    in_window,
    read_lasting,
)
from steadyhand.model.oncall.walls import BadTime

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("matcher", "matches"),
    [
        (Matcher(alarm="api*"), True),
        (Matcher(alarm="API 5xx Rate", severity="P1"), True),
        (Matcher(system="SHOP", alarm="*rate"), True),
        (Matcher(system="shop?"), False),
        (Matcher(alarm="api"), False),
        (Matcher(severity="P2"), False),
        (Matcher(system="bakery", alarm="*"), False),
    ],
)
def test_a_matcher_is_patterns(matcher: Matcher, matches: bool) -> None:
    assert matcher.matches("shop", "API 5xx Rate", "P1") is matches


@pytest.mark.parametrize(
    ("cron", "zone", "hours", "now", "until"),
    [
        ("0 2 * * 0", "UTC", 2, "2026-05-03T01:59Z", None),
        ("0 2 * * 0", "UTC", 2, "2026-05-03T02:00Z", "2026-05-03T04:00Z"),
        ("0 2 * * 0", "UTC", 2, "2026-05-03T03:59:59Z", "2026-05-03T04:00Z"),
        ("0 2 * * 0", "UTC", 2, "2026-05-03T04:00Z", None),
        ("0 2 * * 7", "UTC", 2, "2026-05-03T02:00Z", "2026-05-03T04:00Z"),
        ("0 23 * * 6", "", 4, "2026-05-03T02:00Z", "2026-05-03T03:00Z"),
        ("0 2 * * *", "Europe/Berlin", 1, "2026-07-01T00:30Z", "2026-07-01T01:00Z"),
        ("0 2 * * *", "Europe/Berlin", 1, "2026-12-01T01:30Z", "2026-12-01T02:00Z"),
        ("0 2 * * *", "Europe/Berlin", 1, "2026-03-29T01:30Z", None),  # no such hour that night
        ("*/30 1-2 1,15 * *", "UTC", 0.25, "2026-05-15T02:40Z", "2026-05-15T02:45Z"),
        ("0 2 * * 1-5", "UTC", 1, "2026-05-03T02:30Z", None),
    ],
)
def test_a_window_that_comes_again(
    cron: str, zone: str, hours: float, now: str, until: str | None
) -> None:
    found = in_window(cron, zone, hours * 3600, at(now))
    assert found == (at(until) if until else None)


@pytest.mark.parametrize(
    ("cron", "zone"), [("@weekly", ""), ("x * * * *", ""), ("0 2 * * *", "No")]
)
def test_what_is_no_window(cron: str, zone: str) -> None:
    with pytest.raises(BadTime):
        in_window(cron, zone, 60, NOON)


def test_lengths_of_time() -> None:
    assert [read_lasting(text) for text in ("90m", "2h", "1d")] == [1.5 * HOUR, 2 * HOUR, 24 * HOUR]
    for text in ("", "2", "h", "-1h", "0m", "2 h", "99999d"):
        with pytest.raises(BadTime):
            read_lasting(text)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 14 * 24 * 60), st.integers(1, 10 * 60))
def test_a_window_holds_as_long_as_it_is_long(minute: int, length: int) -> None:
    """Held against all beginnings counted out."""
    now = at("2026-03-20T00:00Z") + timedelta(minutes=minute)
    begins = [at("2026-03-15T02:00Z") + n * 7 * 24 * HOUR for n in range(4)]  # Sundays
    ends = [one + timedelta(minutes=length) for one in begins if one <= now]
    expected = [end for end in ends if now < end]
    assert in_window("0 2 * * 0", "UTC", length * 60, now) == (expected[-1] if expected else None)


# --- any life ------------------------------------------------------------------------------------

ALARMS = ("API 5xx Rate", "API Latency", "Disk")
PATTERNS = ("*", "API*", "disk", "nothing")


class Silences(RuleBasedStateMachine):
    """Several silences, against what a plain list of times says of each alarm."""

    silences = Bundle("silences")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.states: dict[str, Silence] = {}
        self.journal: list[tuple[str, object]] = []
        self.expected: dict[str, tuple[str, datetime, datetime]] = {}

    def append(self, key: str, event: object) -> None:
        self.states[key] = evolve(self.states.get(key), event)
        self.journal.append((key, event))

    @rule(target=silences, pattern=st.sampled_from(PATTERNS), later=st.integers(0, 90),
          minutes=st.integers(1, 300))  # fmt: skip
    def add(self, pattern: str, later: int, minutes: int) -> str:
        key = f"s-{len(self.states)}"
        starts = self.now + timedelta(minutes=later)
        ends = starts + timedelta(minutes=minutes)
        self.append(key, SilenceAdded(Matcher(alarm=pattern), starts, ends, "r", "ada", self.now))
        self.expected[key] = (pattern, starts, ends)
        return key

    @rule(key=consumes(silences))
    def expire(self, key: str) -> None:
        pattern, starts, ends = self.expected[key]
        if self.now >= ends:
            with pytest.raises(IllegalEvent):
                evolve(self.states[key], SilenceExpired("ada", self.now))
            return
        self.append(key, SilenceExpired("ada", self.now))
        self.expected[key] = (pattern, starts, max(starts, self.now))

    @rule(minutes=st.integers(1, 120))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(key=silences)
    def nothing_is_added_twice(self, key: str) -> None:
        with pytest.raises(IllegalEvent):
            self.append(key, SilenceAdded(Matcher(), self.now, self.now + HOUR, "r", "a", self.now))

    @invariant()
    def an_alarm_is_held_while_one_says_so_and_not_a_moment_longer(self) -> None:
        for alarm in ALARMS:
            ends = [
                end
                for pattern, starts, end in self.expected.values()
                if starts <= self.now < end
                and (pattern == "*" or alarm.casefold().startswith(pattern.casefold().rstrip("*")))
            ]
            held = holding(self.states.items(), ("shop", alarm, "P1"), self.now)
            assert (held.until if held else None) == max(ends, default=None)

    def teardown(self) -> None:
        """The journal gives the same again."""
        again: dict[str, Silence] = {}
        for key, event in self.journal:
            kept: object = canonical.loads(
                SILENCE_EVENTS[type(event).__name__], canonical.dumps(event)
            )
            again[key] = evolve(again.get(key), kept)
        assert again == self.states


TestSilences = Silences.TestCase
TestSilences.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
