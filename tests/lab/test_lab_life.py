"""A lab's life: up, down, killed, swept; and what it refuses."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from tests.lab.running_lab import LAB, RunningLab, eventually, lab_environment, start_lab

pytestmark = pytest.mark.lab


def processes(lab: RunningLab) -> list[psutil.Process]:
    """Those that the lab names and that are still there: PostgreSQL's workers come and go."""
    found = []
    for pid in lab.status()["pids"]:
        with suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(int(pid)))
    return found


def all_gone(family: list[psutil.Process]) -> bool:
    return not any(
        member.is_running() and member.status() != psutil.STATUS_ZOMBIE for member in family
    )


def up(state: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LAB, "up", "sleek-coach", "--state", str(state), *options],
        env=lab_environment(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_down_leaves_nothing(tmp_path: Path) -> None:
    lab = start_lab(tmp_path)
    family = processes(lab)
    assert len(family) > 4
    assert lab.state.joinpath("lab.json").exists()
    down = subprocess.run([*LAB, "down", "--state", str(tmp_path)], timeout=30, check=True)
    assert down.returncode == 0
    lab.process.communicate(timeout=5)
    assert lab.process.returncode == 0
    assert all_gone(family)
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {"lab.log", "lock"}


def test_kill_takes_the_children_along_and_the_next_up_sweeps(tmp_path: Path) -> None:
    lab = start_lab(tmp_path)
    family = processes(lab)
    lab.process.kill()
    lab.process.communicate()
    if sys.platform == "linux":
        eventually(lambda: all_gone(family), 5)
    # A leftover that the kernel did not take, as on systems without a parent-death signal.
    stray = subprocess.Popen(["sleep", "300"], start_new_session=True)
    start = psutil.Process(stray.pid).create_time()
    # And one whose number was given to another since.
    left = [[stray.pid, "task", start], [os.getpid(), "task", 12345.0]]
    (tmp_path / "processes.json").write_text(json.dumps(left))
    again = start_lab(tmp_path)
    assert stray.wait(5) == -signal.SIGKILL
    assert again.stop() == 0


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    command = [*LAB, "up", "sleek-coach", "--state", str(tmp_path), "--factor", "60"]
    script = (
        "import subprocess, sys, time; "
        "p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE); "
        "p.stdout.readline(); print(p.pid, flush=True); time.sleep(300)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, *command, "--die-with-parent"],
        env=lab_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    lab = psutil.Process(int(parent.stdout.readline()))
    family = [lab, *lab.children(recursive=True)]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    eventually(lambda: all_gone(family), 10)
    assert not (tmp_path / "lab.json").exists()


def test_a_second_lab_on_the_folder_is_refused(shared_lab: RunningLab) -> None:
    done = up(shared_lab.state)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert str(shared_lab.contract["pid"]) in done.stderr
    assert shared_lab.state.joinpath("lab.json").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLE"),
        ("AWS_PROFILE", "prod"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/token"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/0"),
    ],
)
def test_real_credentials_are_refused(tmp_path: Path, name: str, value: str) -> None:
    done = up(tmp_path, **{name: value})
    assert done.returncode == 4
    assert name in done.stderr
    assert value not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_credential_reaches_a_child(shared_lab: RunningLab) -> None:
    for pid, name in shared_lab.status()["pids"].items():
        if name.startswith("task"):
            environment = psutil.Process(int(pid)).environ()
            given = {key: value for key, value in environment.items() if key.startswith("AWS_")}
            # None of the caller's; a task has its role's, which the lab made up, and the lab's API.
            assert given.pop("AWS_ACCESS_KEY_ID", "ASIA").startswith("ASIA")
            assert given.pop("AWS_ENDPOINT_URL", "http://127.").startswith("http://127.")
            assert given.keys() <= {"AWS_SECRET_ACCESS_KEY", "AWS_REGION"}


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = up(tmp_path, "--aws-port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"lab: port {port} is taken\n"


def test_a_folder_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = up(tmp_path / "file" / "below")
    assert done.returncode == 1
    assert done.stderr.startswith("lab: cannot use ")
    assert done.stderr.count("\n") == 1


def test_wrong_usage(tmp_path: Path) -> None:
    command = [*LAB, "up", "no-such", "--state", str(tmp_path)]
    done = subprocess.run(command, env=lab_environment(), capture_output=True, check=False)
    assert done.returncode == 2
    assert b"sleek-coach" in done.stderr


def test_no_lab_no_status(tmp_path: Path) -> None:
    for words in (["status"], ["down"], ["fault", "list"], ["fault", "inject", "bad-deployment"]):
        command = [*LAB, *words, "--state", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 5
        assert done.stderr == f"lab: no lab is up on {tmp_path}\n"


def test_everything_listens_on_loopback_only(lab: RunningLab) -> None:
    seen = 0
    for process in processes(lab):
        with suppress(psutil.NoSuchProcess):
            for connection in process.net_connections(kind="inet"):
                seen += 1
                assert connection.laddr.ip.startswith("127."), (process.name(), connection)
                if connection.raddr:
                    assert connection.raddr.ip.startswith("127."), (process.name(), connection)
    assert seen > 5


def test_names_can_be_others(tmp_path: Path) -> None:
    renames = ("--rename", "sleek-coach-prod=other-cluster", "--rename", "sleek-coach-api=shop")
    families = ("--foreign-families", "shop-batch:3")
    lab = start_lab(tmp_path, *renames, *families, "--desired-count", "1", "--revision", "3")
    system = lab.contract["system"]
    assert (system["cluster"], system["service"]) == ("other-cluster", "shop")
    assert system["load_balancer"].startswith("app/shop/")
    ecs = lab.client("ecs")
    found = ecs.describe_services(cluster="other-cluster", services=["shop"])["services"][0]
    assert found["runningCount"] == 1
    assert found["taskDefinition"].endswith("task-definition/shop:3")
    families_there = set(ecs.list_task_definition_families()["families"])
    assert {"shop", "shop-worker", "shop-batch"} <= families_there
    groups = lab.client("logs").describe_log_groups()["logGroups"]
    named = [group["logGroupName"] for group in groups]
    assert named == ["/aws/rds/instance/other-cluster/postgresql", "/ecs/shop"]
    rds = lab.client("rds").describe_db_instances(DBInstanceIdentifier="other-cluster")
    assert rds["DBInstances"][0]["DBInstanceStatus"] == "available"
    assert lab.stop() == 0


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for how in ((), ("--detach",)):
        done = up(tmp_path / "file" / "state", *how)
        assert done.returncode == 1
        assert done.stderr == f"lab: cannot use {tmp_path / 'file' / 'state'}: Not a directory\n"
