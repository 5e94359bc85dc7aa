"""Every statement of the application waits, each on a connection, until its pool has none left."""

from typing import Any

from steadyhand.lab.faults.database.sessions import close, connect, hold, tables
from steadyhand.lab.faults.fault import Fault, Scene
from steadyhand.lab.loopback import LOOPBACK
from steadyhand.lab.traffic import Traffic

USERS = 32  # who wait at one time: more than the pools of a few tasks have connections
RATE = 32.0


def inject(scene: Scene) -> dict[str, Any]:
    """Lock all of the application's tables, as a maintenance script does that never ends.

    The system's steady users each wait for their answer; in a real outage more and more come.
    """
    session = connect(scene, "maintenance")
    names = tables(session)
    hold(session, names, "access exclusive")
    parts = scene.live.parts
    address = (LOOPBACK, scene.lab.proxy(parts.balancers[0].name).port)
    users = Traffic(address, RATE, parts.user, threads=USERS)
    users.start()
    scene.kept.update(sessions=[session], users=users)
    return {"tables": names, "pid": session.info.backend_pid}


def clear(scene: Scene) -> None:
    scene.kept["users"].stop()
    close(scene.kept["sessions"])


POOL_EXHAUSTED = Fault(
    name="pool-exhausted",
    summary="A script locks all tables, so each request keeps its connection and the pool is dry.",
    notice=(
        "The application's log has lines about its connection pool; users get 503 after some "
        "seconds; pg_stat_activity counts as many connections as the pools may have, all waiting."
    ),
    inject=inject,
    clear=clear,
)
