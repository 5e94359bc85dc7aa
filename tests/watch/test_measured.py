"""Metrics without a limit: from the document's lists, through a source, to what is kept of them."""

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.app.runbooks import documents
from steadyhand.app.watching import alarms
from steadyhand.app.watching.desk import Desk
from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.facts.measured import names
from steadyhand.main import build
from steadyhand.model.document.facts import Facts
from steadyhand.model.run.target import Target
from steadyhand.model.settings.whole import BadSettings, Settings, read_settings
from steadyhand.store import series
from steadyhand.watch.book import Sample
from steadyhand.watch.derived import Known, rows
from steadyhand.watch.measured import all_measured, growth_expected
from steadyhand.watch.watcher import Watcher
from steadyhand.world.door import Lost
from tests.watch.test_bindings import AT, Speaks, metrics

DOCUMENT = """# Shop

## Key metrics to watch

**Shop floor:**
- Orders per day
- Latency (P50, P99)
- Cache hits, misses

| Alarm | Threshold | Action |
|---|---|---|
| Cache hits | < 5/min | Page on-call |

## Capacity planning

- **Baseline**: write down what is usual
- **Growth**: be ready for 3x the orders

## Dashboards

- **Board**: https://board.example/d/shop

## Baselines

- Orders: 120 /h
"""
SETTINGS = """
[probes.orders]
kind = "sql"
url_env = "SHOP"
[alarms."Cache hits"]
source = "probe"
probe = "orders"
[series."orders per day"]
source = "probe"
probe = "orders"
scale = 2
[series."Latency P50"]
namespace = "AWS/ApplicationELB"
metric = "TargetResponseTime"
statistic = "p50"
[series.Queue]
source = "probe"
probe = "orders"
rate_seconds = 60
"""


def settings(text: str = SETTINGS) -> Settings:
    return read_settings(tomllib.loads(text), "steadyhand.toml")


def facts() -> Facts:
    return compile_runbook(parse("shop.md", DOCUMENT))[0].facts


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ("Orders per day", ["Orders per day"]),
        ("Latency (P50, P95)", ["Latency P50", "Latency P95"]),
        ("Rate (by endpoint)", ["Rate (by endpoint)"]),
        ("RDS CPU, connections", ["RDS CPU", "RDS connections"]),
        ("ECS CPU/Memory use", ["ECS CPU use", "ECS Memory use"]),
        ("hits / misses (ratio, all)", ["hits / misses (ratio, all)"]),
        ("CPU, memory", ["CPU", "memory"]),
        ("Latency (P50, P95), errors", ["Latency P50", "Latency P95", "errors"]),
        ("CPU, load (1 min, 5 min)", ["CPU", "load 1 min", "load 5 min"]),
        ("S3 rate, errors (4xx, 5xx)", ["S3 rate", "S3 errors 4xx", "S3 errors 5xx"]),
        ("Rate (by (path, verb), size)", ["Rate (by (path, verb), size)"]),
        ("Queue,", ["Queue"]),
        (" , ", []),
    ],
)
def test_an_item_names_each_of_its_metrics(item: str, found: list[str]) -> None:
    assert names(item) == found


def test_lists_baselines_growth_and_dashboards_are_told_apart() -> None:
    found = [(one.kind, one.name, one.group, one.value) for one in facts().metrics]
    assert found == [
        ("metric", "Orders per day", "Shop floor", None),
        ("metric", "Latency P50", "Shop floor", None),
        ("metric", "Latency P99", "Shop floor", None),
        ("metric", "Cache hits", "Shop floor", None),
        ("metric", "Cache misses", "Shop floor", None),
        ("baseline", "Baseline", "", None),
        ("growth", "Growth", "", 3),
        ("dashboard", "Board", "", None),
        ("baseline", "Orders", "", 120),
    ]


