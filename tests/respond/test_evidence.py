"""Evidence: which reads are made, and what is read out of what they print."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steadyhand.model.settings.binding import ServiceName
from steadyhand.respond.evidence import (
    LOG_CLASSES,
    Evidence,
    gather,
    read_logged,
    read_stopped,
    reads,
)
from steadyhand.world.door import Call, Lost, Refused, Sink, Stream

ONSET = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
START = ONSET - timedelta(minutes=30)
NOW = ONSET + timedelta(minutes=6)
SHOP = ServiceName("prod", "shop", "/ecs/shop")


def deployment(minutes: float, key: str = "d2") -> dict[str, Any]:
    at = ONSET + timedelta(minutes=minutes)
    return {"id": key, "taskDefinition": f"x/shop:{key[1:]}", "createdAt": at.isoformat()}


def service(*deployments: dict[str, Any]) -> str:
    shape = {
        "serviceName": "shop", "runningCount": 2, "desiredCount": 2,
        "createdAt": (START - timedelta(days=9)).isoformat(), "deployments": list(deployments),
    }  # fmt: skip
    return json.dumps({"services": [shape]})


def task(
    minutes: float, *, code: int | None, reason: str = "", why: str = "EssentialContainerExited"
) -> dict[str, Any]:
    return {
        "stoppedAt": (ONSET + timedelta(minutes=minutes)).isoformat(),
        "stopCode": why,
        "stoppedReason": "Essential container in task exited",
        "taskDefinitionArn": "arn:aws:ecs:us-east-1:1:task-definition/shop:41",
        "containers": [{"exitCode": code, "reason": reason}],
    }


def log(*lines: object) -> str:
    events = [
        {"logStreamName": f"s{n % 2}", "message": x if isinstance(x, str) else json.dumps(x)}
        for n, x in enumerate(lines)
    ]
    return json.dumps({"events": events})


class Answers:
    """A world that answers each operation with a text, an exit code or an exception."""

    def __init__(self, **answers: str | int | Exception) -> None:
        self.answers = answers
        self.asked: list[tuple[str, ...]] = []

    def send(self, call: Call, sink: Sink, _stdin: int | None = None) -> int:
        self.asked.append(call.argv)
        said = self.answers[call.argv[2].replace("-", "_")]
        match said:
            case Exception():
                raise said
            case int():
                sink(Stream.ERR, b"first line\nAccessDenied: no")
                return said
            case _:
                sink(Stream.OUT, said.encode())
                return 0

    def close(self) -> None:
        pass


def read(world: Answers, bound: ServiceName | None = SHOP) -> Evidence:
    return gather(world, bound, onset=ONSET, now=NOW, lookback=timedelta(minutes=30))


FULL = {
    "describe_services": service(deployment(-2)),
    "list_tasks": json.dumps({"taskArns": ["t1", "t2"]}),
    "describe_tasks": json.dumps({"tasks": [task(-1, code=137)]}),
    "filter_log_events": log("ERROR too many connections"),
}


def test_everything_is_read_once() -> None:
    world = Answers(**FULL)
    evidence = read(world)
    assert [argv[2] for argv in world.asked] == [
        "describe-services", "list-tasks", "filter-log-events", "describe-tasks",
    ]  # fmt: skip
    assert world.asked[-1][-4:] == ("t1", "t2", "--output", "json")
    assert evidence.service is not None
    assert [one.id for one in evidence.deployments] == ["d2"]
    assert evidence.stopped is not None
    assert len(evidence.stopped) == 1
    assert evidence.logged is not None
    assert evidence.logged.lines == 1
    assert evidence.unread == ()


def test_without_stopped_tasks_there_is_nothing_to_describe() -> None:
    world = Answers(**{**FULL, "list_tasks": json.dumps({"taskArns": []})})
    assert read(world).stopped == ()
    assert "describe-tasks" not in [argv[2] for argv in world.asked]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"describe_services": Refused("not a read")}, "service: not a read"),
        ({"list_tasks": Lost("gone")}, "stopped tasks: gone"),
        ({"describe_tasks": 254}, "stopped tasks: AccessDenied: no"),
        ({"filter_log_events": 255}, "error lines: AccessDenied: no"),
        ({"filter_log_events": "<html>"}, "error lines: cannot be understood"),
        ({"describe_services": "{}"}, "service: cannot be understood"),
    ],
)
def test_what_cannot_be_read_is_named_and_is_not_nothing(
    broken: dict[str, str | int | Exception], said: str
) -> None:
    evidence = read(Answers(**{**FULL, **broken}))
    assert len(evidence.unread) == 1
    assert evidence.unread[0].startswith(said)
    missing = {"service": evidence.service, "stopped tasks": evidence.stopped,
               "error lines": evidence.logged}  # fmt: skip
    assert missing[said.split(":")[0]] is None
    assert sum(value is None for value in missing.values()) == 1


def test_an_alarm_without_a_service_has_no_evidence_and_asks_nothing() -> None:
    world = Answers()
    assert read(world, None).unread == ("no service is bound to this alarm",)
    assert world.asked == []


def test_a_service_without_a_log_group_asks_no_log() -> None:
    assert set(reads(ServiceName("c", "s"), START)) == {"service", "stopped tasks"}


@pytest.mark.parametrize(
    ("minutes", "counts"),
    [(-31, False), (-30, True), (-2, True), (0, True), (1, True), (1.1, False), (5, False)],
)
def test_only_a_deployment_before_the_errors_can_be_at_fault(minutes: float, counts: bool) -> None:
    evidence = read(Answers(**{**FULL, "describe_services": service(deployment(minutes))}))
    assert bool(evidence.deployments) is counts


@pytest.mark.parametrize(
    ("stopped", "out_of_memory"),
    [
        (task(0, code=137, reason="OutOfMemoryError: killed"), True),
        (task(0, code=137), True),
        (task(0, code=1, reason="OutOfMemoryError: killed"), True),
        (task(0, code=1), False),
        (task(0, code=None), False),
        # the scheduler lost its patience with a task that it was stopping
        (task(0, code=137, why="ServiceSchedulerInitiated"), False),
    ],
)
def test_out_of_memory(stopped: dict[str, Any], out_of_memory: bool) -> None:
    (read_it,) = read_stopped(json.dumps({"tasks": [stopped]}), START)
    assert read_it.out_of_memory is out_of_memory
    assert read_it.definition == "shop:41"


def test_tasks_that_stopped_long_ago_do_not_count() -> None:
    tasks = [task(-31, code=1), task(-2, code=2), task(-1, code=3), {"containers": []}]
    found = read_stopped(json.dumps({"tasks": tasks}), START)
    assert [one.exit_code for one in found] == [3, 2]


@pytest.mark.parametrize(
    ("line", "classes"),
    [
        ('FATAL: remaining connection slots are reserved', {"connections"}),
        ("PoolTimeout: couldn't get a connection after 5.00 sec", {"connections", "timeout"}),
        ('UndefinedColumn: column "mood" does not exist', {"schema"}),
        ("deadlock detected", {"deadlock"}),
        ("MemoryError", {"memory"}),
        ("No space left on device", {"disk"}),
        ("AccessDenied when calling PutObject", {"permission"}),
        ("429 Too Many Requests", {"rate"}),
        ("API key has expired", {"credentials"}),
        ("request", set()),
    ],
)  # fmt: skip
def test_what_a_line_speaks_of(line: str, classes: set[str]) -> None:
    assert {name for name, telling in LOG_CLASSES.items() if telling.search(line)} == classes


def test_the_log_is_counted_by_class_with_a_sample_of_each() -> None:
    long = "deadlock " + "x" * 400
    logged = read_logged(log({"level": "ERROR", "message": "MemoryError"}, long, "nothing", long))
    assert (logged.lines, logged.streams) == (4, 2)
    assert logged.classes == {"memory": 1, "deadlock": 2}
    assert logged.samples["memory"] == "MemoryError"
    assert len(logged.samples["deadlock"]) == 160
