"""execute-command: a session in which a command runs with a task's environment.

The answer names the lab's control address and a token, as AWS's names its stream: whoever plays the
session-manager-plugin asks there (see control.py).
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
"""

import secrets
from collections.abc import Mapping
from typing import Any

from steadyhand.lab.account import ecs_arn
from steadyhand.lab.cloud.seam import Refusal
from steadyhand.lab.ecs.answers import Shape
from steadyhand.lab.ecs.fleet import Fleet
from steadyhand.lab.ecs.model import Session, TaskStatus
from steadyhand.lab.ecs.operations.services import invalid

NOT_ENABLED = (
    "The execute command failed because execute command was not enabled when the task was run or "
    "the execute command agent isn’t running. Wait and try again or run a new task with execute "
    "command enabled and try again."
)


def execute_command(fleet: Fleet, asked: Mapping[str, Any], ignored: bool) -> Shape:
    cluster = fleet.cluster(asked)
    if not asked.get("interactive"):
        raise invalid("Interactive is the only mode supported currently.")
    if not asked.get("command"):
        raise invalid("command cannot be blank.")
    _, task = fleet.task(cluster, asked.get("task"))
    if task.status is not TaskStatus.RUNNING:
        raise Refusal("TargetNotConnectedException", NOT_ENABLED)
    if not task.exec_enabled:
        raise invalid(NOT_ENABLED)
    container = str(asked.get("container") or task.container)
    if container != task.container:
        raise invalid("The container name provided was not found in the task.")
    session = Session(
        f"ecs-execute-command-{secrets.token_hex(8)}",
        secrets.token_urlsafe(32),
        task,
        str(asked["command"]),
    )
    if not ignored:
        fleet.sessions[session.id] = session
    return {
        "clusterArn": ecs_arn("cluster", cluster),
        "containerArn": task.arn.replace(":task/", ":container/") + f"/{task.id[:8]}",
        "containerName": container,
        "interactive": True,
        "session": {
            "sessionId": session.id,
            "streamUrl": f"{fleet.control()}/sessions/{session.id}",
            "tokenValue": session.token,
        },
        "taskArn": task.arn,
    }
