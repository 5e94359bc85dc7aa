"""Faults of Kafka and its workers, as Revenue Context's runbook looks: kafka-*.sh, health, logs."""

import json
import time
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.lab.faults.asking import client, lines
from tests.lab.faults.conftest import LabOf, steady
from tests.lab.faults.seeing import clear, clear_all, curl, inject, now, numbers, typed
from tests.lab.running_lab import RunningLab, eventually

pytestmark = [pytest.mark.lab, pytest.mark.soak]

CLUSTER, GROUP = "prod-revenue-context", "context_engine_group"
LOGS = "/ecs/production/context-engine"


@pytest.fixture
def lab(lab_of: LabOf) -> Iterator[RunningLab]:
    lab = lab_of("revenue-context")
    yield lab
    clear_all(lab)
    eventually(lambda: lag(lab) == 0, 60)
    eventually(lambda: curl(lab, "/health/workers")[0] == 200, 60)
    assert curl(lab, "/health/detailed")[0] == 200
    steady(lab)


def kafka(lab: RunningLab, words: str) -> str:
    """What one of Kafka's tools prints, of the brokers that the tasks are given."""
    found = client(lab, "ecs").describe_task_definition(taskDefinition="prod-api")
    given = found["taskDefinition"]["containerDefinitions"][0]["environment"]
    brokers = next(pair["value"] for pair in given if pair["name"] == "KAFKA_BROKERS")
    program, _, rest = words.partition(" ")
    said = typed(lab, f"{program} --bootstrap-server {brokers} {rest}")
    return said.out + said.err


def lag(lab: RunningLab) -> int:
    """The sum of the column LAG; of a partition that nobody has committed ("-"), all it holds."""
    lines = kafka(lab, f"kafka-consumer-groups.sh --group {GROUP} --describe").splitlines()
    rows = [line.split() for line in lines if line.startswith(GROUP)]
    return sum(int(row[4] if row[5] == "-" else row[5]) for row in rows) if rows else -1


def bound(lab: RunningLab, since: datetime) -> list[float]:
    """The metric that the system's own settings bind the alarm kafka-lag-high to."""
    folder = Path(lab.contract["system"]["folder"])
    alarm = tomllib.loads((folder / "steadyhand.toml").read_text())["alarms"]["kafka-lag-high"]
    metric = f"{alarm['namespace']} {alarm['metric']}"
    return numbers(lab, metric, alarm["statistic"], since, **alarm["dimensions"])


def running(lab: RunningLab) -> int:
    wanted = {"cluster": CLUSTER, "services": ["context-engine"]}
    count: int = client(lab, "ecs").describe_services(**wanted)["services"][0]["runningCount"]
    return count


def ages(lab: RunningLab) -> list[float]:
    """Seconds since each worker of the service last said that it gets on, as /metrics has it."""
    lines = [
        line
        for line in curl(lab, "/metrics")[1].splitlines()
        if line.startswith('worker_heartbeat_age_seconds{service="context-engine"')
    ]
    return [float(line.rpartition(" ")[2]) for line in lines]


def test_kafka_lag_grows_while_all_workers_run(lab: RunningLab) -> None:
    began = now()
    told = inject(lab, "kafka-lag")
    assert len(told["workers"]) == running(lab) == 2
    assert eventually(lambda: lag(lab) > 1000, 40)
    assert eventually(lambda: max(bound(lab, began), default=0) > 1000)
    assert not lines(lab, LOGS, "ERROR", began)
    clear(lab, "kafka-lag")
    assert eventually(lambda: lag(lab) == 0, 60)
    since = now()
    assert eventually(lambda: bound(lab, since)[-1:] == [0.0])


def test_a_poison_message_becomes_a_dead_letter_and_holds_up_nobody(lab: RunningLab) -> None:
    began = now()
    inject(lab, "poison-message", every=2)
    assert eventually(lambda: lines(lab, LOGS, "ERROR", began))
    line = json.loads(lines(lab, LOGS, "ERROR", began)[0])
    assert "signals.raw.dlq: not JSON" in line["message"]
    dead = "kafka-console-consumer.sh --topic signals.raw.dlq --from-beginning --max-messages 1"
    assert '{"id": "7d0f' in kafka(lab, f"{dead} --timeout-ms 10000")
    assert curl(lab, "/health/workers")[0] == 200
    assert eventually(lambda: lag(lab) == 0)
    clear(lab, "poison-message")
    count = len(lines(lab, LOGS, "ERROR", began))
    time.sleep(2.5)
    assert len(lines(lab, LOGS, "ERROR", began)) == count


def test_broker_down_is_named_by_the_health_and_loses_nothing(lab: RunningLab) -> None:
    signal = json.dumps({"account_id": 1, "kind": "page_view"})
    ends = "kafka-topics.sh --describe --topic signals.raw"
    before = kafka(lab, ends)
    inject(lab, "broker-down")
    status, text = curl(lab, "/health/detailed")
    assert (status, json.loads(text)["checks"]) == (
        503,
        {"database": "ok", "redis": "ok", "kafka": "failed"},
    )
    described = kafka(lab, f"kafka-consumer-groups.sh --group {GROUP} --describe")
    assert "Timed out waiting for a node assignment" in described
    assert curl(lab, "/api/v1/signals", "POST", body=signal)[0] == 503
    clear(lab, "broker-down")
    assert eventually(lambda: curl(lab, "/health/detailed")[0] == 200)
    assert eventually(lambda: curl(lab, "/api/v1/signals", "POST", body=signal)[0] == 202)
    assert kafka(lab, ends) == before


def test_a_worker_that_hangs_says_nothing_any_more(lab: RunningLab) -> None:
    assert len(eventually(lambda: len(ages(lab)) == 2 and ages(lab))) == 2
    inject(lab, "stale-worker-heartbeat")
    assert eventually(lambda: sorted(age > 4.5 for age in ages(lab)) == [False, True])
    assert running(lab) == 2
    clear(lab, "stale-worker-heartbeat")
    assert eventually(lambda: len(ages(lab)) == 2 and max(ages(lab)) < 3)


def test_a_stale_heartbeat_is_reported_and_the_partitions_go_to_the_other(lab: RunningLab) -> None:
    inject(lab, "stale-worker-heartbeat")
    status, text = eventually(lambda: _unhealthy(lab), 60)
    assert status == 503
    assert "context-engine: the heartbeat of" in json.loads(text)["reasons"][0]
    members = kafka(lab, f"kafka-consumer-groups.sh --group {GROUP} --describe").splitlines()
    assert len({line.split()[6] for line in members if line.startswith(GROUP)}) == 1
    assert eventually(lambda: lag(lab) == 0)
    clear(lab, "stale-worker-heartbeat")
    assert eventually(lambda: curl(lab, "/health/workers")[0] == 200)


def _unhealthy(lab: RunningLab) -> Any:
    answer = curl(lab, "/health/workers")
    return answer if answer[0] != 200 else None
