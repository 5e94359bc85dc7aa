"""A lab that was killed: the next one on its folder has the instances, rows and snapshots again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from tests.lab.rds.bench import Bench, open_bench

from steadyhand.lab.rds.installation import remove_data
from steadyhand.lab.rds.provision import Wanted

pytestmark = pytest.mark.lab

# A lab's RDS as a process of its own, which says what it did and then waits to be killed.
FIRST = """
import sys, time
from pathlib import Path
from tests.lab.rds.bench import open_bench
from steadyhand.lab.rds.provision import Wanted

bench = open_bench(Path(sys.argv[1]))
bench.rds.provision([Wanted("kept", "app", "appuser", multi_az=True, tags={"a": "b"})])
bench.sql("kept", "create table rows (n int)")
bench.sql("kept", "insert into rows select generate_series(1, 500)")
bench.until(lambda: bench.live("kept").standby is not None and bench.rds.room.snapshots)
bench.rests("kept")
bench.ask("CreateDBSnapshot", DBInstanceIdentifier="kept", DBSnapshotIdentifier="by-hand")
bench.until(lambda: bench.rds.room.snapshots["by-hand"].status == "available")
bench.rests("kept")
bench.ask("RebootDBInstance", DBInstanceIdentifier="kept", ForceFailover=True)
bench.rests("kept")
bench.sql("kept", "insert into rows values (501)")
bench.ask("ModifyDBInstance", DBInstanceIdentifier="kept", DBInstanceClass="db.t3.large")
bench.ask("CreateDBInstance", DBInstanceIdentifier="begun", DBInstanceClass="db.t3.micro",
          Engine="postgres", AllocatedStorage=20, MasterUsername="owner",
          MasterUserPassword="long-enough")
print(bench.describe("kept")["AvailabilityZone"], flush=True)
while True:
    time.sleep(1)
"""


def test_a_killed_lab_leaves_no_process_and_loses_no_committed_row(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": f"{root}:{root / 'src'}"}
    first = subprocess.Popen(
        [sys.executable, "-c", FIRST, str(tmp_path)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    bench: Bench | None = None
    try:
        assert first.stdout is not None
        zone = first.stdout.readline().strip()
        assert zone == "us-east-1b"
        children = psutil.Process(first.pid).children(recursive=True)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        deadline = time.monotonic() + 10
        while any(child.is_running() and child.status() != "zombie" for child in children):
            assert time.monotonic() < deadline, "a server outlived its lab"
            time.sleep(0.05)
        bench = open_bench(tmp_path)
        bench.rds.provision([Wanted("kept", "app", "appuser")])  # known already: nothing new
        assert bench.sql("kept", "select count(*) from rows") == 501
        found = bench.describe("kept")
        assert found["AvailabilityZone"] == zone
        assert found["PendingModifiedValues"] == {"DBInstanceClass": "db.t3.large"}
        assert found["TagList"] == [{"Key": "a", "Value": "b"}]
        assert "Multi-AZ instance failover completed" in bench.messages("kept")
        bench.rests("begun")  # its creation went on
        bench.ask(
            "RestoreDBInstanceFromDBSnapshot",
            DBInstanceIdentifier="again",
            DBSnapshotIdentifier="by-hand",
        )
        bench.rests("again")
        assert bench.sql("again", "select count(*) from rows") == 500
    finally:
        first.kill()
        first.wait()
        if first.stdout is not None:
            first.stdout.close()
        if bench is not None:
            bench.end()
        remove_data(tmp_path)
