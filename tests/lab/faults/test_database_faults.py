"""Each fault of the database is felt through the runbooks' own commands, and gone when cleared."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.lab.faults.asking import (
    client,
    database_url,
    eventually,
    folder,
    get,
    happened,
    instance,
    lines,
    metric,
    psql,
)
from tests.lab.faults.conftest import LabOf, failed_share, steady
from tests.lab.running_lab import RunningLab, lab_environment

pytestmark = [pytest.mark.lab, pytest.mark.soak]

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted;"
IDLE = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction';"
ALL = "SELECT count(*) FROM pg_stat_activity;"


def inject(lab: RunningLab, name: str, **given: object) -> Any:
    """Inject a fault; what it said, and when it was."""
    began = datetime.now(UTC)
    return lab.control("POST", f"/faults/{name}", given), began


def clear(lab: RunningLab, name: str, steadily: bool = True) -> None:
    assert lab.control("DELETE", f"/faults/{name}")["cleared"] is True
    if steadily:
        steady(lab)


# --- Conflicto: locks, and what is wrong with rows ---------------------------------------------


def test_a_lock_shows_in_pg_locks_and_fails_users(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    url = database_url(lab)
    told, _ = inject(lab, "lock", table="sessions")
    eventually(lambda: int(psql(lab, WAITING, url)) >= 2)
    held = psql(
        lab,
        f"select mode from pg_locks where granted and pid = {told['pid']} and relation > 0",
        url,
    )
    assert "AccessExclusiveLock" in held
    before = lab.status()["traffic"].get("2xx", 0)
    time.sleep(1.5)
    assert lab.status()["traffic"].get("2xx", 0) - before < 5  # where thirty are asked for
    # What a person would do about it mends it, and the fault is then nothing to clear.
    psql(lab, f"select pg_terminate_backend({told['pid']})", url)
    clear(lab, "lock")
    assert psql(lab, WAITING, url) == "0"


def test_idle_in_transaction_is_counted(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    url = database_url(lab)
    told, _ = inject(lab, "idle-in-transaction", sessions=4, table="responses")
    assert int(psql(lab, IDLE, url)) >= 4
    assert len(set(told["pids"])) == 4
    eventually(lambda: int(psql(lab, WAITING, url)) >= 1)  # those who write
    clear(lab, "idle-in-transaction")
    eventually(lambda: int(psql(lab, IDLE, url)) == 0)


def validate(lab: RunningLab, url: str) -> tuple[int, str]:
    """`poetry run python scripts/validate_data.py`, in the folder backend/."""
    done = subprocess.run(
        [sys.executable, "scripts/validate_data.py"],
        cwd=folder(lab) / "backend",
        env=lab_environment({"DATABASE_URL": url}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


def test_lost_rows_are_found_and_come_back(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    url = database_url(lab)
    count = "select count(*) from responses where poll_id in (select id from polls where id > 24)"
    before = int(psql(lab, count, url))
    told, _ = inject(lab, "data-loss", table="responses", percent=60)
    assert told["deleted"] > 0
    assert int(psql(lab, count, url)) < before
    code, said = validate(lab, url)
    assert code == 1
    assert "polls.response_count is wrong" in said
    # Every server is well: only the data tells.
    assert lab.status()["healthy"]
    assert get(lab, "/api/v1/health/ready")[0] == 200
    assert instance(lab)["DBInstanceStatus"] == "available"
    clear(lab, "data-loss")
    assert validate(lab, url)[0] == 0
    assert int(psql(lab, count, url)) == before


def test_damaged_rows_are_found_and_mended(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    url = database_url(lab)
    told, _ = inject(lab, "database-corruption", table="polls")
    assert told["damaged"] == {"polls": ["response_count"]}
    code, said = validate(lab, url)
    assert code == 1
    assert "polls.response_count is wrong" in said
    clear(lab, "database-corruption")
    assert validate(lab, url)[0] == 0


def test_a_damaged_page_is_said_by_the_database_and_put_back(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    url = database_url(lab)
    count = "select count(*) from poll_options"
    before = psql(lab, count, url)
    told, began = inject(lab, "database-corruption", how="page", table="poll_options")
    assert told["block"] == 0
    with pytest.raises(AssertionError, match="invalid page in block 0"):
        psql(lab, count, url)
    eventually(lambda: failed_share(lab) > 0)
    group = "/ecs/conflicto-backend-prod"
    eventually(lambda: lines(lab, group, "Exception", began) or lines(lab, group, "ERROR", began))
    group = "/aws/rds/instance/conflicto-prod/postgresql"
    eventually(lambda: lines(lab, group, '"invalid page in block 0"', began))
    clear(lab, "database-corruption")
    assert psql(lab, count, url) == before


def test_a_stopped_database_is_seen_and_started_again(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    _, began = inject(lab, "database-down")
    eventually(lambda: instance(lab)["DBInstanceStatus"] in ("stopping", "stopped"))
    eventually(lambda: get(lab, "/api/v1/health/ready")[0] == 503)
    eventually(lambda: failed_share(lab) > 0.5)
    eventually(lambda: "DB instance stopped" in happened(lab, began))
    assert lines(lab, "/ecs/conflicto-backend-prod", "ERROR", began)
    clear(lab, "database-down")
    assert instance(lab)["DBInstanceStatus"] == "available"


def test_a_killed_database_is_recovered_by_rds(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    _, began = inject(lab, "database-down", how="kill")
    eventually(lambda: instance(lab)["DBInstanceStatus"] == "rebooting")
    eventually(lambda: "Recovery of the DB instance is complete." in happened(lab, began))
    clear(lab, "database-down")


# --- Arbor: the pool, slow queries, failover ---------------------------------------------------


def test_an_exhausted_pool_is_in_the_log_and_in_pg_stat_activity(lab_of: LabOf) -> None:
    lab = lab_of("arbor")
    url = database_url(lab)
    _, began = inject(lab, "pool-exhausted")
    group = "/ecs/arbor-production/backend"
    eventually(lambda: lines(lab, group, '"Connection pool exhausted"', began))
    # Two tasks with five connections each, all of them in the hands of a request.
    busy = "select count(*) from pg_stat_activity where application_name = 'arbor-backend'"
    assert int(psql(lab, f"{busy} and state = 'active' and wait_event_type = 'Lock'", url)) >= 10
    assert int(psql(lab, ALL, url)) > 10
    eventually(lambda: failed_share(lab, 0.2) > 0)
    clear(lab, "pool-exhausted")
    assert psql(lab, WAITING, url) == "0"


def test_slow_queries_stand_first_and_are_logged(lab_of: LabOf) -> None:
    lab = lab_of("arbor")
    url = database_url(lab)
    group, parameters = "arbor-production-params", "log_min_duration_statement"
    client(lab, "rds").modify_db_parameter_group(
        DBParameterGroupName=group,
        Parameters=[
            {"ParameterName": parameters, "ParameterValue": "1000", "ApplyMethod": "immediate"}
        ],
    )
    _, began = inject(lab, "slow-query", seconds=1.5)
    long = (
        "select pid, now() - query_start as duration from pg_stat_activity where state = 'active'"
    )
    long += " and query like '%md5%' and application_name = 'reporting' ORDER BY duration DESC"
    eventually(lambda: psql(lab, long, url))
    log = "/aws/rds/instance/arbor-production-db/postgresql"
    eventually(lambda: any("md5" in line for line in lines(lab, log, "duration", began)))
    first = "SELECT query FROM pg_stat_statements ORDER BY mean_exec_time DESC LIMIT 10;"
    assert "max(md5(" in psql(lab, first, url)
    eventually(lambda: (metric(lab, "CPUUtilization", began) or 0) > 80)
    clear(lab, "slow-query")
    assert psql(lab, long, url) == ""


def test_the_primary_dies_and_the_standby_takes_over(lab_of: LabOf) -> None:
    lab = lab_of("arbor")
    fails_over(lab, "/api/v1/health", "/ecs/arbor-production/backend")
    clear(lab, "database-failover")


def test_a_failover_is_seen_in_the_detailed_health(lab_of: LabOf) -> None:
    lab = lab_of("revenue-context")
    fails_over(lab, "/health/detailed", "/ecs/production/api")
    clear(lab, "database-failover")


def fails_over(lab: RunningLab, health: str, log: str) -> None:
    before = instance(lab)
    eventually(lambda: failover(lab))
    began = datetime.now(UTC)
    eventually(lambda: get(lab, health)[0] == 503)
    eventually(lambda: "Multi-AZ instance failover started." in happened(lab, began))
    eventually(lambda: "Multi-AZ instance failover completed" in happened(lab, began))
    client(lab, "rds").get_waiter("db_instance_available").wait(
        DBInstanceIdentifier=before["DBInstanceIdentifier"],
        WaiterConfig={"Delay": 1, "MaxAttempts": 60},
    )
    assert instance(lab)["AvailabilityZone"] != before["AvailabilityZone"]
    eventually(lambda: lines(lab, log, "ERROR", began))
    eventually(lambda: get(lab, health)[0] == 200)


def failover(lab: RunningLab) -> bool:
    """Have it injected as soon as there is a standby."""
    try:
        inject(lab, "database-failover")
    except OSError:
        return False
    return True


# --- Sleek Coach: connections, storage, an index -----------------------------------------------


def test_too_many_connections_leave_none_for_the_application(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    url = database_url(lab)
    told, began = inject(lab, "too-many-connections")
    limit = int(told["max_connections"])
    eventually(lambda: refused(lab, url))
    eventually(lambda: (metric(lab, "DatabaseConnections", began) or 0) >= limit - 4)
    eventually(lambda: failed_share(lab) > 0.5)
    log = "/aws/rds/instance/conflicto-prod/postgresql"
    assert lines(lab, log, '"connection slots"', began)
    clear(lab, "too-many-connections")
    assert int(psql(lab, ALL, url)) < limit / 2


def refused(lab: RunningLab, url: str) -> bool:
    try:
        psql(lab, ALL, url)
    except AssertionError as error:
        return "remaining connection slots" in str(error) or "too many clients" in str(error)
    return False


def test_a_full_disk_stops_writing_and_a_dropped_export_gives_it_back(lab_of: LabOf) -> None:
    lab = lab_of("sleek-coach")
    url = database_url(lab)
    least = metric(lab, "FreeStorageSpace", began := datetime.now(UTC), "Minimum")
    _, began = inject(lab, "disk-low")
    eventually(lambda: (metric(lab, "FreeStorageSpace", began, "Minimum") or 1e18) < 6 * 1024**3)
    assert instance(lab)["DBInstanceStatus"] == "available"
    assert least is None or least > 90 * 1024**3
    clear(lab, "disk-low")
    _, began = inject(lab, "disk-low", percent=100)
    eventually(lambda: instance(lab)["DBInstanceStatus"] == "storage-full")
    assert any("storage" in message and "exhausted" in message for message in happened(lab, began))
    with pytest.raises(AssertionError, match="read-only transaction"):
        psql(lab, "insert into check_ins (member_id, weight_kg, energy) values (1, 80, 5)", url)
    eventually(lambda: failed_share(lab) > 0)
    clear(lab, "disk-low")
    eventually(lambda: instance(lab)["DBInstanceStatus"] == "available")


@pytest.mark.parametrize("system", ["sleek-coach", "contractorlens"])
def test_without_its_index_a_query_is_slow(lab_of: LabOf, system: str) -> None:
    lab = lab_of(system)
    url = database_url(lab)
    indexes = "SELECT count(*) FROM pg_stat_user_indexes"
    before = psql(lab, indexes, url)
    told, began = inject(lab, "missing-index")
    assert int(psql(lab, indexes, url)) == int(before) - 1
    slowest = "SELECT query FROM pg_stat_statements WHERE calls > 20 ORDER BY max_exec_time DESC"
    eventually(lambda: told["table"] in psql(lab, f"{slowest} LIMIT 5", url))
    scans = f"select seq_scan from pg_stat_user_tables where relname = '{told['table']}'"
    first = int(psql(lab, scans, url))
    eventually(lambda: int(psql(lab, scans, url)) > first + 5)
    eventually(lambda: (metric(lab, "CPUUtilization", began) or 0) > 50)
    clear(lab, "missing-index")
    assert psql(lab, indexes, url) == before


def test_a_replica_that_applies_nothing_lags(lab_of: LabOf) -> None:
    lab = lab_of("sleek-coach")
    rds = client(lab, "rds")
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="sleek-coach-read", SourceDBInstanceIdentifier="sleek-coach-prod"
    )
    try:
        eventually(lambda: instance(lab, "sleek-coach-read")["DBInstanceStatus"] == "available", 90)
        _, began = inject(lab, "replica-lag")
        eventually(lambda: (replica_lag(lab, began) or 0) > 3)
        clear(lab, "replica-lag")
        cleared = datetime.now(UTC)
        eventually(lambda: replica_lag(lab, cleared, "Minimum") in (0.0, None))
    finally:
        rds.delete_db_instance(DBInstanceIdentifier="sleek-coach-read", SkipFinalSnapshot=True)


def replica_lag(lab: RunningLab, since: datetime, statistic: str = "Maximum") -> float | None:
    found = client(lab, "cloudwatch").get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName="ReplicaLag",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": "sleek-coach-read"}],
        StartTime=since,
        EndTime=datetime.now(UTC),
        Period=1,
        Statistics=[statistic],
    )["Datapoints"]
    values = [float(point[statistic]) for point in found]
    return None if not values else (max(values) if statistic == "Maximum" else min(values))
