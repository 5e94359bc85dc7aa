"""Faults of the cache, seen as Arbor's runbook looks: redis-cli, health, metrics, logs."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.lab.faults.asking import lines
from tests.lab.faults.conftest import LabOf, failed_share
from tests.lab.faults.seeing import clear, clear_all, curl, inject, now, numbers, redis_cli
from tests.lab.running_lab import RunningLab, eventually

pytestmark = pytest.mark.lab

GROUP, NODE = "arbor-production-redis", "arbor-production-redis-001"
LOGS = "/ecs/arbor-production/backend"


@pytest.fixture
def lab(lab_of: LabOf) -> Iterator[RunningLab]:
    lab = lab_of("arbor")
    yield lab
    clear_all(lab)
    well_again(lab)


def redis(lab: RunningLab, words: str) -> str:
    said = redis_cli(lab, GROUP, words)
    return said.out + said.err


def figure(lab: RunningLab, section: str, name: str) -> int:
    lines = redis(lab, f"INFO {section}").splitlines()
    return int(next(line.partition(":")[2] for line in lines if line.startswith(f"{name}:")))


def health(lab: RunningLab) -> Any:
    return json.loads(curl(lab, "/api/v1/health")[1])


def cache(lab: RunningLab, name: str, statistic: str, since: Any) -> list[float]:
    return numbers(lab, f"AWS/ElastiCache {name}", statistic, since, CacheClusterId=NODE)


def well_again(lab: RunningLab) -> None:
    eventually(lambda: health(lab)["redis"] == "connected")
    eventually(lambda: lab.status()["healthy"])
    eventually(lambda: failed_share(lab, 0.5) == 0.0)


def test_redis_down_refuses_connections_and_users_are_served_all_the_same(lab: RunningLab) -> None:
    began = now()
    assert inject(lab, "redis-down")["killed"] == [NODE]
    assert "Connection refused" in redis(lab, "ping")
    assert eventually(lambda: health(lab)["redis"] == "disconnected")
    assert health(lab)["status"] == "degraded"
    assert failed_share(lab, 0.5) == 0.0
    assert eventually(lambda: lines(lab, LOGS, '"Redis unavailable"', began))
    # AWS has replaced a node by now; this one stays away until the fault is cleared.
    time.sleep(2.5)
    assert "Connection refused" in redis(lab, "ping")
    assert curl(lab, "/api/v1/admin/cache/warm", "POST")[0] == 401
    clear(lab, "redis-down")
    well_again(lab)
    assert redis(lab, "ping") == "PONG\n"
    assert eventually(lambda: figure(lab, "stats", "keyspace_hits") > 0)


def test_redis_full_refuses_what_is_new_and_still_reads(lab: RunningLab) -> None:
    redis(lab, "SET kept before")
    began = now()
    assert inject(lab, "redis-full")["policy"] == "noeviction"
    assert figure(lab, "memory", "used_memory") >= figure(lab, "memory", "maxmemory")
    assert redis(lab, "SET mine 1").startswith("OOM command not allowed")
    assert redis(lab, "GET kept") == "before\n"
    assert eventually(
        lambda: max(cache(lab, "DatabaseMemoryUsagePercentage", "Maximum", began), default=0) > 95
    )
    assert sum(cache(lab, "Evictions", "Sum", began)) == 0
    assert failed_share(lab, 0.5) == 0.0
    clear(lab, "redis-full")
    assert redis(lab, "SET mine 1") == "OK\n"
    assert figure(lab, "memory", "used_memory") < figure(lab, "memory", "maxmemory") / 4
    assert "volatile-lru" in redis(lab, "CONFIG GET maxmemory-policy")


def test_redis_evicting_takes_the_keys_of_others(lab: RunningLab) -> None:
    names = " ".join(f"others:{n}" for n in range(40))
    redis(lab, "MSET " + " ".join(f"{name} 1" for name in names.split()))
    began = now()
    inject(lab, "redis-evicting")
    before = figure(lab, "stats", "evicted_keys")
    assert eventually(lambda: figure(lab, "stats", "evicted_keys") > before + 100)
    assert eventually(lambda: max(cache(lab, "Evictions", "Sum", began), default=0) > 100)
    assert eventually(lambda: redis(lab, f"EXISTS {names}") != "40\n")
    clear(lab, "redis-evicting")
    settled = figure(lab, "stats", "evicted_keys")
    assert redis(lab, "SET others:key 1") == "OK\n"
    assert figure(lab, "memory", "used_memory") < figure(lab, "memory", "maxmemory") / 4
    assert figure(lab, "stats", "evicted_keys") == settled


def test_redis_cold_misses_what_was_hit(lab: RunningLab) -> None:
    eventually(lambda: figure(lab, "stats", "keyspace_hits") > 20)
    redis(lab, "SET long:kept 1")
    began = now()
    assert inject(lab, "redis-cold")["keys"] > 0
    hits, misses = (figure(lab, "stats", f"keyspace_{n}") for n in ("hits", "misses"))

    def ratio() -> bool:
        hit = figure(lab, "stats", "keyspace_hits") - hits
        missed = figure(lab, "stats", "keyspace_misses") - misses
        return missed > 20 and missed > hit

    assert eventually(ratio)
    assert eventually(lambda: min(cache(lab, "CacheHitRate", "Minimum", began), default=100) < 50)
    assert "cmdstat_flushall" in redis(lab, "INFO commandstats")
    clear(lab, "redis-cold")
    assert redis(lab, "GET long:kept") == "1\n"
    missed = figure(lab, "stats", "keyspace_misses")
    hit = figure(lab, "stats", "keyspace_hits")
    eventually(lambda: figure(lab, "stats", "keyspace_hits") > hit + 20)
    assert figure(lab, "stats", "keyspace_misses") - missed < 20


def test_redis_slow_lets_everybody_wait(lab: RunningLab) -> None:
    began = now()
    inject(lab, "redis-slow", seconds=3)  # less, where the machine was busy when it was measured

    def waited() -> float:
        asked = time.monotonic()
        redis(lab, "ping")
        return time.monotonic() - asked

    assert eventually(lambda: waited() > 0.8)
    assert "SINTERCARD" in redis(lab, "SLOWLOG GET 5")
    assert eventually(lambda: lines(lab, LOGS, "Redis unavailable Timeout", began))
    assert eventually(
        lambda: max(cache(lab, "EngineCPUUtilization", "Maximum", began), default=0) > 10
    )

    def slowest() -> float:
        balancer = lab.contract["system"]["load_balancer"]
        name = "AWS/ApplicationELB TargetResponseTime"
        return max(numbers(lab, name, "Maximum", began, LoadBalancer=balancer), default=0)

    assert eventually(lambda: slowest() > 0.4)
    clear(lab, "redis-slow")
    assert redis(lab, "EXISTS report:audience:all") == "0\n"
    assert redis(lab, "ping") == "PONG\n"
    assert eventually(lambda: waited() < 0.5)
