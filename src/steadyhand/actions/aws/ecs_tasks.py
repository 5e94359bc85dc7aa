"""`aws ecs run-task`: which tasks it started, by its answer, and whether they run or ended well.

Reads what `describe-tasks` prints. What a task does once it runs is not known here.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from steadyhand.actions.action import Action, Observation, Settled, State
from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.aws.ecs import on_cluster, short
from steadyhand.actions.words import Argv

# Of one that fails at once, this is long enough to be seen to.
_STEADY = 30.0
_TASK = re.compile(r"arn:aws[\w-]*:ecs:[\w-]+:\d*:task/[\w./-]+")
_MISSING, _FAILED, _ENDED, _RUNNING, _WAITING = "missing", "failed", "ended", "running", "waiting"


def _resource(argv: Argv) -> str:
    command = parse_aws(argv)
    cluster = (command.get("--cluster") or "default").rpartition("/")[2]
    return f"ecs task of {short(command.get('--task-definition') or '?')} in {cluster}"


def _made(argv: Argv, printed: str) -> Argv | str | None:
    """Give the read of the tasks that were started; they are named in the answer alone.

    A whole answer without any says why there are none.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    """
    if tasks := list(dict.fromkeys(_TASK.findall(printed))):
        return on_cluster(parse_aws(argv), "describe-tasks", "--tasks", *tasks)
    try:
        said = json.loads(printed)
        failures = said["failures"]
        reasons = [str(one.get("reason", "no reason given")) for one in failures]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None  # `--query` took something else out of it
    return f"no task was started: {', '.join(reasons) or 'no reason given'}"


def _state(stdout: str, _argv: Argv) -> State:
    try:
        said = json.loads(stdout)
        tasks, failures = said["tasks"], said["failures"]
        found = [_of_task(task) for task in tasks]
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}
    kinds = [kind for kind, _ in found]
    return {
        _MISSING: str(len(failures)),
        **{kind: str(kinds.count(kind)) for kind in (_RUNNING, _ENDED, _WAITING)},
        _FAILED: "; ".join(why for kind, why in found if kind == _FAILED),
        "statuses": ", ".join(why for kind, why in found if kind == _WAITING),
    }


def _of_task(task: Mapping[str, Any]) -> tuple[str, str]:
    """Say what one task is, and why.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
    """
    status = str(task.get("lastStatus", ""))
    if status == "RUNNING" and task.get("desiredStatus") != "STOPPED":
        return _RUNNING, ""
    if status != "STOPPED":
        return _WAITING, status
    codes = [container.get("exitCode") for container in task.get("containers", [])]
    if codes and all(code == 0 for code in codes):
        return _ENDED, ""
    name = str(task.get("taskArn", "")).rpartition("/")[2]
    returned = [f"returned {code}" for code in codes if code]
    why = ", ".join([*returned, str(task.get("stoppedReason") or task.get("stopCode") or "")])
    return _FAILED, f"task {name} has stopped: {why.strip(', ') or 'no reason given'}"


def _settled(argv: Argv, _: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    if not now:
        return Settled.MOVING, f"the {_resource(argv)} cannot be read"
    if now[_FAILED]:
        return Settled.FAILED, now[_FAILED]
    if now[_MISSING] != "0":
        return Settled.IGNORED, f"accepted, and {now[_MISSING]} of its tasks are not there"
    if now[_WAITING] != "0":
        return Settled.MOVING, f"the {_resource(argv)} is {now['statuses']}"
    if now[_RUNNING] == now[_ENDED] == "0":
        return Settled.MOVING, f"the {_resource(argv)} is not to be seen"
    ended = f", {now[_ENDED]} ended with 0" if now[_ENDED] != "0" else ""
    return Settled.REACHED, f"{now[_RUNNING]} tasks running{ended}"


RUN_TASK = Action(
    verify=f"describe-tasks: what was started runs for {_STEADY:g} s, or has ended with 0",
    resource=_resource,
    before=lambda _argv: None,
    state=_state,
    after=lambda _argv, _before: {"task": "a new one"},
    done=lambda _argv, _before, _now: Observation.UNKNOWN,
    settled=_settled,
    undo=lambda _argv, _before: None,
    made=_made,
    steady=_STEADY,
)
