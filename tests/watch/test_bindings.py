"""Every alarm that a document and the settings know, with its levels and its source."""

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from steadyhand.model.alarm import Alarm, AlarmState, Condition
from steadyhand.model.document.facts import AlarmMention, AlarmRule, Facts, Limit, Threshold
from steadyhand.model.document.span import Span
from steadyhand.model.settings.binding import Binding
from steadyhand.model.settings.whole import Settings, read_settings
from steadyhand.watch import cloudwatch, states
from steadyhand.watch.bindings import all_watched, describe
from steadyhand.watch.book import Book, Sample
from steadyhand.watch.watcher import Watcher
from steadyhand.world.door import Call, Refused, Sink, Stream

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
OK, ALARM, NO_DATA = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def settings(text: str) -> Settings:
    return read_settings(tomllib.loads(text), "steadyhand.toml")


def row(name: str, limit: float, action: str = "Page", line: int = 7, **more: float) -> AlarmRule:
    threshold = Threshold(f"> {limit:g}%", ">", limit, "%", more.get("for_seconds"))
    return AlarmRule(name, threshold, action, Span("R.md", line, line))


CPU = '[alarms."CPU Usage"]\nnamespace = "AWS/ECS"\nmetric = "CPUUtilization"\n'
PAIR = Facts(alarms=(row("CPU Usage", 90, "critical", 9), row("CPU usage", 70, "warning")))


def test_warning_and_critical_rows_are_one_alarm() -> None:
    found = all_watched(PAIR, settings(CPU), 1)
    assert list(found) == ["CPU Usage"]
    one = found["CPU Usage"]
    assert one.terms is not None
    assert [(x.name, x.condition.threshold) for x in one.terms.levels] == [
        ("warning", 70),
        ("critical", 90),
    ]
    assert (one.condition, one.rule.span.line) == (Condition(">", 70, 1, 1), 9)
    assert describe(one, 1) == (
        "CPU Usage > 70% / > 90% → warning / critical = CPUUtilization (Sum) of AWS/ECS {}, "
        "1 of 1 periods of 60 s"
    )


SENTENCES = Facts(
    limits=(
        Limit("cpu", Threshold("> 80%", ">", 80, "%"), "cause", "CPU > 80%", Span("R.md", 3, 3)),
        Limit("x", Threshold("> 9%", ">", 9, "%"), "alarm", "> 9%", Span("R.md", 4, 4)),
    ),
    mentions=(
        AlarmMention("lag-high", "CloudWatch alarm: lag-high", Span("R.md", 5, 5)),
        AlarmMention("disk-high", "Grafana: disk-high", Span("R.md", 6, 6)),
    ),
)


def test_limits_and_mentions_are_alarms_too_and_none_is_dropped() -> None:
    found = all_watched(SENTENCES, Settings(), 1)
    assert [(name, one.origin) for name, one in found.items()] == [
        ("lag-high", "mention"),
        ("disk-high", "mention"),
        ("CPU > 80%", "cause"),
    ]
    assert describe(found["lag-high"], 1).endswith("= CloudWatch's own alarm lag-high")
    assert "the document does not say who keeps it" in found["disk-high"].unbound
    assert 'says nothing of [alarms."CPU > 80%"]' in found["CPU > 80%"].unbound


def test_what_the_document_does_not_say_stands_in_the_settings() -> None:
    text = (
        '[alarms.lag-high]\nnamespace = "AWS/Kafka"\nmetric = "Lag"\noperator = ">"\n'
        'threshold = 1000\nwarning = 500\nfor_seconds = 60\naction = "Page"\n'
        '[alarms.mine]\nnamespace = "n"\nmetric = "m"\noperator = "<"\nthreshold = 2\n'
        '[alarms.misspelt]\nnamespace = "n"\nmetric = "m"\n'
    )
    found = all_watched(SENTENCES, settings(text), 2)
    lag = found["lag-high"].terms
    assert lag is not None
    assert [x.condition.threshold for x in lag.levels] == [500, 1000]
    assert lag.for_seconds == 30
    assert (found["mine"].origin, found["mine"].rule.threshold.text) == ("settings", "< 2")
    assert "misspelt" not in found  # `unmatched` names it


def test_a_probes_pace_is_not_divided_and_durations_are() -> None:
    text = (
        '[probes.api]\nkind = "http"\nurl = "http://h/"\ninterval_seconds = 1\n'
        '[alarms.CPU]\nsource = "probe"\nprobe = "api"\nstatistic = "Maximum"\n'
    )
    facts = Facts(alarms=(row("CPU", 5, for_seconds=300),))
    one = all_watched(facts, settings(text), 60)["CPU"]
    assert (one.period, one.condition) == (1.0, Condition(">", 5, 5, 5))
    assert "failed" not in describe(one, 60)
    wide = text + "period_seconds = 120\n"
    assert all_watched(facts, settings(wide), 60)["CPU"].period == 2.0


