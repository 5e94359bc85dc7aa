"""EventBridge's schedules: which texts are one, when each is due, and what a rule then runs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.events.models import EventsBackend

from steadyhand.lab.cloud.metrics import Metric, MetricStore
from steadyhand.lab.cloud.room import Parameters, Refusal
from steadyhand.lab.durations import Durations
from steadyhand.lab.schedules.expressions import BadSchedule, Cron, Rate, next_after, parse
from steadyhand.lab.schedules.rules import Schedules, task_of

NOON = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("text", "following"),
    [
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
        ("cron(0 4 * * ? *)", "2026-11-22T04:00"),
        ("cron(0/15 * * * ? *)", "2026-11-21T12:15"),
        ("cron(1 12 * * ? *)", "2026-11-21T12:01"),
        ("cron(0 12 * * ? *)", "2026-11-22T12:00"),  # this minute has begun already
        ("cron(30 4 ? * SUN *)", "2026-11-22T04:30"),
        ("cron(0 18 ? * MON-FRI *)", "2026-11-23T18:00"),
        ("cron(0 8 1 * ? *)", "2026-12-01T08:00"),
        ("cron(5 8 ? * 7 *)", "2026-11-28T08:05"),
        ("cron(0 9 ? * 2#1 *)", "2026-12-07T09:00"),
        ("cron(0 9 ? * 6L *)", "2026-11-27T09:00"),
        ("cron(0 9 L * ? *)", "2026-11-30T09:00"),
        ("cron(0 9 22W * ? *)", "2026-11-23T09:00"),  # the 22nd is a Sunday
        ("cron(0 9 1W 8 ? 2027)", "2027-08-02T09:00"),  # the 1st is a Sunday, and July is over
        ("cron(0 9 LW FEB ? *)", "2027-02-26T09:00"),
        ("cron(0 0 29 2 ? *)", "2028-02-29T00:00"),
        ("cron(0 10 ? jan-feb mon,wed 2027-2028)", "2027-01-04T10:00"),
    ],
)
def test_cron_names_the_next_minute(text: str, following: str) -> None:
    cron = parse(text)
    assert isinstance(cron, Cron)
    found = next_after(cron, NOON)
    assert found is not None
    assert found.isoformat(timespec="minutes") == f"{following}+00:00"


def test_a_year_that_is_over_has_no_next() -> None:
    cron = parse("cron(0 0 1 1 ? 2020)")
    assert isinstance(cron, Cron)
    assert next_after(cron, NOON) is None


@pytest.mark.parametrize(
    "text",
    [
        "rate(1 hours)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "rate(1.5 hours)",
        "rate(1 week)",
        "rate(5 minutes) ",
        "cron(0 4 * * *)",
        "cron(0 4 * * * *)",
        "cron(0 4 ? * ? *)",
        "cron(60 4 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 4 32 * ? *)",
        "cron(0 4 ? * 8 *)",
        "cron(0 4 ? * MON#6 *)",
        "cron(0 4 * 13 ? *)",
        "cron(5-1 4 * * ? *)",
        "cron(0 4 * * ? 1969)",
        "cron(x 4 * * ? *)",
        "0 4 * * ? *",
        "",
    ],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(BadSchedule):
        parse(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("rate(1 minute)", 60), ("rate(12 hours)", 43200), ("rate(1 day)", 86400)]
)
def test_a_rate_is_a_duration(text: str, seconds: int) -> None:
    assert parse(text) == Rate(seconds)


@dataclass
class Bench:
    """Rules on moto's own store; `ran` has what was run, `refusal` refuses it."""

    events: EventsBackend = field(
        default_factory=lambda: EventsBackend("us-east-1", "123456789012")
    )
    metrics: MetricStore = field(default_factory=MetricStore)
    ran: list[Parameters] = field(default_factory=list)
    refusal: Refusal | None = None

    def __post_init__(self) -> None:
        self.schedules = Schedules(self.events, Durations(60), self.metrics, self._run)

    def _run(self, asked: Parameters) -> Parameters:
        if self.refusal is not None:
            raise self.refusal
        self.ran.append(asked)
        return {}

    def put(self, expression: str, state: str = "ENABLED") -> None:
        asked = {"Name": "nightly", "ScheduleExpression": expression, "State": state}
        self.schedules.answer("PutRule", asked)
        self.events.put_targets("nightly", None, [TARGET])

    def at(self, seconds: float) -> int:
        self.schedules.tick(NOON + timedelta(seconds=seconds))
        return len(self.ran)

    def counted(self, name: str) -> float:
        metric = Metric("AWS/Events", name, frozenset({("RuleName", "nightly")}))
        rows = self.metrics.buckets(metric, NOON, NOON + timedelta(days=2), 86400)
        return sum(sum(v * n for v, n in row.values.items()) for row in rows)


