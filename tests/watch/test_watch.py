"""Watching: what an alarm's name means, what CloudWatch said, and one look at it all."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from steadyhand.model.alarm import AlarmState, Condition
from steadyhand.model.document.runbook import AlarmRule, Threshold
from steadyhand.model.document.span import Span
from steadyhand.model.settings.binding import Binding
from steadyhand.model.settings.whole import Settings
from steadyhand.watch import cloudwatch
from steadyhand.watch.bindings import Watched, describe, unmatched, watched
from steadyhand.watch.look import look, onset, whole_periods
from steadyhand.world.door import Call, Lost, Refused, Sink, Stream

SPAN = Span("RUNBOOK.md", 7, 7)
AT = datetime(2026, 5, 1, 12, 0, 2, 500000, tzinfo=UTC)
RATIO = Binding(
    "AWS/ApplicationELB",
    {"LoadBalancer": "app/shop/1"},
    numerator=("T5", "E5"),
    denominator="N",
)
SINGLE = Binding("AWS/ECS", {"S": "x", "C": "y"}, metric="CPU", statistic="Average")
RULE = AlarmRule(
    "5xx Rate", Threshold("> 5% for 5 min", ">", 5.0, "%", 300.0), "Page on-call", SPAN
)
SETTINGS = Settings(alarms={"5XX rate": RATIO})
ONE = watched(RULE, SETTINGS, 12)


def with_threshold(**fields: Any) -> AlarmRule:
    return AlarmRule("5xx Rate", Threshold("odd", **fields), "Page", SPAN)


class Prints:
    """A world that prints one text for every call, and keeps what it was asked."""

    def __init__(self, text: str = "", code: int = 0, error: Exception | None = None) -> None:
        self.text, self.code, self.error = text, code, error
        self.asked: list[tuple[str, ...]] = []

    def send(self, call: Call, sink: Sink, _stdin: int | None = None) -> int:
        self.asked.append(call.argv)
        if self.error:
            raise self.error
        sink(Stream.ERR if self.code else Stream.OUT, self.text.encode())
        return self.code

    def close(self) -> None:
        pass


def answer(start: datetime, period: int, **series: dict[int, float]) -> str:
    results = [
        {
            "Id": key,
            "Timestamps": [(start + timedelta(seconds=n * period)).isoformat() for n in points],
            "Values": list(points.values()),
        }
        for key, points in series.items()
    ]
    return json.dumps({"MetricDataResults": results})


# --- what a name means --------------------------------------------------------------------------


def test_five_minutes_of_minutes_are_five_datapoints_and_only_the_period_is_divided() -> None:
    assert (ONE.binding, ONE.period, ONE.unbound) == (RATIO, 5, "")
    assert ONE.condition == Condition(">", 5.0, 5, 5)


def test_an_alarm_without_a_binding_is_there_with_the_reason() -> None:
    one = watched(RULE, Settings(), 12)
    assert one.binding is None
    assert one.condition is None
    assert 'unbound: steadyhand.toml says nothing of [alarms."5xx Rate"]' in describe(one, 12)


def test_a_threshold_without_a_number_is_unbound() -> None:
    assert "no threshold can be read from “odd”" in watched(with_threshold(), SETTINGS, 1).unbound


@pytest.mark.parametrize(
    ("seconds", "period", "factor", "count", "divided"),
    [(None, 60, 1, 1, 60), (90.0, 60, 1, 2, 60), (300.0, 60, 600, 5, 1), (600.0, 300, 7, 2, 43)],
)
def test_periods_are_whole_and_never_none(
    seconds: float | None, period: int, factor: float, count: int, divided: int
) -> None:
    settings = Settings(alarms={"5xx Rate": Binding("n", metric="m", period_seconds=period)})
    rule = with_threshold(operator=">", value=1.0, for_seconds=seconds)
    one = watched(rule, settings, factor)
    assert one.condition is not None
    assert (one.condition.periods, one.period) == (count, divided)


def test_m_of_n_never_asks_for_more_than_n() -> None:
    binding = Binding("n", metric="m", datapoints_to_alarm=3)
    settings = Settings(alarms={"5xx Rate": binding})
    assert watched(RULE, settings, 1).condition == Condition(">", 5.0, 5, 3)
    short = with_threshold(operator=">", value=5.0)
    assert watched(short, settings, 1).condition == Condition(">", 5.0, 1, 1)


def test_the_meaning_is_printed() -> None:
    assert describe(ONE, 12) == (
        "5xx Rate > 5% for 5 min → Page on-call = 100·(T5+E5)/N (Sum) of AWS/ApplicationELB "
        "{LoadBalancer=app/shop/1}, 5 of 5 periods of 60 s (÷12 → 5 s)"
    )
    assert "÷" not in describe(watched(RULE, SETTINGS, 1), 1)


def test_a_binding_that_no_alarm_goes_by_is_named() -> None:
    settings = Settings(alarms={"5xx rate": RATIO, "Five hundreds": replace(RATIO), "CPU": SINGLE})
    assert unmatched([RULE], settings) == ("Five hundreds", "CPU")


# --- CloudWatch's numbers -----------------------------------------------------------------------


def test_only_whole_periods_are_asked_for() -> None:
    start, end = cloudwatch.window(AT, 5, 7)
    assert end == AT.replace(second=0, microsecond=0)
    assert end - start == timedelta(seconds=35)


@pytest.mark.parametrize(
    ("since", "now", "start", "end"),
    [(2.5, 21.0, 5, 20), (5.0, 21.0, 5, 20), (2.5, 9.9, 5, 5), (2.5, 3.0, 5, 5)],
)
def test_since_a_time_only_periods_that_lie_wholly_after_it(
    since: float, now: float, start: int, end: int
) -> None:
    base = AT.replace(second=0, microsecond=0)

    def at(seconds: float) -> datetime:
        return base + timedelta(seconds=seconds)

    assert cloudwatch.since(at(since), at(now), 5) == (at(start), at(end))


def test_the_question_names_every_metric() -> None:
    argv = cloudwatch.argv(RATIO, 5, AT, AT + timedelta(seconds=5))
    queries = json.loads(argv[argv.index("--metric-data-queries") + 1])
    assert [q["MetricStat"]["Metric"]["MetricName"] for q in queries] == ["T5", "E5", "N"]
    assert {q["MetricStat"]["Period"] for q in queries} == {5}
    assert {q["MetricStat"]["Stat"] for q in queries} == {"Sum"}
    assert len({q["Id"] for q in queries}) == 3
    assert argv[:3] == ("aws", "cloudwatch", "get-metric-data")
    single = json.loads(cloudwatch.argv(SINGLE, 5, AT, AT)[4])
    assert single[0]["MetricStat"]["Metric"]["Dimensions"] == [
        {"Name": "C", "Value": "y"},
        {"Name": "S", "Value": "x"},
    ]


def ratio(**series: dict[int, float]) -> tuple[float | None, ...]:
    end = AT + timedelta(seconds=20)
    return cloudwatch.values(RATIO, 5, AT, end, answer(AT, 5, **series))


def test_a_ratio_is_a_percentage_of_what_was_counted() -> None:
    printed = ratio(m0={1: 5.0}, m1={1: 5.0, 2: 1.0}, m2={0: 50.0, 1: 100.0, 2: 4.0})
    assert printed == (0.0, 10.0, 25.0, None)


def test_errors_without_a_request_are_everything_there_was() -> None:
    """With no target left a load balancer counts the 503 it gives, and no request."""
    assert ratio(m1={1: 40.0}, m2={0: 10.0}) == (0.0, 100.0, None, None)


def test_points_outside_the_window_and_times_in_seconds() -> None:
    stamps = [AT.timestamp() - 5, AT.timestamp(), AT.timestamp() + 20]
    printed = json.dumps(
        {"MetricDataResults": [{"Id": "m0", "Timestamps": stamps, "Values": [1, 2, 3]}]}
    )
    end = AT + timedelta(seconds=20)
    assert cloudwatch.values(SINGLE, 5, AT, end, printed) == (2.0, None, None, None)


def test_a_scale_brings_a_metric_into_the_unit_of_the_document() -> None:
    binding = Binding("n", metric="m", scale=1000.0)
    printed = answer(AT, 5, m0={0: 0.25})
    assert cloudwatch.values(binding, 5, AT, AT + timedelta(seconds=5), printed) == (250.0,)


@pytest.mark.parametrize(
    "printed",
    ["", "[]", "{}", '{"MetricDataResults": 3}', '{"MetricDataResults": [{"x": 1}]}',
     '{"MetricDataResults": [{"Id": "m0", "Timestamps": ["?"], "Values": [1]}]}',
     '{"MetricDataResults": [{"Id": "m0", "Timestamps": [], "Values": [1]}]}'],
)  # fmt: skip
def test_what_is_no_answer_is_no_data_by_mistake(printed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cloudwatch.values(SINGLE, 5, AT, AT + timedelta(seconds=5), printed)


# --- one look -----------------------------------------------------------------------------------

START, END = cloudwatch.window(AT, 5, 7)


def test_a_look_evaluates_what_it_read() -> None:
    bad = dict.fromkeys(range(2, 7), 60.0)
    world = Prints(answer(START, 5, m0=bad, m2=dict.fromkeys(range(7), 100.0)))
    reading = look(world, ONE, AlarmState.OK, AT)
    assert reading.state is AlarmState.ALARM
    assert reading.values == (0.0, 0.0, 60.0, 60.0, 60.0, 60.0, 60.0)
    assert reading.onset == END - timedelta(seconds=25)
    assert (reading.until, reading.failed) == (END, "")
    assert len(world.asked) == 1


@pytest.mark.parametrize(
    "world",
    [
        Prints(error=Refused("no")),
        Prints(error=Lost("gone")),
        Prints("AccessDenied", code=254),
        Prints("not JSON"),
    ],
)
def test_a_source_that_does_not_answer_changes_no_state(world: Prints) -> None:
    reading = look(world, ONE, AlarmState.ALARM, AT)
    assert reading.state is AlarmState.ALARM
    assert reading.failed.startswith("5xx Rate: ")


def test_an_unbound_alarm_asks_nothing() -> None:
    world = Prints()
    reading = look(world, Watched(RULE, None, "unbound"), AlarmState.OK, AT)
    assert (reading.failed, world.asked) == ("unbound", [])


def test_whole_periods_since_a_time() -> None:
    world = Prints(answer(END, 5, m2={0: 10.0, 1: 10.0}))
    until, values = whole_periods(world, ONE, END, END + timedelta(seconds=11))
    assert (until, values) == (END + timedelta(seconds=10), (0.0, 0.0))
    assert whole_periods(world, ONE, END, END + timedelta(seconds=4)) == (END, ())
    assert len(world.asked) == 1  # an empty window is no question
    with pytest.raises(ValueError, match="denied"):
        whole_periods(Prints("denied", 254), ONE, END, END + timedelta(seconds=11))


@pytest.mark.parametrize(
    ("values", "periods_back"),
    [
        ((1.0, 9.0, 9.0), 2),
        ((9.0, None, 9.0), 3),
        ((None, 9.0, None), 2),
        ((9.0, 1.0), None),
        ((9.0, 1.0, None), None),
        ((None, None), None),
        ((), None),
    ],
)
def test_onset(values: tuple[float | None, ...], periods_back: int | None) -> None:
    expected = None if periods_back is None else END - timedelta(seconds=5 * periods_back)
    assert onset(values, Condition(">", 5, 3, 3), END, 5) == expected
