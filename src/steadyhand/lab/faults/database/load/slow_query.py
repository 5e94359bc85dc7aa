"""Reports that nobody bounded keep the database busy, one after the other, several at a time."""

import time
from typing import Any

import psycopg
from psycopg import sql

from steadyhand.lab.faults.database.sessions import TABLE, close, connect, wanted_table
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, number
from steadyhand.lab.faults.repeating import Repeating

SESSIONS, SECONDS, MOST = 2, 3.0, 16
FIRST_ROWS = 4_000

# Every row of a table against a long series: nothing to look up in an index, and all of it work
# for the processor. No memory and no disk is needed for it.
REPORT = (
    "select max(md5(row_of::text || of.number)) from (select * from {table} limit 100) row_of"
    " cross join generate_series(1, %s) of (number)"
)


def inject(scene: Scene) -> dict[str, Any]:
    """Run such reports until the fault is cleared, each about as long as `seconds` says."""
    count = int(number(scene.given, "sessions", SESSIONS))
    seconds = number(scene.given, "seconds", SECONDS) or SECONDS
    if not 1 <= count <= MOST:
        raise BadParameter(f"the parameter sessions must be from 1 to {MOST}")
    opened = [connect(scene, "reporting") for _ in range(count)]
    table = wanted_table(scene, opened[0])
    asking = [Asking(one, table, seconds) for one in opened]
    workers = [Repeating(one.ask, 0.01, scene.lab.ending) for one in asking]
    for worker in workers:
        worker.start()
    scene.kept.update(sessions=opened, asking=asking, workers=workers)
    return {"table": table, "pids": [one.info.backend_pid for one in opened]}


class Asking:
    """One session and its report, which grows until it takes as long as is wanted."""

    def __init__(self, session: psycopg.Connection[Any], table: str, seconds: float) -> None:
        self._session = session
        self._report = sql.SQL(REPORT).format(table=sql.Identifier(table))
        self._seconds = seconds
        self._rows = FIRST_ROWS
        self.over = False

    def ask(self) -> None:
        if self.over or self._session.closed:
            time.sleep(0.2)  # an operator has ended it
            return
        began = time.monotonic()
        try:
            self._session.execute(self._report, [self._rows])
        except psycopg.Error:
            return  # cancelled by an operator, or cut: it is asked again where it can be
        taken = time.monotonic() - began
        self._rows = max(1, int(self._rows * min(10.0, self._seconds / max(taken, 0.001))))

    def cancel(self) -> None:
        self.over = True
        self._session.cancel_safe(timeout=5)


def clear(scene: Scene) -> None:
    for one in scene.kept["asking"]:
        one.cancel()
    for worker in scene.kept["workers"]:
        worker.stop()
    close(scene.kept["sessions"])


SLOW_QUERY = Fault(
    name="slow-query",
    summary="Unbounded reports run all the time, each for seconds.",
    notice=(
        "CPUUtilization of the instance rises; pg_stat_activity shows active statements of "
        "seconds; pg_stat_statements has them first by mean_exec_time; with "
        "log_min_duration_statement the database's log has lines with their duration."
    ),
    inject=inject,
    clear=clear,
    parameters={
        **TABLE,
        "sessions": f"how many at a time ({SESSIONS}; at most {MOST})",
        "seconds": f"how long each takes, about ({SECONDS:g})",
    },
)
