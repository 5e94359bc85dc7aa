"""Each fault of a release is felt through the runbooks' own commands, and gone when cleared."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.lab.faults.asking import (
    client,
    database_url,
    eventually,
    folder,
    lines,
    psql,
    secret,
)
from tests.lab.faults.conftest import LabOf, failed_share, steady
from tests.lab.running_lab import RunningLab, lab_environment

pytestmark = [pytest.mark.lab, pytest.mark.soak]

WAITING = "SELECT * FROM pg_locks WHERE NOT granted;"
LOGS = {
    "conflicto": "/ecs/conflicto-backend-prod",
    "contractorlens": "/ecs/contractorlens",
    "arbor": "/ecs/arbor-production/backend",
    "sleek-coach": "/ecs/sleek-coach-api",
    "revenue-context": "/ecs/production/api",
}
EVERY = ("conflicto", "contractorlens", "arbor", "sleek-coach", "revenue-context")


def inject(lab: RunningLab, name: str, **given: object) -> Any:
    """Inject a fault; what it said, and when it was."""
    began = datetime.now(UTC)
    return lab.control("POST", f"/faults/{name}", given), began


def clear(lab: RunningLab, name: str) -> None:
    assert lab.control("DELETE", f"/faults/{name}")["cleared"] is True
    steady(lab)


def service(lab: RunningLab) -> dict[str, Any]:
    """`aws ecs describe-services`: the system's first."""
    system = lab.contract["system"]
    found: dict[str, Any] = client(lab, "ecs").describe_services(
        cluster=system["cluster"], services=[system["service"]]
    )["services"][0]
    return found


def described(lab: RunningLab, arn: str) -> dict[str, Any]:
    """`aws ecs describe-tasks`."""
    cluster = lab.contract["system"]["cluster"]
    found: dict[str, Any] = client(lab, "ecs").describe_tasks(cluster=cluster, tasks=[arn])[
        "tasks"
    ][0]
    return found


