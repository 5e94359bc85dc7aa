"""Rule tests, growth, and the rows that are derived: series in, states out; nothing is dropped."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steadyhand.model.alarm import Point
from steadyhand.model.alarm.growth import growth
from steadyhand.model.document.facts import (
    AlarmRule,
    EscalationLevel,
    EscalationPath,
    Facts,
    Objective,
    Retention,
    Schedule,
    SeverityLevel,
    Threshold,
    TimedAction,
    Window,
)
from steadyhand.model.document.span import Span
from steadyhand.model.settings.probes import HeartbeatProbe
from steadyhand.model.settings.whole import Settings, read_settings
from steadyhand.watch.bindings import all_watched
from steadyhand.watch.derived import Known, Row, rows
from steadyhand.watch.measured import all_measured
from steadyhand.watch.rule_tests import BadTest, Failure, play, read_tests, seconds, values
from steadyhand.watch.shapes import NoShape, scheduled
from tests.watch.test_bindings import PAIR, row

AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("1 2.5 _", [1, 2.5, None]),
        ("5x3", [5, 5, 5, 5]),
        ("1+2x3", [1, 3, 5, 7]),
        ("10-5x2", [10, 5, 0]),
        ("_x3 -1", [None, None, None, -1]),
        ("1e-3", [0.001]),
        ("", []),
    ],
)
def test_the_notation_is_promtools(text: str, expanded: list[float | None]) -> None:
    assert values(text) == expanded


@given(st.text("0123456789.+-x_e ", max_size=20))
def test_any_text_is_expanded_or_refused(text: str) -> None:
    try:
        found = values(text)
    except ValueError:
        return
    assert len(found) <= 100_001 * 10


@pytest.mark.parametrize(
    ("text", "found"), [("5m", 300), ("1h30m", 5400), ("90s", 90), ("", None), ("5", None)]
)
def test_times(text: str, found: float | None) -> None:
    assert seconds(text) == found


def played(test: str, settings: Settings | None = None, facts: Facts = PAIR) -> list[Failure]:
    file = read_tests(tomllib.loads(f"[[tests]]\nname = 't'\n{test}"), "rules.toml")
    alarms = all_watched(facts, settings or Settings(), 1.0)
    return [failure for one in file.tests for failure in play(one, alarms)]


def test_a_documents_thresholds_are_tested_without_any_source() -> None:
    good = """
    series = { "cpu usage" = "50 75 95 60" }
    expect = [
        { at = "0m", alarm = "CPU Usage", state = "INSUFFICIENT_DATA" },
        { at = "1m", alarm = "CPU Usage", state = "OK" },
        { at = "2m", alarm = "CPU Usage", state = "ALARM", level = "warning" },
        { at = "3m", alarm = "CPU Usage", state = "ALARM", level = "critical" },
        { at = "4m", alarm = "CPU Usage", state = "OK" },
    ]"""
    assert played(good) == []
    bad = good.replace('level = "critical"', 'level = "warning"')
    (failure,) = played(bad)
    assert (failure.at, failure.expected, failure.found) == (
        "3m",
        "ALARM warning",
        "ALARM critical",
    )
    assert "95" in failure.reason


def test_for_five_minutes_and_a_composite() -> None:
    text = '[alarms.Both]\nsource = "composite"\nrule = "ALARM(A) AND NOT ALARM(B)"\n'
    text += "".join(f'[alarms.{name}]\nnamespace = "n"\nmetric = "m"\n' for name in "AB")
    facts = Facts(alarms=(row("A", 5, for_seconds=300), row("B", 5)))
    test = """
    series = { A = "9x9", B = "1 1 1 1 1 1 9x4" }
    expect = [
        { at = "4m", alarm = "A", state = "OK" },
        { at = "5m", alarm = "A", state = "ALARM" },
        { at = "5m", alarm = "Both", state = "ALARM" },
        { at = "7m", alarm = "Both", state = "OK" },
    ]"""
    chosen = read_settings(tomllib.loads(text), "steadyhand.toml")
    assert [f"{f.alarm} {f.at} {f.found}" for f in played(test, chosen, facts)] == [
        "A 4m INSUFFICIENT_DATA"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("series = {}\nexpect = [{at='5', alarm='A', state='OK'}]", "write it as 5m"),
        ("series = { A = 'x' }\nexpect = []", "'x' is no value"),
        ("series = {}\nexpect = [{at='5m', alarm='A', state='BAD'}]", "rules.toml: tests.0.expect"),
        ("series = {}\nexpect = []\ncolour = 1", "colour"),
        ("series = {}\nexpect = []\nperiod_seconds = 0", "period_seconds must be more than 0"),
        ("series = {}\nexpect = []\nperiod_seconds = -60", "period_seconds must be more than 0"),
        ("series = {}\nexpect = []\nperiod_seconds = nan", "rules.toml: tests.0.period_seconds"),
        ("series = { Gone = '1' }\nexpect = []", "there is no alarm “Gone”; there are: CPU Usage"),
    ],
)
def test_a_mistake_in_a_file_is_said(text: str, said: str) -> None:
    with pytest.raises(BadTest) as raised:
        played(text)
    assert said in str(raised.value)


# --- growth -------------------------------------------------------------------------------------


def line(per_day: float, days: int = 10) -> list[Point]:
    return [
        Point(AT + timedelta(hours=n), 40 + per_day * n / 24 + (n % 2)) for n in range(24 * days)
    ]


def test_growth_and_when_it_reaches_the_limit() -> None:
    found = growth(line(2.0), 80)
    assert found is not None
    assert found.per_day == pytest.approx(2, abs=0.01)
    assert found.reaches is not None
    assert found.reaches - AT == pytest.approx(timedelta(days=19.75), abs=timedelta(days=0.5))


def test_what_does_not_grow_reaches_nothing() -> None:
    for series, limit in ((line(0), 80), (line(-1), 80), (line(2), None), (line(1e-6), 80)):
        found = growth(series, limit)
        assert found is not None
        assert found.reaches is None
    assert growth(line(2)[:5], 80) is None
    assert growth([Point(AT, 1.0)] * 10, 80) is None


# --- rows ---------------------------------------------------------------------------------------


def at(number: int) -> Span:
    return Span("R.md", number, number)


FACTS = Facts(
    alarms=(AlarmRule("CPU", Threshold("> 80%", ">", 80, "%"), "Page", at(1)), *PAIR.alarms),
    severities=(
        SeverityLevel("P1", 900, "P1: 15 minutes", at(2)),
        SeverityLevel("P4", None, "P4: soon", at(3)),
        SeverityLevel("P3", None, "P3: next business day", at(4)),
    ),
    escalation=(EscalationLevel("L1", "Ann", "at once", 0, at(5)),),
    paths=(EscalationPath("P1", ("Ann", "Bob"), "Ann → Bob", at(6)),),
    timeline=(TimedAction("look", 0, 300, "First", at(7)),),
    schedules=(
        Schedule("Nightly backup", "Daily 3AM", "0 3 * * *", "UTC", 86400, at(8)),
        Schedule("Weekly report", "Weekly", "@weekly", "", 604800, at(9)),
    ),
    windows=(Window("Maintenance", "Sundays", "0 2 * * 0", "", 7200, at(10)),),
    objectives=(
        Objective("RPO", "< 1 hour", 3600, "s", None, "", at(11)),
        Objective("RTO", "< 4 hours", 14400, "s", 1800, "30 min", at(12)),
    ),
    retention=(Retention("Database", "7 days", 604800, "snapshots", at(13)),),
)
BOUND = """
[contacts.Ann]
notices = ["terminal"]
[probes."Nightly Backup"]
kind = "heartbeat"
[probes.age]
kind = "backup"
database = "db"
[alarms."Backup late"]
source = "probe"
probe = "Nightly Backup"
operator = ">"
threshold = 0
[alarms.RPO]
source = "probe"
probe = "age"
[[drift]]
kind = "database"
resource = "db"
attribute = "BackupRetentionPeriod"
expected = 7
span = "R.md:13"
"""


def derived(text: str = "") -> list[Row]:
    settings = read_settings(tomllib.loads(text), "steadyhand.toml")
    watched = all_watched(FACTS, settings, 1)
    known = Known(watched, all_measured(FACTS, settings, watched, 1), {})
    return rows(FACTS, settings, known, 1)


def test_every_row_of_the_document_is_there_bound_or_with_its_reason() -> None:
    found = derived()
    lines = [one.span.line for one in found if one.span.path == "R.md"]
    assert set(range(1, 14)) <= set(lines)
    assert all(bool(one.binding) != bool(one.unbound) for one in found)
    assert sum(one.kind == "alarm" for one in found) == 3


def test_what_is_bound_says_to_what() -> None:
    bound = {(one.kind, one.name): one.binding for one in derived(BOUND)}
    assert bound["escalation", "L1"] == "Ann: terminal"
    assert bound["escalation", "P1"] == ""
    assert bound["schedule", "Nightly backup"].startswith("heartbeat Nightly Backup")
    assert bound["schedule", "Weekly report"] == ""
    assert "probe age" in bound["objective", "RPO"]
    assert bound["retention", "Database"] == ""
    (kept,) = [one for one in derived(BOUND) if one.kind == "retention"]
    assert "BackupRetentionPeriod = 7 of database db" in kept.unbound
    assert bound["severity", "P1"]
    assert bound["severity", "P3"]
    assert bound["severity", "P4"] == ""
    assert bound["own alarm", "Backup late"]


PEOPLE = """
[people.eve]
notices = ["webhook", "terminal"]
webhook = "http://h/eve"
[people.dan]
notices = ["webhook"]
webhook = "http://h/dan"
[people.tim]
contact = "Desk"
[people.bob]
contact = "Bob"
notices = ["terminal"]
[people.mute]
[contacts.Desk]
notices = ["webhook"]
webhook = "http://h/desk"
[schedules.primary]
rotations = [
    { people = ["eve", "dan"], starts = 2026-05-04 },
    { people = ["dan", "tim", "mute"], starts = 2026-05-04 },
]
[schedules.calendar]
"""


@pytest.mark.parametrize(
    ("ann", "said"),
    [
        ("", "Ann: terminal"),
        ('people = ["eve", "tim"]', "Ann: eve (webhook, terminal), tim (webhook)"),
        (
            'schedules = ["primary"]',
            "Ann: whoever is on call by primary: "
            "eve (webhook, terminal), dan (webhook), tim (webhook), mute (no channel)",
        ),
        (
            'people = ["dan"]\nschedules = ["calendar"]',
            "Ann: dan (webhook) and whoever is on call by calendar",
        ),
    ],
)
def test_escalation_says_who_is_told_and_by_which_channels(ann: str, said: str) -> None:
    bound = {row.name: row.binding for row in derived(f"{PEOPLE}[contacts.Ann]\n{ann}")}
    assert bound["L1"] == said
    assert bound["P1"] == f"{said}; Bob: bob (terminal)"


@pytest.mark.parametrize(
    ("ann", "why"),
    [
        ("notices = []", "Ann: no channel"),
        ('people = ["mute"]', "Ann: mute (no channel)"),
    ],
)
def test_escalation_to_nobody_who_can_be_reached_is_not_bound(ann: str, why: str) -> None:
    found = {row.name: row for row in derived(f"{PEOPLE}[contacts.Ann]\n{ann}")}
    assert (found["L1"].binding, found["L1"].unbound) == ("", why)
    assert found["P1"].unbound == why


def test_a_heartbeat_named_as_a_task_has_its_times() -> None:
    settings = read_settings(tomllib.loads(BOUND), "steadyhand.toml")
    probe = scheduled(settings.probes, FACTS.schedules)["Nightly Backup"]
    assert isinstance(probe, HeartbeatProbe)
    assert (probe.cron, probe.zone) == ("0 3 * * *", "UTC")
    weekly = scheduled({"weekly report": HeartbeatProbe("heartbeat")}, FACTS.schedules)
    assert weekly["weekly report"] == HeartbeatProbe("heartbeat", every_seconds=604800)
    with pytest.raises(NoShape, match=r"probes\.x: give cron .* a task of the document: Nightly"):
        scheduled({"x": HeartbeatProbe("heartbeat")}, FACTS.schedules)
