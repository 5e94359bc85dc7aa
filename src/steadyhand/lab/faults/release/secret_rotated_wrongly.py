"""The database's password is rotated in the secret store alone, and the tasks are replaced."""

import secrets
from typing import Any

from steadyhand.lab.faults.database.sessions import database
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene
from steadyhand.lab.faults.release.secrets import read, write

VARIABLE = "DB_PASSWORD"


def inject(scene: Scene) -> dict[str, Any]:
    """Write a new password into the secret, and deploy so that tasks read it."""
    lab = scene.lab
    with lab.lock:
        running = scene.running
        wanted = next(s for s in scene.live.parts.services if s.name == running.service.name)
        source = scene.live.family(wanted.family).secrets.get(VARIABLE, "")
        if not source:
            raise BadParameter(f"{wanted.name} reads no {VARIABLE} from a secret")
        new = secrets.token_hex(16)
        scene.kept.update(source=source, old=read(lab.moto, source), new=new)
        write(lab.moto, source, new)
        made = lab.fleet.deploy(running, running.service.primary.task_definition, "fault")
    return {"secret": source, "deployment": made.id}


def clear(scene: Scene) -> None:
    """Put the old password back and deploy once more, unless one of the two sides was mended."""
    lab, kept = scene.lab, scene.kept
    known = database(scene).password
    with lab.lock:
        if known == kept["new"] or read(lab.moto, kept["source"]) != kept["new"]:
            return
        write(lab.moto, kept["source"], kept["old"])
        lab.fleet.deploy(scene.running, scene.running.service.primary.task_definition, "fault")


SECRET_ROTATED_WRONGLY = Fault(
    name="secret-rotated-wrongly",
    summary="The secret has a new password for the database, and the database has the old one.",
    notice=(
        "New tasks cannot log in: 'password authentication failed' in their log and in the "
        "database's; users get 5xx; a health check that asks no database stays green."
    ),
    inject=inject,
    clear=clear,
    parameters={"service": "the ECS service (the system's first)"},
)
