"""Somebody's program opens connections and closes none; the application gets none any more."""

import select
import threading
from typing import Any

import psycopg

from steadyhand.lab.faults.database.sessions import Session, close, connect
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene
from steadyhand.lab.faults.repeating import Repeating

PAUSE = 0.2
ATTEMPTS = 20  # at being there before the application is
PROGRAM = "etl-worker"
OTHERS = (
    "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend'"
    f" and usename = current_user and application_name <> '{PROGRAM}'"
)


class Greedy:
    """Takes every connection that there is, and each that comes free."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lock = threading.Lock()
        self.held: list[Session] = []

    def fill(self) -> None:
        with self._lock:
            self._forget_ended()
            try:
                while True:
                    self.held.append(connect(self._scene, PROGRAM))
            except BadParameter:
                return  # full, or away: it is tried again

    def _forget_ended(self) -> None:
        """Nobody says anything to a session that asks nothing, but that it is over."""
        heard, _, _ = select.select(self.held, [], [], 0) if self.held else ([], [], [])
        close(heard)
        self.held = [one for one in self.held if not one.closed]

    def cut(self) -> bool:
        """End the others' connections, as a break of the network does; were there any?"""
        with self._lock:
            return bool(self.held[0].execute(OTHERS).fetchall())

    def release(self) -> None:
        with self._lock:
            close(self.held)


def inject(scene: Scene) -> dict[str, Any]:
    """Fill the connections up; then those that the application had are lost, and taken too."""
    greedy = Greedy(scene)
    greedy.fill()
    if not greedy.held:
        raise BadParameter("the database lets nobody in")
    try:
        (limit,) = greedy.held[0].execute("show max_connections").fetchone() or ("?",)
        for _ in range(ATTEMPTS):
            if not greedy.cut():
                break
            greedy.fill()
    except psycopg.Error as error:
        greedy.release()
        raise BadParameter(f"the database ends its sessions: {error}") from None
    worker = Repeating(greedy.fill, PAUSE, scene.lab.ending)
    worker.start()
    scene.kept.update(greedy=greedy, worker=worker)
    return {"held": len(greedy.held), "max_connections": limit}


def clear(scene: Scene) -> None:
    scene.kept["worker"].stop()
    scene.kept["greedy"].release()


TOO_MANY_CONNECTIONS = Fault(
    name="too-many-connections",
    summary="A program holds every connection that the database allows, and each that comes free.",
    notice=(
        "DatabaseConnections stands at the limit; whoever comes is refused: 'remaining connection "
        "slots are reserved' or 'too many clients already'; the application answers 503, and its "
        "log has the refusals."
    ),
    inject=inject,
    clear=clear,
)