def current(lab: RunningLab, url: str) -> str:
    """`poetry run alembic current`, in the folder backend/."""
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "current"],
        cwd=folder(lab) / "backend",
        env=lab_environment({"DATABASE_URL": url}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("system", EVERY)
def test_a_deployment_that_never_starts_is_stopped_by_the_breaker(
    lab_of: LabOf, system: str
) -> None:
    lab = lab_of(system)
    before = service(lab)["taskDefinition"]
    told, began = inject(lab, "failed-deployment")
    eventually(lambda: service(lab)["deployments"][0]["rolloutState"] == "FAILED")
    assert service(lab)["taskDefinition"] == told["taskDefinition"] != before
    assert service(lab)["deployments"][0]["failedTasks"] >= 3
    assert any("deployment failed" in one["message"] for one in service(lab)["events"])
    assert lines(lab, LOGS[system], '"No module named"', began)
    cluster = lab.contract["system"]["cluster"]
    stopped = client(lab, "ecs").list_tasks(
        cluster=cluster,
        family=told["taskDefinition"].split("/")[1].split(":")[0],
        desiredStatus="STOPPED",
    )["taskArns"]
    codes = [described(lab, arn)["containers"][0].get("exitCode") for arn in stopped]
    assert 1 in codes
    assert failed_share(lab) == 0.0  # those that ran before go on
    clear(lab, "failed-deployment")
    assert service(lab)["taskDefinition"] == before


def test_a_stuck_migration_blocks_everybody_behind_it(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    url = database_url(lab)
    revision = current(lab, url)
    told, _ = inject(lab, "stuck-migration", table="sessions")
    eventually(lambda: "AccessExclusiveLock" in psql(lab, WAITING, url))
    assert described(lab, told["task"])["lastStatus"] == "RUNNING"
    assert current(lab, url) == revision
    eventually(lambda: psql(lab, WAITING, url).count("AccessShareLock") >= 2)  # users, behind it
    clear(lab, "stuck-migration")
    assert psql(lab, WAITING, url) == ""
    assert current(lab, url) == revision
    assert described(lab, told["task"])["lastStatus"] == "STOPPED"


def test_a_migration_goes_through_when_its_blocker_is_ended(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    url = database_url(lab)
    revision = psql(lab, "select version_num from alembic_version", url)
    told, _ = inject(lab, "stuck-migration", table="polls")
    eventually(lambda: "AccessExclusiveLock" in psql(lab, WAITING, url))
    psql(lab, f"select pg_terminate_backend({told['blocker']})", url)
    eventually(lambda: described(lab, told["task"])["lastStatus"] == "STOPPED")
    assert described(lab, told["task"])["containers"][0]["exitCode"] == 0
    assert psql(lab, "select version_num from alembic_version", url) == f"{revision}_next"
    clear(lab, "stuck-migration")
    assert psql(lab, "select version_num from alembic_version", url) == revision


def test_a_failed_migration_leaves_half_of_it(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    url = database_url(lab)
    revision = current(lab, url)
    told, began = inject(lab, "failed-migration", table="polls")
    eventually(lambda: described(lab, told["task"])["lastStatus"] == "STOPPED")
    assert described(lab, told["task"])["containers"][0]["exitCode"] == 1
    eventually(lambda: lines(lab, LOGS["conflicto"], '"migration failed"', began))
    assert current(lab, url) == revision
    broken = "select count(*) from pg_index where not indisvalid"
    columns = "select count(*) from information_schema.columns where column_name = 'import_batch'"
    assert (psql(lab, broken, url), psql(lab, columns, url)) == ("1", "1")
    clear(lab, "failed-migration")
    assert (psql(lab, broken, url), psql(lab, columns, url)) == ("0", "0")
    assert current(lab, url) == revision


@pytest.mark.parametrize("system", EVERY)
def test_a_secret_rotated_alone_keeps_new_tasks_out(lab_of: LabOf, system: str) -> None:
    lab = lab_of(system)
    before = secret(lab)
    _, began = inject(lab, "secret-rotated-wrongly")
    assert secret(lab) != before
    eventually(lambda: lines(lab, LOGS[system], '"password authentication failed"', began))
    eventually(lambda: failed_share(lab) > 0)
    with pytest.raises(AssertionError, match="password authentication failed"):
        psql(lab, "select 1", database_url(lab))
    clear(lab, "secret-rotated-wrongly")
    assert secret(lab) == before
    assert psql(lab, "select 1", database_url(lab)) == "1"


def test_a_secret_that_the_database_was_given_too_stays(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    before = secret(lab)
    inject(lab, "secret-rotated-wrongly")
    new = secret(lab)
    rds = client(lab, "rds")
    rds.modify_db_instance(
        DBInstanceIdentifier="conflicto-prod", MasterUserPassword=new, ApplyImmediately=True
    )
    eventually(lambda: let_in(lab, new))
    client(lab, "ecs").update_service(
        cluster="conflicto-prod-cluster", service="conflicto-prod-svc", forceNewDeployment=True
    )
    clear(lab, "secret-rotated-wrongly")
    assert secret(lab) == new != before


def let_in(lab: RunningLab, password: str) -> bool:
    try:
        return psql(lab, "select 1", database_url(lab, password)) == "1"
    except AssertionError:
        return False


@pytest.mark.parametrize(
    ("system", "pattern"),
    [
        ("conflicto", '"authentication failed"'),
        ("contractorlens", '"authentication failed"'),
        ("sleek-coach", '"login failed"'),
        ("arbor", "{ $.status = 401 }"),
    ],
)
def test_guesses_at_the_application_are_in_its_log(
    lab_of: LabOf, system: str, pattern: str
) -> None:
    lab = lab_of(system)
    _, began = inject(lab, "authentication-failure-burst", rate=60)
    eventually(lambda: len(lines(lab, LOGS[system], pattern, began)) > 100)
    assert failed_share(lab) == 0.0
    clear(lab, "authentication-failure-burst")
    since = datetime.now(UTC)
    assert lines(lab, LOGS[system], pattern, since) == []


def test_guesses_at_the_database_are_in_the_databases_log(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    _, began = inject(lab, "authentication-failure-burst", where="database", rate=40)
    group = "/aws/rds/instance/conflicto-prod/postgresql"
    pattern = '"password authentication failed"'
    eventually(lambda: len(lines(lab, group, pattern, began)) > 20)
    assert psql(lab, "select 1", database_url(lab)) == "1"
    clear(lab, "authentication-failure-burst")
