"""A read replica stops to apply what it receives, and falls behind."""

from typing import Any

import psycopg

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene
from steadyhand.lab.rds.room import Live
from steadyhand.lab.rds.server import Server


def inject(scene: Scene) -> dict[str, Any]:
    """Hold the replay of the replica up. Raises BadParameter where there is no replica."""
    with scene.lab.lock:
        live = _replica(scene)
        server = live.server
    if server is None:
        raise BadParameter(f"{live.instance.identifier} does not run")
    try:
        server.run("select pg_wal_replay_pause()")
    except psycopg.Error as error:
        raise BadParameter(f"the replica cannot be held up: {error}") from None
    scene.kept["server"] = server
    return {"replica": live.instance.identifier}


def _replica(scene: Scene) -> Live:
    source = scene.live.parts.database.instance
    replicas = scene.lab.rds.room.replicas(source)
    wanted = str(scene.given.get("replica") or "")
    for live in replicas:
        if wanted in ("", live.instance.identifier):
            return live
    raise BadParameter(f"{source} has no read replica {wanted}".rstrip())


def clear(scene: Scene) -> None:
    """Let the replay go on, unless the replica was promoted or restarted meanwhile."""
    server: Server = scene.kept["server"]
    try:
        if server.alive and server.value("select pg_is_in_recovery()"):
            server.run("select pg_wal_replay_resume()")
    except psycopg.Error:
        return


REPLICA_LAG = Fault(
    name="replica-lag",
    summary="A read replica receives the changes of its source and applies none of them.",
    notice="ReplicaLag grows second by second; rows that were just written are not on the replica.",
    inject=inject,
    clear=clear,
    parameters={"replica": "the replica's identifier (the first of the system's instance)"},
)