# --- many asked at once -------------------------------------------------------------------------


class Speaks:
    """A world that answers from a function of the argv, and keeps what it was asked."""

    def __init__(self, answer: Callable[[tuple[str, ...]], str]) -> None:
        self.answer = answer
        self.asked: list[tuple[str, ...]] = []

    def send(self, call: Call, sink: Sink, _stdin: int | None = None) -> int:
        self.asked.append(call.argv)
        sink(Stream.OUT, self.answer(call.argv).encode())
        return 0

    def close(self) -> None:
        pass


def metrics(values: dict[str, float]) -> Callable[[tuple[str, ...]], str]:
    """Answer every period of every metric with the value that the metric has here."""

    def answer(argv: tuple[str, ...]) -> str:
        queries = json.loads(argv[argv.index("--metric-data-queries") + 1])
        start = datetime.fromisoformat(argv[argv.index("--start-time") + 1])
        end = datetime.fromisoformat(argv[argv.index("--end-time") + 1])
        results = []
        for query in queries:
            period = query["MetricStat"]["Period"]
            value = values[query["MetricStat"]["Metric"]["MetricName"]]
            count = int((end - start).total_seconds() // period)
            stamps = [(start + timedelta(seconds=n * period)).isoformat() for n in range(count)]
            results.append({"Id": query["Id"], "Timestamps": stamps, "Values": [value] * count})
        return json.dumps({"MetricDataResults": results})

    return answer


def test_many_metrics_are_one_request_for_each_period() -> None:
    facts = Facts(alarms=tuple(row(f"A{n}", 50, for_seconds=60.0 * n) for n in range(1, 6)))
    text = "".join(
        f'[alarms.A{n}]\nnamespace = "n"\nmetric = "m{n}"\nperiod_seconds = {60 + 60 * (n == 5)}\n'
        for n in range(1, 6)
    )
    watcher = Watcher(all_watched(facts, settings(text), 1))
    world = Speaks(metrics({"m1": 60, "m2": 40, "m3": 60, "m4": 10, "m5": 99}))
    found = watcher.look(world, AT)
    assert len(world.asked) == 2
    assert {name: reading.state for name, reading in found.items()} == {
        "A1": ALARM, "A2": OK, "A3": ALARM, "A4": OK, "A5": ALARM,
    }  # fmt: skip
    assert len(found["A1"].values) == 3
    assert len(found["A4"].values) == 6


def test_no_request_has_more_queries_than_it_may() -> None:
    single = cloudwatch.Ask(Binding("n", metric="m"), 60, 1)
    ratio = cloudwatch.Ask(Binding("n", numerator=("a", "b"), denominator="c"), 60, 1)
    asks = [single] * 499 + [ratio] + [single] * 3 + [cloudwatch.Ask(single.binding, 30, 1)]
    found = cloudwatch.batches(asks)
    assert sorted(place for places in found for place in places) == list(range(len(asks)))
    for places in found:
        assert len({asks[place].period for place in places}) == 1
        assert sum(3 if asks[place] is ratio else 1 for place in places) <= 500
    assert len(found) == 3


def test_one_batch_that_fails_leaves_the_others() -> None:
    facts = Facts(alarms=(row("A", 50), row("B", 50)))
    text = (
        '[alarms.A]\nnamespace = "n"\nmetric = "m"\n'
        '[alarms.B]\nnamespace = "n"\nmetric = "m"\nperiod_seconds = 120\n'
    )

    def answer(argv: tuple[str, ...]) -> str:
        if '"Period": 60' in argv[4]:
            raise Refused("no")
        return metrics({"m": 60})(argv)

    found = Watcher(all_watched(facts, settings(text), 1)).look(Speaks(answer), AT)
    assert (found["A"].failed, found["A"].state) == ("A: no", NO_DATA)
    assert found["B"].state is ALARM


def test_cloudwatchs_own_alarms() -> None:
    def answer(argv: tuple[str, ...]) -> str:
        assert argv[2:4] == ("describe-alarms", "--alarm-names")
        return json.dumps(
            {"MetricAlarms": [{"AlarmName": "lag-high", "StateValue": "ALARM"}],
             "CompositeAlarms": [{"AlarmName": "all", "StateValue": "INSUFFICIENT_DATA"}]}
        )  # fmt: skip

    text = (
        '[alarms.disk-high]\nsource = "cloudwatch-alarm"\nmetric = "all"\n'
        '[alarms.gone]\nsource = "cloudwatch-alarm"\n'
    )
    watcher = Watcher(all_watched(SENTENCES, settings(text), 1))
    found = watcher.look(Speaks(answer), AT)
    assert (found["lag-high"].state, found["disk-high"].state) == (ALARM, NO_DATA)
    assert found["gone"].failed == "gone: CloudWatch has no alarm gone"
    with pytest.raises(ValueError, match="not an answer"):
        states.states("[]")


# --- probes and what is made of others ----------------------------------------------------------

PROBED = """
[probes.api]
kind = "http"
url = "http://h/"
interval_seconds = 1
[alarms.Down]
source = "probe"
probe = "api"
operator = ">"
threshold = 0
[alarms.Slow]
source = "probe"
probe = "api"
measure = "latency_seconds"
statistic = "p95"
operator = ">"
threshold = 2
for_seconds = 3
[alarms.Both]
source = "composite"
rule = "ALARM(Down) AND NOT ALARM(Slow)"
"""


def probed() -> Watcher:
    chosen = settings(PROBED)
    return Watcher(all_watched(Facts(), chosen, 1), chosen.probes)


def sample(at: float, failed: float, latency: float = 0.1) -> Sample:
    return Sample("api", after(at), {"failed": failed, "latency_seconds": latency})


def test_a_sample_is_judged_when_it_comes() -> None:
    watcher = probed()
    assert watcher.seen(sample(0, 0), AT)["Down"].state is OK
    assert watcher.seen(sample(1, 100), after(1))["Down"].state is ALARM
    assert watcher.here(after(1))["Both"].state is ALARM
    found = [watcher.seen(sample(n, 0, 9), after(n))["Slow"].state for n in range(2, 7)]
    assert found == [OK, OK, OK, ALARM, ALARM]
    both = watcher.here(after(6))["Both"]
    assert (both.state, both.reason) == (
        OK,
        "ALARM(Down) AND NOT ALARM(Slow): Down OK, Slow ALARM",
    )


def test_silence_is_no_data_and_no_recovery() -> None:
    watcher = probed()
    watcher.seen(sample(0, 100), AT)
    assert watcher.here(after(2))["Down"].state is ALARM
    assert watcher.here(after(9))["Down"].state is NO_DATA


def test_what_only_time_may_turn_is_judged_without_a_sample() -> None:
    """All else is as its newest sample made it: looking again would tell nothing new."""
    watcher = probed()
    assert set(watcher.waiting(AT)) == {"Down", "Slow", "Both"}  # none has been seen yet
    watcher.seen(sample(0, 100), AT)
    assert watcher.waiting(after(1)) == {}
    gone = watcher.waiting(after(2))
    assert (gone["Down"].state, gone["Both"].state) == (ALARM, ALARM)
    assert watcher.waiting(after(9))["Down"].state is NO_DATA


def test_a_state_that_must_last_is_judged_between_two_samples() -> None:
    chosen = settings(PROBED + "[alarms.Lasting]\n" + LASTING)
    watcher = Watcher(all_watched(Facts(), chosen, 1), chosen.probes)
    watcher.seen(sample(0, 0), AT)
    assert watcher.seen(sample(70, 100), after(70))["Lasting"].state is OK
    assert watcher.waiting(after(74))["Lasting"].state is OK
    assert watcher.waiting(after(75))["Lasting"].state is ALARM


LASTING = """source = "probe"
probe = "api"
measure = "failed"
period_seconds = 60
for_seconds = 5
operator = ">"
threshold = 99
"""


def test_the_journals_state_counts_whoever_wrote_it() -> None:
    watcher = probed()
    watcher.seen(sample(0, 0), AT)
    watcher.stands("Slow", Alarm("Slow", ALARM, AT, "", ()))
    assert watcher.judge("Slow", AT).state is OK
    watcher.stands("Down", Alarm("Down", ALARM, AT, "", ()))
    assert watcher.judge("Both", AT).state is ALARM


def test_whole_periods_of_a_probe_since_a_time() -> None:
    watcher = probed()
    for n in range(6):
        watcher.seen(sample(n, float(n)), after(n))
    world = Speaks(lambda _: "")
    end, values = watcher.whole_periods(world, "Down", after(2), after(5))
    assert (end, values, world.asked) == (after(5), (3.0, 4.0, 5.0), [])
    assert watcher.whole_periods(world, "Down", after(5), after(5)) == (after(5), ())


def test_as_many_points_are_kept_as_an_alarm_looks_at_and_no_more() -> None:
    text = PROBED + '[alarms.Long]\nsource="probe"\nprobe="api"\nperiod_seconds = 600\n'
    chosen = settings(text + 'operator = ">"\nthreshold = 1\n')
    watcher = Watcher(all_watched(Facts(), chosen, 1), chosen.probes)
    for n in range(4000):
        watcher.book.put(sample(n, 1))
    assert 1800 <= len(watcher.book.series("api", "failed")) <= 2500


def test_full_minutes_are_handed_over_once() -> None:
    book = Book()
    for n in range(150):
        book.put(sample(n, float(n)))
    first, second = (one for one in book.minutes() if one.series == "api failed")
    assert (first.at, first.count, first.low, first.mean, first.high) == (AT, 60, 0, 29.5, 59)
    assert second.at == after(60)
    assert book.minutes() == []