@pytest.mark.parametrize(
    ("item", "name", "value", "unit"),
    [
        ("Requests: 1,200 /min", "Requests", 1200, "/min"),
        ("Orders: 120 /h, 300 on Fridays", "Orders", 120, "/h"),
        ("Users: about 5K", "Users", 5000, ""),
        ("Rows: 1.5M per day", "Rows", 1_500_000, ""),
        ("Start: 5 minutes", "Start", 5, "minutes"),
        ("Memory: 512 MiB of 1 GiB", "Memory", 512, "MiB"),
        ("P95 at noon: < 0.5s", "P95 at noon", 0.5, "s"),
        ("Peak (09:00-11:00): 80 req/s", "Peak (09:00-11:00)", 80, ""),
        ("CPU:35%", "CPU", 35, "%"),
        ("CPU: 10-20 %", "CPU", None, ""),
        ("CPU: 10% to 20%", "CPU", None, ""),
        ("Healthy: 3/4 tasks", "Healthy", None, ""),
        ("Backup: 02:30", "Backup", None, ""),
        ("Measured: 2026-01-15", "Measured", None, ""),
        ("Release: 1.2.3", "Release", None, ""),
    ],
)
def test_a_baseline_states_a_whole_number_or_none(
    item: str, name: str, value: float | None, unit: str
) -> None:
    text = f"# Shop\n\n## Baselines\n\n- {item}\n"
    (one,) = compile_runbook(parse("shop.md", text))[0].facts.metrics
    assert (one.kind, one.name, one.value, one.unit) == ("baseline", name, value, unit)


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("be ready for 3x the orders", 3),
        ("ready for 1,000x the orders", 1000),
        ("twice the traffic", 2),
        ("2.5 times what there is", 2.5),
        ("looked at 4 times a year", None),
        ("written down twice per month, 1.5x each year", 1.5),
    ],
)
def test_growth_is_how_much_and_not_how_often(said: str, times: float | None) -> None:
    text = f"# Shop\n\n## Capacity\n\n- **Growth**: {said}\n"
    assert growth_expected(compile_runbook(parse("a.md", text))[0].facts) == times


@pytest.mark.parametrize("first", ["metrics", "baselines"])
def test_what_is_usual_is_known_of_a_metric_that_is_listed_too(first: str) -> None:
    lists = ["## Key metrics to watch\n\n- Orders\n", "## Baselines\n\n- Orders: 120 /h\n"]
    text = "\n".join(["# Shop\n", *(lists if first == "metrics" else reversed(lists))])
    found = all_measured(compile_runbook(parse("a.md", text))[0].facts, settings(""), {}, 1.0)
    assert [(name, one.metric.value, one.metric.unit) for name, one in found.items()] == [
        ("Orders", 120, "/h")
    ]


def test_limits_and_checklists_are_no_metric_lists() -> None:
    text = (
        "# A\n\n## Critical metrics thresholds\n\n- **CPU**: >70% (warning)\n\n"
        "## Daily\n\n- [ ] Review the baselines\n- [ ] Look at key metrics to watch\n"
    )
    assert compile_runbook(parse("a.md", text))[0].facts.metrics == ()


def test_comments_of_a_block_list_metrics_until_a_command_comes() -> None:
    text = (
        "# A\n\n```bash\n# Metrics to watch:\n# - evicted_keys (pressure)\nredis-cli INFO\n"
        "# - not one\n# time_total: %{time_total}\\n\n```\n"
    )
    found = compile_runbook(parse("a.md", text))[0].facts.metrics
    assert [(one.name, one.span.line) for one in found] == [
        ("evicted_keys (pressure)", 5),
        ("time_total", 8),
    ]


def test_every_row_is_bound_or_says_why() -> None:
    from steadyhand.watch.bindings import all_watched

    watched = all_watched(facts(), settings(), 60)
    measured = all_measured(facts(), settings(), watched, 60)
    found = {
        (one.kind, one.name): one.binding or f"unbound: {one.unbound}"
        for one in rows(facts(), settings(), Known(watched, measured, {}), 60)
        if one.kind.partition(" ")[0] in {"metric", "own", "baseline", "growth", "dashboard"}
    }
    assert found == {
        ("metric (shop floor)", "Orders per day"): "kept: 2·value (Average) of probe orders",
        ("metric (shop floor)", "Latency P50"): (
            "kept: TargetResponseTime (p50) of AWS/ApplicationELB {}, every 60 s (÷60 → 1 s)"
        ),
        ("metric (shop floor)", "Latency P99"): (
            'unbound: steadyhand.toml says nothing of [series."Latency P99"]'
        ),
        ("metric (shop floor)", "Cache hits"): "kept: the values of the alarm Cache hits",
        ("metric (shop floor)", "Cache misses"): (
            'unbound: steadyhand.toml says nothing of [series."Cache misses"]'
        ),
        ("baseline", "Orders"): 'unbound: steadyhand.toml says nothing of [series."Orders"]',
        ("baseline", "Baseline"): (
            "range and mean of each kept series: `steadyhand alarms growth`"
        ),
        ("growth", "Growth"): "growth and room of each kept series: `steadyhand alarms growth`",
        ("dashboard", "Board"): "unbound: a page that others keep; what it shows is not read",
        ("own metric", "Queue"): "kept: growth of value in 60 s (Average) of probe orders",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('source = "composite"\nrule = "ALARM(a)"', 'source: must be "cloudwatch" or "probe"'),
        (
            'namespace = "n"\nmetric = "m"\noperator = ">"\nthreshold = 1',
            "operator: is of an alarm",
        ),
        ('source = "probe"\nprobe = "x"', "probe: there is no [probes.x]"),
        ('namespace = "n"', "give either metric, or numerator and denominator"),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadSettings, match="series") as refused:
        settings(f"[series.a]\n{text}\n")
    assert said.replace("operator: ", "").replace("source: ", "").replace("probe: ", "") in str(
        refused.value
    )


