"""Real servers through the API: what was committed is counted after every change."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from botocore.session import get_session
from botocore.waiter import NormalizedOperationMethod, Waiter, WaiterModel
from tests.lab.rds.bench import Bench

pytestmark = pytest.mark.lab


def rows(bench: Bench, name: str) -> int:
    return int(bench.sql(name, "select count(*) from rows"))


def waiter(bench: Bench, name: str) -> Waiter:
    """The waiter that the CLI has, with its polls close together."""
    raw = get_session().get_component("data_loader").load_service_model("rds", "waiters-2")
    config = WaiterModel(raw).get_waiter(name)
    config.delay = 0.05
    call = NormalizedOperationMethod(bench.client_call(config.operation))
    return Waiter(name, config, call)


def test_the_master_user_is_no_superuser_but_may_do_what_rds_lets_it(bench: Bench) -> None:
    assert bench.sql("plain", "select rolsuper from pg_roles where rolname = 'appuser'") is False
    bench.sql("plain", "create role reader login password 'x'")
    bench.sql("plain", "create extension if not exists pg_stat_statements")
    assert bench.sql("plain", "select count(*) from pg_stat_statements") >= 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        bench.sql("plain", "alter system set work_mem = '64MB'")


def test_a_snapshot_holds_what_was_there_and_is_restored_with_it(bench: Bench) -> None:
    bench.rests("plain")
    before = rows(bench, "plain")
    made = bench.ask(
        "CreateDBSnapshot", DBInstanceIdentifier="plain", DBSnapshotIdentifier="before-change"
    )
    assert made["DBSnapshot"]["Status"] == "creating"
    assert bench.status("plain") == "backing-up"
    assert bench.code("ModifyDBInstance", DBInstanceIdentifier="plain", MultiAZ=True) == (
        "InvalidDBInstanceState"
    )
    waiter(bench, "DBSnapshotCompleted").wait(DBSnapshotIdentifier="before-change")
    bench.sql("plain", "insert into rows values (1001), (1002)")
    answer = bench.ask(
        "RestoreDBInstanceFromDBSnapshot",
        DBInstanceIdentifier="restored",
        DBSnapshotIdentifier="before-change",
    )
    assert answer["DBInstance"]["DBInstanceStatus"] == "creating"
    assert "Endpoint" not in answer["DBInstance"]
    waiter(bench, "DBInstanceAvailable").wait(DBInstanceIdentifier="restored")
    assert rows(bench, "restored") == before
    assert rows(bench, "plain") == before + 2
    assert bench.describe("restored")["DBParameterGroups"][0]["DBParameterGroupName"].startswith(
        "default."
    )
    bench.ask("DeleteDBInstance", DBInstanceIdentifier="restored", SkipFinalSnapshot=True)
    waiter(bench, "DBInstanceDeleted").wait(DBInstanceIdentifier="restored")
    assert bench.code("DescribeDBInstances", DBInstanceIdentifier="restored") == (
        "DBInstanceNotFound"
    )


def test_a_restore_to_a_moment_has_what_was_committed_by_then(bench: Bench) -> None:
    bench.rests("plain")
    bench.sql("plain", "create table ledger (n int)")
    bench.sql("plain", "insert into ledger select generate_series(1, 70)")
    time.sleep(1.1)  # RestoreTime has whole seconds
    moment = datetime.now(UTC).replace(microsecond=0)
    time.sleep(1.1)
    bench.sql("plain", "delete from ledger")
    bench.until(lambda: bench.describe("plain")["LatestRestorableTime"] >= moment)
    asked = {"SourceDBInstanceIdentifier": "plain", "TargetDBInstanceIdentifier": "earlier"}
    tomorrow, past = moment + timedelta(days=1), datetime(2025, 1, 27, 12, tzinfo=UTC)
    operation = "RestoreDBInstanceToPointInTime"
    assert bench.code(operation, RestoreTime=tomorrow, **asked) == "InvalidParameterValue"
    assert bench.code(operation, RestoreTime=past, **asked) == "InvalidParameterValue"
    bench.ask(operation, RestoreTime=moment, **asked)
    waiter(bench, "DBInstanceAvailable").wait(DBInstanceIdentifier="earlier")
    assert bench.sql("earlier", "select count(*) from ledger") == 70
    assert bench.sql("plain", "select count(*) from ledger") == 0
    bench.ask("DeleteDBInstance", DBInstanceIdentifier="earlier", SkipFinalSnapshot=True)
    bench.until(lambda: "earlier" not in bench.rds.room.lives)


def test_the_latest_restorable_state_has_the_last_row(bench: Bench) -> None:
    bench.rests("plain")
    bench.sql("plain", "insert into rows values (2001)")
    known, written = rows(bench, "plain"), datetime.now(UTC)
    later = timedelta(seconds=1)
    bench.until(lambda: bench.describe("plain")["LatestRestorableTime"] >= written + later)
    window = bench.ask("DescribeDBInstanceAutomatedBackups", DBInstanceIdentifier="plain")
    window = window["DBInstanceAutomatedBackups"][0]["RestoreWindow"]
    assert window["EarliestTime"] < written < window["LatestTime"]
    bench.ask(
        "RestoreDBInstanceToPointInTime",
        SourceDBInstanceIdentifier="plain",
        TargetDBInstanceIdentifier="latest",
        UseLatestRestorableTime=True,
    )
    waiter(bench, "DBInstanceAvailable").wait(DBInstanceIdentifier="latest")
    assert rows(bench, "latest") == known
    bench.ask("DeleteDBInstance", DBInstanceIdentifier="latest", SkipFinalSnapshot=True)
    bench.until(lambda: "latest" not in bench.rds.room.lives)


def test_a_failover_keeps_the_endpoint_and_every_row_and_cuts_connections(bench: Bench) -> None:
    bench.rests("pair")
    bench.until(lambda: bench.live("pair").standby is not None)
    before = bench.describe("pair")
    held = bench.connect("pair")
    acknowledged: list[int] = []

    def write() -> None:
        """Commit row after row, until the connection is cut in the middle of it."""
        with suppress(psycopg.OperationalError), bench.connect("pair") as one:
            for number in range(5001, 9000):
                one.execute("insert into rows values (%s)", (number,))
                acknowledged.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    bench.until(lambda: len(acknowledged) > 20)
    bench.ask("RebootDBInstance", DBInstanceIdentifier="pair", ForceFailover=True)
    assert bench.status("pair") == "rebooting"
    waiter(bench, "DBInstanceAvailable").wait(DBInstanceIdentifier="pair")
    after = bench.describe("pair")
    assert after["Endpoint"] == before["Endpoint"]
    zones = before["AvailabilityZone"], before["SecondaryAvailabilityZone"]
    assert (after["SecondaryAvailabilityZone"], after["AvailabilityZone"]) == zones
    with pytest.raises(psycopg.OperationalError):
        held.execute("select 1")
    held.close()
    writer.join(10)
    assert not writer.is_alive()
    with bench.connect("pair") as one:
        kept = {row[0] for row in one.execute("select n from rows").fetchall()}
    assert acknowledged
    assert not set(acknowledged) - kept
    assert "Multi-AZ instance failover completed" in bench.messages("pair")


def test_a_primary_that_is_killed_is_replaced_by_its_standby(bench: Bench) -> None:
    bench.rests("pair")
    bench.until(lambda: bench.live("pair").standby is not None)
    zone, known = bench.describe("pair")["AvailabilityZone"], rows(bench, "pair")
    server = bench.live("pair").server
    assert server is not None
    server.process.kill()
    server.process.wait()
    bench.until(lambda: bench.describe("pair")["AvailabilityZone"] != zone)
    bench.rests("pair")
    assert rows(bench, "pair") == known
    bench.sql("pair", "insert into rows values (9001)")


def test_a_single_server_that_is_killed_recovers_at_the_same_place(bench: Bench) -> None:
    bench.rests("plain")
    endpoint, known = bench.describe("plain")["Endpoint"], rows(bench, "plain")
    server = bench.live("plain").server
    assert server is not None
    server.process.kill()
    server.process.wait()
    bench.until(lambda: "Recovery of the DB instance is complete." in bench.messages("plain"))
    bench.rests("plain")
    assert bench.describe("plain")["Endpoint"] == endpoint
    assert rows(bench, "plain") == known


def test_failover_is_refused_where_there_is_no_standby(bench: Bench) -> None:
    bench.rests("plain")
    refused = bench.code("RebootDBInstance", DBInstanceIdentifier="plain", ForceFailover=True)
    assert refused == "InvalidParameterCombination"
    assert bench.status("plain") == "available"


def test_a_reboot_restarts_the_server(bench: Bench) -> None:
    bench.rests("plain")
    started = "select pg_postmaster_start_time()"
    before = bench.sql("plain", started)
    answer = bench.ask("RebootDBInstance", DBInstanceIdentifier="plain")
    assert answer["DBInstance"]["DBInstanceStatus"] == "rebooting"
    bench.rests("plain")
    assert bench.sql("plain", started) > before


def test_a_replica_streams_refuses_writes_and_becomes_an_instance_of_its_own(bench: Bench) -> None:
    bench.rests("plain")
    bench.ask(
        "CreateDBInstanceReadReplica",
        DBInstanceIdentifier="copy",
        SourceDBInstanceIdentifier="plain",
    )
    bench.rests("copy")
    assert bench.describe("copy")["ReadReplicaSourceDBInstanceIdentifier"] == "plain"
    assert bench.describe("plain")["ReadReplicaDBInstanceIdentifiers"] == ["copy"]
    bench.sql("plain", "insert into rows values (7001)")
    known = rows(bench, "plain")
    bench.until(lambda: rows(bench, "copy") == known)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        bench.sql("copy", "insert into rows values (7002)")
    bench.until(lambda: "ReplicaLag" in bench.rds.samples().get("copy", {}))
    assert bench.rds.samples()["copy"]["ReplicaLag"] == (0.0, "Seconds")
    assert bench.code("StopDBInstance", DBInstanceIdentifier="plain") == "InvalidDBInstanceState"
    bench.ask("PromoteReadReplica", DBInstanceIdentifier="copy")
    bench.rests("copy")
    bench.sql("copy", "insert into rows values (7002)")
    assert rows(bench, "copy") == known + 1
    assert rows(bench, "plain") == known
    assert bench.code("PromoteReadReplica", DBInstanceIdentifier="copy") == (
        "InvalidDBInstanceState"
    )
    bench.ask(
        "DeleteDBInstance", DBInstanceIdentifier="copy", FinalDBSnapshotIdentifier="copy-final"
    )
    bench.until(lambda: "copy" not in bench.rds.room.lives)
    found = bench.ask("DescribeDBSnapshots", DBSnapshotIdentifier="copy-final")["DBSnapshots"]
    assert [one["Status"] for one in found] == ["available"]
    assert not bench.ask("DescribeDBSnapshots", DBInstanceIdentifier="copy",
                         SnapshotType="automated")["DBSnapshots"]  # fmt: skip


@pytest.fixture
def modest(bench: Bench) -> Iterator[Bench]:
    """`plain` with its class and its password as they were, afterwards."""
    bench.rests("plain")
    yield bench
    bench.rests("plain")
    bench.ask(
        "ModifyDBInstance",
        DBInstanceIdentifier="plain",
        DBInstanceClass="db.t3.medium",
        ApplyImmediately=True,
    )
    bench.rests("plain")


def test_a_class_is_applied_at_once_or_in_the_window(modest: Bench) -> None:
    bench = modest
    limit = "show max_connections"
    assert bench.sql("plain", limit) == "56"
    change: dict[str, Any] = {"DBInstanceIdentifier": "plain", "DBInstanceClass": "db.t3.large"}
    answer = bench.ask("ModifyDBInstance", **change)["DBInstance"]
    assert answer["PendingModifiedValues"] == {"DBInstanceClass": "db.t3.large"}
    assert (answer["DBInstanceClass"], answer["DBInstanceStatus"]) == ("db.t3.medium", "available")
    window = f"{datetime.now(UTC) + timedelta(days=3):%a:%H:%M}-".lower()
    window += f"{datetime.now(UTC) + timedelta(days=3, minutes=40):%a:%H:%M}".lower()
    bench.ask(
        "ModifyDBInstance", DBInstanceIdentifier="plain", PreferredMaintenanceWindow=window,
        PreferredBackupWindow=f"{datetime.now(UTC) + timedelta(hours=6):%H:%M}-"
        f"{datetime.now(UTC) + timedelta(hours=6, minutes=30):%H:%M}",
    )  # fmt: skip
    for _ in range(10):
        bench.rds.tick()
    assert bench.describe("plain")["DBInstanceClass"] == "db.t3.medium"
    bench.clock.ahead = timedelta(days=3, minutes=5)
    bench.until(lambda: bench.describe("plain")["DBInstanceClass"] == "db.t3.large")
    bench.rests("plain")
    bench.clock.ahead = timedelta()
    assert bench.sql("plain", limit) == "112"
    assert bench.describe("plain")["PendingModifiedValues"] == {}
    assert rows(bench, "plain") >= 100


def test_a_password_is_changed_without_the_window_and_open_connections_stay(bench: Bench) -> None:
    bench.rests("plain")
    with bench.connect("plain") as held:
        old = bench.rds.database("plain")
        assert old is not None
        answer = bench.ask(
            "ModifyDBInstance", DBInstanceIdentifier="plain", MasterUserPassword="N3w-password!"
        )
        pending = answer["DBInstance"]["PendingModifiedValues"]
        assert pending == {"MasterUserPassword": "****"}
        bench.until(lambda: bench.status("plain") == "resetting-master-credentials")
        bench.rests("plain")
        assert held.execute("select 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError):
        bench.connect("plain", password=old.password)
    bench.connect("plain", password="N3w-password!").close()
    assert bench.describe("plain")["PendingModifiedValues"] == {}


def test_parameters_are_applied_for_real_each_in_its_way(bench: Bench) -> None:
    bench.rests("plain")

    def change(name: str, value: str, method: str) -> None:
        row = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
        bench.ask(
            "ModifyDBParameterGroup", DBParameterGroupName="plain-parameters", Parameters=[row]
        )

    def applied() -> str:
        return str(bench.describe("plain")["DBParameterGroups"][0]["ParameterApplyStatus"])

    change("log_min_duration_statement", "0", "immediate")
    bench.until(lambda: bench.sql("plain", "show log_min_duration_statement") == "0")
    assert applied() == "in-sync"
    bench.sql("plain", "select 4711 as seen")
    bench.until(lambda: any("4711" in line for _, line in bench.lines))
    assert {name for name, _ in bench.lines} == {"plain"}  # `pair` exports nothing
    change("log_min_duration_statement", "-1", "immediate")
    change("max_connections", "77", "pending-reboot")
    assert applied() == "pending-reboot"
    assert bench.sql("plain", "show max_connections") == "56"
    bench.ask("RebootDBInstance", DBInstanceIdentifier="plain")
    bench.rests("plain")
    assert applied() == "in-sync"
    assert bench.sql("plain", "show max_connections") == "77"
    bench.ask("ResetDBParameterGroup", DBParameterGroupName="plain-parameters",
              ResetAllParameters=True)  # fmt: skip
    bench.ask("RebootDBInstance", DBInstanceIdentifier="plain")
    bench.rests("plain")
    assert bench.sql("plain", "show max_connections") == "56"


def test_parameters_that_no_server_starts_with_are_told_by_the_state(bench: Bench) -> None:
    bench.rests("plain")
    row = {"ParameterName": "max_connections", "ParameterValue": "6",
           "ApplyMethod": "pending-reboot"}  # fmt: skip
    rows_ = [row, {**row, "ParameterName": "rds.rds_superuser_reserved_connections"}]
    group = {"DBParameterGroupName": "plain-parameters"}
    bench.ask("ModifyDBParameterGroup", Parameters=rows_, **group)
    bench.ask("RebootDBInstance", DBInstanceIdentifier="plain")
    bench.until(lambda: bench.status("plain") == "incompatible-parameters")
    bench.ask("ResetDBParameterGroup", ResetAllParameters=True, **group)
    bench.ask("RebootDBInstance", DBInstanceIdentifier="plain")
    bench.rests("plain")
    assert rows(bench, "plain") >= 100


def test_a_stopped_instance_answers_nobody_and_comes_back_with_its_rows(bench: Bench) -> None:
    bench.rests("plain")
    known, endpoint = rows(bench, "plain"), bench.describe("plain")["Endpoint"]
    bench.ask("StopDBInstance", DBInstanceIdentifier="plain")
    assert bench.status("plain") == "stopping"
    bench.until(lambda: bench.status("plain") == "stopped")
    with pytest.raises(psycopg.OperationalError):
        bench.connect("plain")
    assert bench.code("StopDBInstance", DBInstanceIdentifier="plain") == "InvalidDBInstanceState"
    assert "plain" not in bench.rds.samples()
    bench.ask("StartDBInstance", DBInstanceIdentifier="plain")
    assert bench.status("plain") == "starting"
    bench.rests("plain")
    assert (rows(bench, "plain"), bench.describe("plain")["Endpoint"]) == (known, endpoint)


def test_a_new_instance_goes_through_its_states_and_protects_itself(bench: Bench) -> None:
    bench.ask(
        "CreateDBInstance",
        DBInstanceIdentifier="Fresh-One",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="owner",
        MasterUserPassword="a-Good-0ne",
        DBName="shop",
        DeletionProtection=True,
        BackupRetentionPeriod=1,
        Tags=[{"Key": "team", "Value": "one"}],
    )
    seen = [bench.status("fresh-one")]

    def done() -> bool:
        status = bench.status("fresh-one")
        if status != seen[-1]:
            seen.append(status)
        return status == "available"

    bench.until(done)
    assert seen == ["creating", "backing-up", "available"]
    with bench.connect("fresh-one", user="owner", password="a-Good-0ne", dbname="shop") as one:
        one.execute("create table t (n int)")
    name = {"DBInstanceIdentifier": "fresh-one"}
    assert bench.code("DeleteDBInstance", SkipFinalSnapshot=True, **name) == (
        "InvalidParameterCombination"
    )
    bench.ask("ModifyDBInstance", DeletionProtection=False, **name)
    assert bench.describe("fresh-one")["DeletionProtection"] is False


def test_a_full_disk_refuses_writes_until_there_is_more_of_it(bench: Bench) -> None:
    bench.until(lambda: "fresh-one" in bench.rds.room.lives)
    bench.rests("fresh-one")
    bench.sql("fresh-one", "create unlogged table heap (t text storage plain)")
    fill = "insert into heap select repeat('x', 7000) from generate_series(1, 2000)"

    def write_on() -> None:
        with bench.connect("fresh-one") as one:
            for _ in range(60):
                one.execute(fill.encode())
                bench.rds.tick()
                time.sleep(0.1)  # the disk is looked at a few times a second

    with pytest.raises(psycopg.Error):
        write_on()
    bench.until(lambda: bench.status("fresh-one") == "storage-full")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        bench.sql("fresh-one", fill)
    assert bench.sql("fresh-one", "select count(*) > 0 from heap") is True
    # The log shrinks after the cut, so a little may be free again; of 20 GiB, at most 2.
    bench.until(lambda: bench.rds.samples()["fresh-one"]["FreeStorageSpace"][0] < 2 * 1024**3)
    name = {"DBInstanceIdentifier": "fresh-one"}
    refused = bench.code("ModifyDBInstance", DBInstanceClass="db.t3.small", **name)
    assert refused == "InvalidDBInstanceState"
    bench.ask("ModifyDBInstance", AllocatedStorage=60, ApplyImmediately=True, **name)
    bench.until(lambda: bench.status("fresh-one") == "storage-optimization")
    bench.until(lambda: bench.status("fresh-one") == "available")
    bench.sql("fresh-one", "insert into t values (1)")
    again = bench.code("ModifyDBInstance", AllocatedStorage=80, **name)
    assert again == "InvalidParameterCombination"
    bench.ask("DeleteDBInstance", SkipFinalSnapshot=True, **name)
    bench.until(lambda: "fresh-one" not in bench.rds.room.lives)


def test_the_nightly_backup_is_made_in_its_window_and_old_ones_go(bench: Bench) -> None:
    bench.rests("pair")

    def automated() -> dict[str, datetime]:
        found = bench.ask(
            "DescribeDBSnapshots", DBInstanceIdentifier="pair", SnapshotType="automated"
        )
        return {
            one["DBSnapshotIdentifier"]: one["OriginalSnapshotCreateTime"]
            for one in found["DBSnapshots"]
        }

    first = automated()
    now = bench.clock()
    # Tests that move the clock leave copies of days to come, when they run in such a window.
    night = (max(now, *first.values()) + timedelta(days=1)).replace(hour=3, minute=10)
    bench.clock.ahead = night - now
    try:
        bench.until(lambda: automated().keys() - first.keys())
        bench.rests("pair")
        bench.clock.ahead += timedelta(days=8)
        bench.until(lambda: not first.keys() & automated().keys())
        bench.rests("pair")
    finally:
        bench.clock.ahead = timedelta()
    assert automated()


def test_connections_are_limited_and_counted(bench: Bench) -> None:
    bench.rests("pair")
    bench.sql("pair", "create role guest login password 'guest'")
    bench.sql("pair", "grant connect on database app to guest")
    held: list[psycopg.Connection[Any]] = []

    def one_more() -> None:
        held.append(bench.connect("pair", user="guest", password="guest"))

    def many() -> None:
        for _ in range(60):
            one_more()

    try:
        with pytest.raises(psycopg.OperationalError, match="remaining connection slots"):
            many()
        assert 45 <= len(held) <= 51
        bench.until(lambda: bench.rds.samples()["pair"]["DatabaseConnections"][0] == len(held))
    finally:
        for one in held:
            one.close()


def test_log_files_are_listed_and_read_in_portions(bench: Bench) -> None:
    bench.rests("plain")
    with pytest.raises(psycopg.errors.UndefinedTable):
        bench.sql("plain", "select * from no_such_table_anywhere")
    files = bench.ask("DescribeDBLogFiles", DBInstanceIdentifier="plain")["DescribeDBLogFiles"]
    name = files[-1]["LogFileName"]
    assert name.startswith("error/postgresql.log.")
    asked = {"DBInstanceIdentifier": "plain", "LogFileName": name}

    def tail() -> str:
        found = bench.ask("DownloadDBLogFilePortion", NumberOfLines=20, **asked)
        return str(found["LogFileData"])

    bench.until(lambda: "no_such_table_anywhere" in tail())
    whole, marker, pending = "", "0", True
    while pending:
        part = bench.ask("DownloadDBLogFilePortion", Marker=marker, NumberOfLines=25, **asked)
        whole, marker = whole + part["LogFileData"], part["Marker"]
        pending = part["AdditionalDataPending"]
    assert "no_such_table_anywhere" in whole
    assert len(whole) == len(set(whole.splitlines())) or whole.count("no_such_table") >= 1
    assert bench.code("DownloadDBLogFilePortion", DBInstanceIdentifier="plain",
                      LogFileName="error/nothing") == "DBLogFileNotFoundFault"  # fmt: skip


def test_what_is_measured_has_amazons_names_and_units(bench: Bench) -> None:
    bench.rests("plain")
    bench.until(lambda: "CPUUtilization" in bench.rds.samples().get("plain", {}))
    seen = bench.rds.samples()["plain"]
    units = {name: unit for name, (_, unit) in seen.items()}
    assert units == {
        "CPUUtilization": "Percent",
        "DatabaseConnections": "Count",
        "FreeStorageSpace": "Bytes",
        "FreeableMemory": "Bytes",
        "ReadIOPS": "Count/Second",
        "WriteIOPS": "Count/Second",
        "ReadLatency": "Seconds",
        "WriteLatency": "Seconds",
    }
    assert 0 < seen["FreeStorageSpace"][0] < 100 * 1024**3
    assert 0 < seen["FreeableMemory"][0] <= 4 * 1024**3
