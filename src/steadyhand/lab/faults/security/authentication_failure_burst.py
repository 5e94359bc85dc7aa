"""Somebody guesses: hundreds of logins with wrong keys, at the application or at the database."""

import itertools
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from steadyhand.lab.faults.database.sessions import database
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, number, text
from steadyhand.lab.faults.repeating import Repeating
from steadyhand.lab.loopback import LOOPBACK
from steadyhand.lab.systems.parts import Request
from steadyhand.lab.traffic import Traffic

RATE, MOST = 20.0, 100.0
THREADS = 4


def inject(scene: Scene) -> dict[str, Any]:
    """Let the guesser in. `where` is application, or database, which every system has."""
    rate = min(number(scene.given, "rate", RATE) or RATE, MOST)
    parts = scene.live.parts
    where = text(scene.given, "where", "application" if parts.intruder else "database")
    if where == "application":
        if parts.intruder is None:
            raise BadParameter(f"{parts.name} lets nobody log in: there is only where=database")
        scene.kept["stop"] = _at_the_application(scene, parts.intruder, rate)
    elif where == "database":
        scene.kept["stop"] = _at_the_database(scene, rate)
    else:
        raise BadParameter("the parameter where must be application or database")
    return {"where": where, "rate": rate}


def _at_the_application(
    scene: Scene, guess: Callable[[int], Request], rate: float
) -> Callable[[], None]:
    port = scene.lab.proxy(scene.live.parts.balancers[0].name).port
    guesses = Traffic((LOOPBACK, port), rate, guess, threads=THREADS)
    guesses.start()
    return guesses.stop


def _at_the_database(scene: Scene, rate: float) -> Callable[[], None]:
    one = database(scene)
    numbers = itertools.count(1)

    def guess() -> None:
        dsn = make_conninfo(
            host=one.host,
            port=one.port,
            user=one.user,
            dbname=one.name,
            password=f"guess-{next(numbers)}",
            connect_timeout=3,
        )
        try:
            psycopg.connect(dsn).close()
        except psycopg.OperationalError:
            return

    workers = [Repeating(guess, THREADS / rate, scene.lab.ending) for _ in range(THREADS)]
    for worker in workers:
        worker.start()

    def stop() -> None:
        for worker in workers:
            worker.stop()

    return stop


def clear(scene: Scene) -> None:
    scene.kept["stop"]()


AUTHENTICATION_FAILURE_BURST = Fault(
    name="authentication-failure-burst",
    summary="Logins with wrong keys come by the hundred.",
    notice=(
        "filter-log-events finds 'authentication failed' far oftener than on other days; the load "
        "balancer counts HTTPCode_Target_4XX_Count; nobody gets in. With where=database it is the "
        "database's log that says 'password authentication failed'."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "where": "application (where people can log in), or database",
        "rate": f"guesses a second ({RATE:g}; at most {MOST:g})",
    },
)
