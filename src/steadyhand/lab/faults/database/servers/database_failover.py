"""The machine of a Multi-AZ instance's primary hangs and is given up; its standby takes over."""

import threading
from contextlib import suppress
from typing import Any

import psutil

from steadyhand.lab.faults.database.sessions import instance
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, number

# About how long a failover takes: most of it is to notice that the primary does not answer.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html
SECONDS = 60.0
LEAST = 5.0  # real seconds: so long applications feel it, whatever the factor


class Hanging:
    """A server whose processes stand still, until they are killed."""

    def __init__(self, pid: int) -> None:
        self._family: list[psutil.Process] = []
        with suppress(psutil.Error):
            server = psutil.Process(pid)
            server.suspend()  # it first: then it starts no more of them
            self._family = [server, *server.children(recursive=True)]
        for one in self._family[1:]:
            with suppress(psutil.Error):
                one.suspend()
        self.over = threading.Event()

    def kill_after(self, seconds: float, ending: threading.Event) -> None:
        """Return at once; a thread of its own ends the hanging."""

        def wait() -> None:
            left = seconds
            while left > 0 and not self.over.wait(0.1) and not ending.is_set():
                left -= 0.1
            self.kill()

        threading.Thread(target=wait, name="fault", daemon=True).start()

    def kill(self) -> None:
        """Safe twice."""
        self.over.set()
        for one in self._family:
            with suppress(psutil.Error):
                one.kill()


def inject(scene: Scene) -> dict[str, Any]:
    """Let the primary hang, then die. What follows is RDS's own doing. Raises BadParameter."""
    seconds = number(scene.given, "seconds", SECONDS)
    with scene.lab.lock:
        live = instance(scene)
        identifier = live.instance.identifier
        if not live.instance.multi_az:
            raise BadParameter(f"{identifier} is not Multi-AZ")
        if live.server is None or live.standby is None or not live.standby.alive:
            raise BadParameter(f"{identifier} has no standby that is in step at the moment")
        hanging = scene.kept["hanging"] = Hanging(live.server.process.pid)
    hanging.kill_after(scene.lab.durations.shortened(seconds, LEAST), scene.lab.ending)
    return {"instance": identifier, "zone": live.instance.az}


def clear(scene: Scene) -> None:
    """Give the primary up now; the other zone is the primary's from then on."""
    scene.kept["hanging"].kill()


DATABASE_FAILOVER = Fault(
    name="database-failover",
    summary="The primary hangs, is given up, and the standby in the other zone takes over.",
    notice=(
        "Users wait, then get 503; the application's log has connection errors; "
        "describe-db-instances says rebooting, then another AvailabilityZone; describe-events "
        "says that a failover started and completed."
    ),
    inject=inject,
    clear=clear,
    parameters={"seconds": f"how long it hangs first, divided by the factor ({SECONDS:g})"},
)
