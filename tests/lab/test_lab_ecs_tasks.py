"""Services made and deleted, tasks run alone, commands in a task: what the API says and does."""

import http.client
import json
import os
import select
import struct
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from tests.lab.running_lab import RunningLab, eventually
from tests.lab.test_lab_ecs import CLUSTER, SERVICE, failure

pytestmark = pytest.mark.lab


@pytest.fixture
def network(lab: RunningLab) -> dict[str, Any]:
    subnet = lab.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    return {"awsvpcConfiguration": {"subnets": [subnet]}}


def one_service(ecs: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = ecs.describe_services(cluster=CLUSTER, services=[name])["services"][0]
    return found


def test_a_service_lives_from_create_to_inactive(ecs: Any, network: dict[str, Any]) -> None:
    given = {"cluster": CLUSTER, "serviceName": "web-2", "taskDefinition": f"{SERVICE}:10"}
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
    assert failure(ecs.create_service, **given, desiredCount=1) == "InvalidParameterException"
    made = ecs.create_service(**given, desiredCount=1, networkConfiguration=network)["service"]
    assert (made["status"], made["desiredCount"], made["loadBalancers"]) == ("ACTIVE", 1, [])
    again = {**given, "desiredCount": 1, "networkConfiguration": network}
    assert failure(ecs.create_service, **again) == "InvalidParameterException"
    eventually(lambda: one_service(ecs, "web-2")["runningCount"] == 1)
    assert made["serviceArn"] in ecs.list_services(cluster=CLUSTER)["serviceArns"]
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
    scaled = {"cluster": CLUSTER, "service": "web-2"}
    assert failure(ecs.delete_service, **scaled) == "InvalidParameterException"
    gone = ecs.delete_service(**scaled, force=True)["service"]
    assert gone["status"] == "DRAINING"
    eventually(lambda: one_service(ecs, "web-2")["status"] == "INACTIVE")
    assert failure(ecs.update_service, **scaled, desiredCount=1) == "ServiceNotActiveException"


def test_a_task_runs_alone_to_its_exit_code(ecs: Any, network: dict[str, Any]) -> None:
    given: dict[str, Any] = {"cluster": CLUSTER, "taskDefinition": SERVICE}
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    assert failure(ecs.run_task, **given) == "InvalidParameterException"
    given["networkConfiguration"] = network
    other = {"containerOverrides": [{"name": "nobody", "command": ["x"]}]}
    assert failure(ecs.run_task, **given, overrides=other) == "InvalidParameterException"
    assert failure(ecs.run_task, **given, count=11) == "InvalidParameterException"
    # A variable that makes the application stop at its start.
    broken = {
        "containerOverrides": [
            {"name": "api", "environment": [{"name": "PYTHONHASHSEED", "value": "none"}]}
        ]
    }
    ran = ecs.run_task(**given, overrides=broken, startedBy="test")["tasks"][0]
    assert (ran["lastStatus"], ran["group"]) == ("PENDING", f"family:{SERVICE}")

    def stopped() -> dict[str, Any] | None:
        found = ecs.describe_tasks(cluster=CLUSTER, tasks=[ran["taskArn"]])["tasks"][0]
        return found if found["lastStatus"] == "STOPPED" else None

    ended = eventually(stopped)
    assert ended["stopCode"] == "EssentialContainerExited"
    assert ended["containers"][0]["exitCode"] == 1
    assert ended["overrides"]["containerOverrides"] == broken["containerOverrides"]
    listed = ecs.list_tasks(cluster=CLUSTER, startedBy="test", desiredStatus="STOPPED")
    assert listed["taskArns"] == [ran["taskArn"]]


def test_a_command_runs_with_the_task_s_variables(ecs: Any) -> None:
    task = ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"][0]
    given = {"cluster": CLUSTER, "task": task, "container": "api"}
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
    refused = failure(ecs.execute_command, **given, interactive=False, command="true")
    assert refused == "InvalidParameterException"
    command = "echo $DB_NAME; cat; ls /nowhere; exit 7"
    session = ecs.execute_command(**given, interactive=True, command=command)["session"]
    output, errors, code = joined(session, b"from stdin")
    assert output == b"sleekcoach\nfrom stdin"
    assert b"/nowhere" in errors
    assert code == 7
    with pytest.raises(ConnectionRefusedError):
        joined(session, b"")


def test_a_shell_in_a_task_is_typed_in(lab: RunningLab, ecs: Any) -> None:
    task = ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"][0]
    given = {"cluster": CLUSTER, "task": task, "container": "api", "command": "/bin/sh"}
    session = ecs.execute_command(**given, interactive=True)["session"]
    terminal, theirs = os.openpty()
    plugin = [sys.executable, "-m", "steadyhand.lab.tools", "session-manager-plugin"]
    asked = [json.dumps(session), "us-east-1", "StartSession"]
    with subprocess.Popen(
        [*plugin, *asked],
        env={"STEADYHAND_LAB": str(lab.state / "lab.json")},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as joins:
        os.close(theirs)
        try:
            keys = b"echo $DB_NAME $((6 * 7)) $(tty | cut -c-8)\r"
            type_until(terminal, keys, b"coach 42 /dev/pts")
            type_until(terminal, b"sleep 60\r", b"sleep 60\r\n")
            time.sleep(0.3)
            type_until(terminal, b"\x03echo aga''in\r", b"again\r\n")
            type_until(terminal, b"sleep 4242 & echo jo''b\r", b"job")
            type_until(terminal, b"exit 3\r", b"Exiting session")
            assert joins.wait(10) == 0
        finally:
            joins.kill()
    os.close(terminal)
    commands = [one.info["cmdline"] for one in psutil.process_iter(["cmdline"])]
    assert ["sleep", "4242"] not in commands


def type_until(terminal: int, keys: bytes, wanted: bytes) -> None:
    """Type, and read until something is shown."""
    os.write(terminal, keys)
    shown, ends = b"", time.monotonic() + 15
    while wanted not in shown:
        ready = select.select([terminal], [], [], max(0, ends - time.monotonic()))[0]
        assert ready, shown
        shown += os.read(terminal, 65536)


def joined(session: dict[str, str], stdin: bytes) -> tuple[bytes, bytes, int]:
    """Join a session as the plugin does; ConnectionRefusedError when the lab says no."""
    url = urlsplit(session["streamUrl"])
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=20)
    connection.request(
        "POST", url.path, stdin, {"Authorization": f"Bearer {session['tokenValue']}"}
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise ConnectionRefusedError(answer.status)
    frames: dict[bytes, bytes] = {b"o": b"", b"e": b"", b"x": b""}
    while body:
        kind, length = struct.unpack(">cI", body[:5])
        frames[kind] += body[5 : 5 + length]
        body = body[5 + length :]
    return frames[b"o"], frames[b"e"], int(frames[b"x"])