TARGET: dict[str, Any] = {
    "Id": "1",
    "Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/main",
    "Input": '{"containerOverrides": [{"name": "jobs", "command": ["purge"]}]}',
    "EcsParameters": {
        "TaskDefinitionArn": "jobs",
        "LaunchType": "FARGATE",
        "NetworkConfiguration": {
            "awsvpcConfiguration": {"Subnets": ["subnet-1"], "AssignPublicIp": "DISABLED"}
        },
    },
}


def test_a_rate_is_divided_and_cron_stays_on_the_clock() -> None:
    bench = Bench()
    bench.put("rate(1 hour)")
    # From when it was made: once an hour is once a minute at factor 60.
    assert [bench.at(s) for s in (0, 59, 60, 61, 119, 121)] == [0, 0, 1, 1, 1, 2]
    bench.put("cron(1 12 * * ? *)")
    assert [bench.at(s) for s in (122, 3600, 86400 + 29, 86400 + 31)] == [2, 2, 2, 3]
    assert bench.counted("TriggeredRules") == bench.counted("Invocations") == 3


def test_a_rule_that_is_disabled_or_deleted_runs_nothing() -> None:
    bench = Bench()
    bench.put("rate(1 hour)", "DISABLED")
    assert [bench.at(s) for s in (0, 61)] == [0, 0]
    bench.events.enable_rule("nightly", None)
    assert [bench.at(s) for s in (62, 100, 123)] == [0, 0, 1]
    bench.events.remove_targets("nightly", None, ["1"])
    bench.events.delete_rule("nightly", None)
    assert bench.at(500) == 1


def test_a_task_that_is_refused_is_counted_as_failed() -> None:
    bench = Bench(refusal=Refusal("ClusterNotFoundException", "Cluster not found."))
    bench.put("rate(1 hour)")
    bench.at(0)
    bench.at(61)
    assert (bench.counted("Invocations"), bench.counted("FailedInvocations")) == (1, 1)


def test_a_target_becomes_a_task_of_ecs() -> None:
    asked = task_of("a-rule-with-a-rather-long-name-that-is-cut", TARGET)
    assert asked == {
        "cluster": TARGET["Arn"],
        "taskDefinition": "jobs",
        "count": 1,
        "launchType": "FARGATE",
        "startedBy": "events-rule/a-rule-with-a-rather-lon",
        "networkConfiguration": {
            "awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "DISABLED"}
        },
        "overrides": {"containerOverrides": [{"name": "jobs", "command": ["purge"]}]},
    }
    with pytest.raises(Refusal):
        task_of("x", {"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"})


@pytest.mark.parametrize(
    "asked",
    [
        {"Name": "x", "ScheduleExpression": "rate(1 minutes)"},
        {"Name": "a b", "ScheduleExpression": "rate(1 minute)"},
        {"Name": "x" * 65, "ScheduleExpression": "rate(1 minute)"},
    ],
)
def test_put_rule_refuses_what_aws_refuses(asked: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        Bench().schedules.answer("PutRule", asked)
    assert refused.value.code == "ValidationException"
