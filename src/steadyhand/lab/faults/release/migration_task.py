"""A scene in, a task out that migrates its system's schema to what the next release needs."""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import psycopg

from steadyhand.lab.cloud import resources
from steadyhand.lab.ecs.model import Task, TaskStatus
from steadyhand.lab.ecs.registry import Build
from steadyhand.lab.faults.database.sessions import Session, connect
from steadyhand.lab.faults.fault import Scene
from steadyhand.lab.faults.release.step import COLUMN, SUFFIX, index_of
from steadyhand.lab.systems.parts import Family

MODULE = "steadyhand.lab.faults.release.migrating"
TAG = "-migrations"
STOP_SECONDS = 10.0


def run(scene: Scene, variables: dict[str, str]) -> dict[str, Any]:
    """Push the migration's image, register a task definition with it, and run it once."""
    lab, parts = scene.lab, scene.live.parts
    family = _family(scene)
    tag = parts.bad_tag + TAG
    with lab.lock:
        repository = lab.registry.repositories[family.repository]
        repository.pushed[tag] = Build(MODULE, tag, repository.home)
        revisions = lab.moto.ecs.task_definitions.get(family.name) or {0: None}
        values = scene.live.values
        definition = resources.register(lab.moto, family, max(revisions) + 1, values, tag)
        pairs = [{"name": name, "value": value} for name, value in variables.items()]
        override = {"name": family.container, "environment": pairs}
        asked = {
            "cluster": parts.clusters[0],
            "taskDefinition": definition,
            "launchType": "FARGATE",
            "startedBy": "deploy",
            "networkConfiguration": resources.network(lab.moto),
            "overrides": {"containerOverrides": [override]},
        }
        told = lab.ecs("RunTask", asked, False)["tasks"][0]
        scene.kept.update(task=told["taskArn"], definition=definition)
    return {"task": told["taskArn"], "taskDefinition": definition, **variables}


def _family(scene: Scene) -> Family:
    """The system's own family for migrations, or one like that of its first service."""
    parts = scene.live.parts
    serving = scene.live.family(parts.services[0].family)
    own = [one for one in parts.families if "migrat" in one.name and "rollback" not in one.name]
    name, container = f"{serving.name}-migrations", serving.container
    if own:
        name, container = own[0].name, own[0].container
    return replace(serving, name=name, container=container, arguments=(), port=None)


def task(scene: Scene) -> Task | None:
    arn = scene.kept["task"]
    return next((one for one in scene.lab.fleet.alone if one.arn == arn), None)


def stop(scene: Scene) -> None:
    """End the task, and return when its process is gone; its definition is taken back."""
    lab = scene.lab
    with lab.lock:
        running = task(scene)
        if running is not None and running.status is not TaskStatus.STOPPED:
            asked = {"cluster": running.cluster, "task": running.arn, "reason": "migration ended"}
            lab.ecs("StopTask", asked, False)
    deadline = time.monotonic() + STOP_SECONDS
    while running is not None and running.process is not None and running.process.poll() is None:
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    with lab.lock, suppress(Exception):  # somebody has taken it back already
        lab.moto.ecs.deregister_task_definition(scene.kept["definition"])


def tidy(scene: Scene, table: str) -> None:
    """Have the schema as it was, however far the migration came."""
    with connect(scene, "psql") as session:
        _end_forsaken(session)
        session.execute("set lock_timeout = '8s'")
        session.execute(f'drop index concurrently if exists "{index_of(table)}"'.encode())
        session.execute(f'alter table "{table}" drop column if exists {COLUMN}'.encode())
        with suppress(psycopg.errors.UndefinedTable):
            session.execute(
                b"update alembic_version set version_num = left(version_num, %s)"
                b" where version_num like %s",
                [-len(SUFFIX), f"%\\{SUFFIX}"],
            )


def _end_forsaken(session: Session) -> None:
    """A session that waits for a lock does not see that its client has gone."""
    session.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'alembic'"
        " and usename = current_user"
    )
