"""The database is not there: somebody has stopped the instance, or its server was killed."""

import os
import signal
import threading
import time
from contextlib import suppress
from typing import Any

from steadyhand.lab.cloud.room import Refusal
from steadyhand.lab.faults.database.sessions import instance
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text
from steadyhand.lab.rds.model import Status

GIVE_UP = 900.0  # of AWS's seconds, in which an instance stops
PAUSE = 0.2


def inject(scene: Scene) -> dict[str, Any]:
    """Stop the instance by the API, or kill its server, from which RDS recovers by itself."""
    how = text(scene.given, "how", "stop")
    if how not in ("stop", "kill"):
        raise BadParameter("the parameter how must be stop or kill")
    identifier = scene.live.parts.database.instance
    with scene.lab.lock:
        if how == "stop":
            _ask(scene, "StopDBInstance")
        else:
            pid = scene.lab.rds.pid(identifier)
            if pid is None:
                raise BadParameter(f"{identifier} has no server that runs")
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
    return {"instance": identifier, "how": how}


def _ask(scene: Scene, operation: str) -> None:
    try:
        name = scene.live.parts.database.instance
        scene.lab.rds.answer(operation, {"DBInstanceIdentifier": name})
    except Refusal as refused:
        raise BadParameter(str(refused)) from None


def clear(scene: Scene) -> None:
    """Start the instance if it is stopped; while it is still stopping, as soon as it is."""
    if scene.given.get("how", "stop") == "stop":
        threading.Thread(target=_start, args=[scene], name="fault", daemon=True).start()


def _start(scene: Scene) -> None:
    seconds = scene.lab.durations.shortened(GIVE_UP, 30.0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not scene.lab.ending.wait(PAUSE):
        with scene.lab.lock:
            status = instance(scene).instance.status
            if status is Status.STOPPED:
                _ask(scene, "StartDBInstance")
            if status is not Status.STOPPING:
                return


DATABASE_DOWN = Fault(
    name="database-down",
    summary="The instance is stopped, or its server is killed.",
    notice=(
        "describe-db-instances says stopping, stopped or rebooting; describe-events says what "
        "happened; the application answers 503 and logs that connections are refused."
    ),
    inject=inject,
    clear=clear,
    parameters={"how": "stop (as somebody would by the API), or kill (RDS starts it again)"},
)