def watcher() -> Watcher:
    found = all_measured(facts(), settings(), {}, 1)
    return Watcher({}, settings().probes, measured=found)


def kept(one: Watcher) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for minute in one.book.minutes():
        found.setdefault(minute.series, []).append(minute.mean)
    return found


def test_what_a_probe_sees_is_kept_in_the_metrics_unit() -> None:
    one = watcher()
    for number in range(3):
        at = AT + timedelta(seconds=60 * number)
        one.seen(Sample("orders", at, {"value": 10.0 + 6 * number}), at)
    assert kept(one) == {
        "orders value": [10, 16],
        "series Orders per day": [20, 32],
        "series Queue": [6],
    }


def test_cloudwatch_is_asked_once_a_period_and_each_value_is_kept_once() -> None:
    one = watcher()
    world = Speaks(metrics({"TargetResponseTime": 0.25}))
    for seconds in (0, 20, 59, 60, 61, 120):
        one.look(world, AT + timedelta(seconds=seconds))
    assert len(world.asked) == 3
    queries = json.loads(world.asked[0][world.asked[0].index("--metric-data-queries") + 1])
    assert [query["MetricStat"]["Stat"] for query in queries] == ["p50"]
    assert kept(one)["series Latency P50"] == [0.25] * 4


def test_a_source_that_does_not_answer_leaves_a_gap_and_says_so() -> None:
    one = watcher()

    def lost(_: tuple[str, ...]) -> str:
        raise Lost("nobody there")

    one.look(Speaks(lost), AT)
    assert one.keeper.trouble == {"Latency P50": "nobody there"}
    one.look(Speaks(metrics({"TargetResponseTime": 1.0})), AT + timedelta(seconds=60))
    assert one.keeper.trouble == {}


def test_growth_says_what_was_kept_what_is_usual_and_whether_there_is_room(
    tmp_path: Path,
) -> None:
    (tmp_path / "shop.md").write_text(DOCUMENT)
    (tmp_path / "steadyhand.toml").write_text(
        f'schema = 1\n{SETTINGS}\n[series.Orders]\nsource = "probe"\nprobe = "orders"\n'
    )
    loaded = documents.load(tmp_path / "shop.md", None)
    control = build(tmp_path / "state")
    try:
        desk = Desk(control, loaded, Target("lab", "us-east-1", ""), "shop")
        start = datetime(2026, 5, 1, tzinfo=UTC)
        for hour in range(8):
            for minute in (0, 1):
                at = start + timedelta(hours=hour, minutes=minute)
                desk.take(Sample("orders", at, {"value": 100.0 + hour}))
        series.keep(control.journal.database, desk.full_minutes())
        found = {one.alarm: one for one in alarms.grown(control, loaded)}
        orders = found["Orders"]
        assert (orders.kind, orders.hours, orders.stated, orders.times) == ("metric", 8, 120, 3)
        assert (orders.low, orders.high, orders.limit) == (100, 107, None)
        assert orders.then == pytest.approx(3 * orders.mean)
        assert orders.growth is not None
        assert orders.growth.per_day == pytest.approx(24, rel=0.1)
        assert found["Orders per day"].high == 214
        assert found["Cache hits"].limit == 5
        assert found["Latency P50"].hours == 0
        assert "shop series Orders" in series.names(control.journal.database)
    finally:
        control.close()
