"""The lab's pure parts: metrics, patterns, names, ticks of health."""

from datetime import UTC, datetime, timedelta

import pytest

from steadyhand.lab.balancer.targets import TargetGroup
from steadyhand.lab.cloud import metrics
from steadyhand.lab.cloud.logs import event_filter
from steadyhand.lab.cloud.mending import put_in_place
from steadyhand.lab.cloud.metrics import Metric, MetricStore, point, statistic
from steadyhand.lab.durations import Durations
from steadyhand.lab.systems import SYSTEMS
from steadyhand.lab.systems.parts import renamed
from steadyhand.model.filter_pattern import BadPattern

NOON = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
REQUESTS = Metric("N", "Requests", frozenset({("A", "1"), ("B", "2")}))


def stored(*seconds: int) -> MetricStore:
    store = MetricStore()
    for second in seconds:
        store.add(REQUESTS, point(NOON + timedelta(seconds=second), [float(second)]))
    return store


def test_buckets_begin_at_whole_periods_wherever_the_data_begin() -> None:
    store = stored(7, 13, 61)
    start = NOON + timedelta(seconds=5)
    found = store.buckets(REQUESTS, start, NOON + timedelta(seconds=120), 60)
    assert [(b.at, statistic("Sum", b)) for b in found] == [
        (NOON, 20.0),
        (NOON + timedelta(seconds=60), 61.0),
    ]


def test_the_end_is_left_out_and_the_start_is_rounded_down() -> None:
    store = stored(0, 10, 20)
    found = store.buckets(REQUESTS, NOON + timedelta(seconds=12), NOON + timedelta(seconds=20), 10)
    assert [b.at.second for b in found] == [10]


def test_dimensions_match_as_a_whole() -> None:
    store = stored(1)
    for dimensions in ({("A", "1")}, {("A", "1"), ("B", "3")}, set()):
        metric = Metric("N", "Requests", frozenset(dimensions))
        assert store.buckets(metric, NOON, NOON + timedelta(seconds=60), 60) == []


def test_old_points_are_merged_to_minutes_and_minutes_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html"""
    store = stored(0, 1, 4 * 3600)
    end = NOON + timedelta(hours=5)
    assert [statistic("Sum", b) for b in store.buckets(REQUESTS, NOON, end, 60)] == [1, 14_400]
    assert len(store.buckets(REQUESTS, NOON, end, 1)) == 1
    monkeypatch.setattr(metrics, "MOST_MINUTES", 2)
    for hour in range(5, 12):
        store.add(REQUESTS, point(NOON + timedelta(hours=hour), [1.0]))
    kept = store.buckets(REQUESTS, NOON, NOON + timedelta(days=1), 60)
    assert [b.at.hour - NOON.hour for b in kept] == [6, 7, 8, 9, 10, 11]


def test_statistics() -> None:
    bucket = point(NOON, [float(n) for n in range(1, 101)])
    assert statistic("Average", bucket) == 50.5
    assert statistic("SampleCount", bucket) == 100
    assert (statistic("Minimum", bucket), statistic("Maximum", bucket)) == (1, 100)
    assert (statistic("p95", bucket), statistic("p50", bucket)) == (95, 50)
    with pytest.raises(ValueError, match="Mode"):
        statistic("Mode", bucket)


def test_a_pattern_is_compiled_once_and_none_matches_all() -> None:
    assert event_filter(None).matches("anything")
    assert event_filter("?ERROR ?WARN") is event_filter("?ERROR ?WARN")
    assert not event_filter("?ERROR ?WARN").matches("INFO")
    with pytest.raises(BadPattern):
        event_filter("ERROR|WARN")


def test_a_rename_reaches_every_name_in_one_pass() -> None:
    parts = SYSTEMS["sleek-coach"]
    new = renamed(parts, {"sleek-coach-api": "sleek-coach-prod", "sleek-coach-prod": "other"})
    assert (new.clusters, new.database.instance) == (("other",), "other")
    assert new.secrets[0].name == "other/db-password"
    assert (new.services[0].name, new.families[0].repository) == ("sleek-coach-prod",) * 2
    assert new.families[0].log_group == "/ecs/sleek-coach-prod"
    assert new.families[1].name == "sleek-coach-prod-worker"
    assert new.families[0].module == parts.families[0].module
    assert new.name == "sleek-coach"


def test_the_factor_divides_down_to_the_floor() -> None:
    assert Durations(1).metric_period == 60
    assert Durations(12).metric_period == 5
    assert Durations(600).metric_period == 1
    assert Durations(12).health_interval == 2.5
    assert Durations(600).health_timeout == 1.0


def health(group: TargetGroup) -> str:
    (row,) = group.describe()
    state: str = row["TargetHealth"]["State"]
    return state


def test_a_target_needs_one_passed_check_first_and_three_later() -> None:
    group = TargetGroup()
    group.register("127.0.0.1", 1)
    target = group.all()[0]
    assert group.take() is None
    group.judge(target, None)
    assert health(group) == "healthy"
    for _ in range(2):
        group.judge(target, ("Target.Timeout", "Request timed out"))
    assert health(group) == "unhealthy"
    group.judge(target, None)
    group.judge(target, None)
    assert health(group) == "unhealthy"
    group.judge(target, None)
    assert group.take() is target


def test_a_draining_target_gets_nothing_new_and_stays_draining() -> None:
    group = TargetGroup()
    group.register("127.0.0.1", 1)
    target = group.all()[0]
    group.judge(target, None)
    group.drain("127.0.0.1", 1)
    group.judge(target, None)
    assert group.take() is None
    assert health(group) == "draining"


class _Moto:
    """Stands for a class of moto's."""

    def describe(self) -> str:
        return "plain"


def test_what_takes_the_place_of_motos_is_given_what_was_there() -> None:
    def describe(self: _Moto) -> str:
        return f"mended, was {plain(self)}"

    plain = put_in_place(_Moto, "describe", describe)
    assert _Moto().describe() == "mended, was plain"
    with pytest.raises(AttributeError, match="renamed"):
        put_in_place(_Moto, "renamed", plain)
    assert not hasattr(_Moto, "renamed")
