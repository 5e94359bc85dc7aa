"""What somebody who follows a runbook types, and what is seen: tools, curl, CloudWatch, logs."""

import importlib
import urllib.error
import urllib.request
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.lab.faults.asking import client
from tests.lab.running_lab import RunningLab
from tests.lab.tools.calling import Desk, Said

from steadyhand.lab.tools.call import LabInfo

with warnings.catch_warnings():
    # kafka-python reads its schemas in a way that Python 3.11 calls deprecated, and 3.13 does not.
    warnings.simplefilter("ignore", DeprecationWarning)
    importlib.import_module("kafka")


def typed(lab: RunningLab, line: str) -> Said:
    """Run one of the lab's tools."""
    return Desk(LabInfo.of(lab.contract, lab.state), Path("/"))(line)


def curl(lab: RunningLab, path: str, method: str = "GET", body: str = "") -> tuple[int, str]:
    """Ask the system's load balancer; the status and the body."""
    headers = {"Content-Type": "application/json"} if body else {}
    address, data = lab.contract["url"] + path, body.encode() or None
    request = urllib.request.Request(address, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def numbers(
    lab: RunningLab, metric: str, statistic: str, since: datetime, **dimensions: str
) -> list[float]:
    """One metric ("AWS/ElastiCache Evictions"), period by period."""
    namespace, name = metric.split()
    found = client(lab, "cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": n, "Value": v} for n, v in dimensions.items()],
        StartTime=since,
        EndTime=datetime.now(UTC) + timedelta(seconds=1),
        Period=1,
        Statistics=[statistic],
    )["Datapoints"]
    return [point[statistic] for point in sorted(found, key=lambda one: one["Timestamp"])]


def inject(lab: RunningLab, fault: str, **given: Any) -> dict[str, Any]:
    told: dict[str, Any] = lab.control("POST", f"/faults/{fault}", given)
    return told


def clear(lab: RunningLab, fault: str) -> None:
    assert lab.control("DELETE", f"/faults/{fault}")["cleared"]


def clear_all(lab: RunningLab) -> None:
    for fault in lab.status()["faults"]:
        lab.control("DELETE", f"/faults/{fault}")


def redis_cli(lab: RunningLab, group: str, words: str) -> Said:
    """What redis-cli prints, of the endpoint that ElastiCache gives."""
    found = client(lab, "elasticache").describe_replication_groups(ReplicationGroupId=group)
    address = found["ReplicationGroups"][0]["NodeGroups"][0]["PrimaryEndpoint"]
    return typed(lab, f"redis-cli -h {address['Address']} -p {address['Port']} {words}")


def now() -> datetime:
    """Now, rounded down to the second: where a period of one begins."""
    return datetime.now(UTC).replace(microsecond=0)
