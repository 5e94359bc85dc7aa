"""How long the lab's API takes to answer, against plain moto with the same resources.

    python benchmarks/lab_api.py [--calls 200] [--json results.json]

Both are programs of their own on loopback, asked by one client in turn with the order changing, so
that whatever else the machine does meets both alike. The lab's system works meanwhile, without its
traffic; moto's resources are names only. The number that counts is the median of the pairs' ratios
(lab ÷ moto). Prints text, and JSON as its last line.
"""

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.session import Session

CLUSTER, SERVICE, GROUP = "sleek-coach-prod", "sleek-coach-api", "/ecs/sleek-coach-api"
DATABASE = "sleek-coach-prod"
EVENTS = 500  # in the log group of each, and as many data points of one metric
MOTO = (
    "import logging, sys; logging.getLogger('werkzeug').setLevel('ERROR'); "
    "from moto.server import ThreadedMotoServer; "
    "s = ThreadedMotoServer('127.0.0.1', 0, verbose=False); s.start(); "
    "print('http://127.0.0.1:%d' % s.get_host_and_port()[1], flush=True); sys.stdin.read()"
)
Call = Callable[[], object]


def environment() -> dict[str, str]:
    """Never a person's credentials."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


@contextlib.contextmanager
def lab(state: Path) -> Iterator[str]:
    """Bring a lab up; give its API's address."""
    words = ("-m", "steadyhand.lab", "up", "sleek-coach", "--state", str(state), "--traffic", "0")
    with _process(*words, "--fresh", "--die-with-parent", "--factor", "60") as first:
        yield str(json.loads(first)["aws"]["endpoint"])


@contextlib.contextmanager
def moto() -> Iterator[str]:
    """Start moto's own server; give its address."""
    with _process("-c", MOTO) as first:
        yield first


@contextlib.contextmanager
def _process(*words: str) -> Iterator[str]:
    """Run Python until the block is over; give the first line that it prints."""
    process = subprocess.Popen(
        (sys.executable, *words),
        env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        first = process.stdout.readline().strip()
        if not first:
            raise RuntimeError(f"{' '.join(words)[:60]} did not come up")
        yield first
    finally:
        process.terminate()
        process.communicate(timeout=30)


def clients(endpoint: str) -> Callable[[str], Any]:
    session = Session()
    return lambda service: session.create_client(
        service,
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="lab",
        aws_secret_access_key="lab",
    )


def prepare_moto(client: Callable[[str], Any]) -> None:
    """Make what the lab has by itself."""
    ecs = client("ecs")
    ecs.create_cluster(clusterName=CLUSTER)
    ecs.register_task_definition(
        family=SERVICE, containerDefinitions=[{"name": "api", "image": "a", "memory": 512}]
    )
    ecs.create_service(cluster=CLUSTER, serviceName=SERVICE, taskDefinition=SERVICE, desiredCount=2)
    client("logs").create_log_group(logGroupName=GROUP)
    client("rds").create_db_instance(
        DBInstanceIdentifier=DATABASE,
        DBInstanceClass="db.t3.medium",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="postgres",
        MasterUserPassword="password-of-it",
    )


def fill(client: Callable[[str], Any]) -> None:
    """Put the same events and data points into both."""
    logs, now = client("logs"), datetime.now(UTC)
    stamp = int(now.timestamp() * 1000)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="bench")
    events = [
        {"timestamp": stamp - EVENTS + n, "message": f"{'ERROR' if n % 50 == 0 else 'INFO'} {n}"}
        for n in range(EVENTS)
    ]
    logs.put_log_events(logGroupName=GROUP, logStreamName="bench", logEvents=events)
    points = [
        {"MetricName": "Orders", "Timestamp": now - timedelta(seconds=60 * n), "Value": float(n)}
        for n in range(EVENTS)
    ]
    for at in range(0, EVENTS, 100):
        client("cloudwatch").put_metric_data(Namespace="Bench", MetricData=points[at : at + 100])


def calls(client: Callable[[str], Any]) -> dict[str, Call]:
    """Give what is asked of each."""
    ecs, logs, cloudwatch, rds = (client(n) for n in ("ecs", "logs", "cloudwatch", "rds"))
    end = datetime.now(UTC)
    span = {"StartTime": end - timedelta(hours=3), "EndTime": end, "Period": 300}
    return {
        "ecs describe-services": lambda: ecs.describe_services(cluster=CLUSTER, services=[SERVICE]),
        "ecs list-task-definitions": lambda: ecs.list_task_definitions(familyPrefix=SERVICE),
        "logs filter-log-events": lambda: logs.filter_log_events(
            logGroupName=GROUP, logStreamNames=["bench"], filterPattern="ERROR"
        ),
        "cloudwatch get-metric-statistics": lambda: cloudwatch.get_metric_statistics(
            Namespace="Bench", MetricName="Orders", Statistics=["Sum"], **span
        ),
        "rds describe-db-instances": lambda: rds.describe_db_instances(
            DBInstanceIdentifier=DATABASE
        ),
    }


def timed(call: Call) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def measure(ours: Call, theirs: Call, count: int) -> dict[str, float]:
    """Ask both in turn; medians in milliseconds, and of the pairs' ratios."""
    ours(), theirs()  # the first of each opens a connection
    pairs = []
    for number in range(count):
        one, two = (ours, theirs) if number % 2 else (theirs, ours)
        first, second = timed(one), timed(two)
        pairs.append((first, second) if number % 2 else (second, first))
    return {
        "lab": round(statistics.median(a for a, _ in pairs), 2),
        "moto": round(statistics.median(b for _, b in pairs), 2),
        "ratio": round(statistics.median(a / b for a, b in pairs), 2),
    }


def main() -> None:
    """Measure, print, and keep the JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--json", type=Path, help="write the results here, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder)) as at, moto() as plain:
        prepare_moto(clients(plain))
        for endpoint in (at, plain):
            fill(clients(endpoint))
        ours, theirs = calls(clients(at)), calls(clients(plain))
        print(f"{os.cpu_count()} processors, {platform.machine()}, median of {options.calls} pairs")
        print(f"{'':34}{'lab ms':>8}{'moto ms':>9}{'ratio':>7}")
        results = {}
        for name, call in ours.items():
            one = results[name] = measure(call, theirs[name], options.calls)
            print(f"{name:34}{one['lab']:8.2f}{one['moto']:9.2f}{one['ratio']:7.2f}")
    written = json.dumps({"calls": options.calls, "results": results})
    if options.json:
        options.json.write_text(written + "\n")
    print(written)


if __name__ == "__main__":
    main()
