"""The primary of a Multi-AZ instance dies, and its standby takes over."""

import os
import signal
from contextlib import suppress
from typing import Any

from steadyhand.lab.faults.database.sessions import instance
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene


def inject(scene: Scene) -> dict[str, Any]:
    """Kill the primary's server. What follows is RDS's own doing. Raises BadParameter."""
    with scene.lab.lock:
        live = instance(scene)
        identifier = live.instance.identifier
        if not live.instance.multi_az:
            raise BadParameter(f"{identifier} is not Multi-AZ")
        if live.server is None or live.standby is None or not live.standby.alive:
            raise BadParameter(f"{identifier} has no standby that is in step at the moment")
        with suppress(ProcessLookupError):
            os.killpg(live.server.process.pid, signal.SIGKILL)
    return {"instance": identifier, "zone": live.instance.az}


def clear(_: Scene) -> None:
    """A failover ends by itself: the other zone is the primary's from now on."""


DATABASE_FAILOVER = Fault(
    name="database-failover",
    summary="The primary's server dies, and the standby in the other zone takes over.",
    notice=(
        "describe-db-instances says rebooting, then another AvailabilityZone; describe-events "
        "says that a failover started and completed; meanwhile the application answers 503 and "
        "its log has connection errors."
    ),
    inject=inject,
    clear=clear,
)
