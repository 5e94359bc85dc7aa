"""Sessions that began a transaction, locked what they read, and then forgot to end it."""

from typing import Any

from steadyhand.lab.faults.database.sessions import TABLE, close, connect, hold, wanted_table
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, number

SESSIONS = 5
MOST = 50


def inject(scene: Scene) -> dict[str, Any]:
    """Open transactions; the first lets others read the table and nobody write to it."""
    count = int(number(scene.given, "sessions", SESSIONS))
    if not 1 <= count <= MOST:
        raise BadParameter(f"the parameter sessions must be from 1 to {MOST}")
    first = connect(scene, "report")
    table = wanted_table(scene, first)
    opened = scene.kept["sessions"] = [first]
    try:
        hold(first, [table], "share")
        while len(opened) < count:
            # A second lock of the first's kind would queue behind the writers who wait for it.
            opened.append(connect(scene, "report"))
            hold(opened[-1], [table], "access share")
    except BadParameter:
        close(opened)
        raise
    return {"table": table, "pids": [one.info.backend_pid for one in opened]}


def clear(scene: Scene) -> None:
    close(scene.kept["sessions"])


IDLE_IN_TRANSACTION = Fault(
    name="idle-in-transaction",
    summary="Sessions begin a transaction, take locks, and sit there.",
    notice=(
        "pg_stat_activity counts sessions whose state is 'idle in transaction'; what writes to "
        "the table waits, and pg_locks shows it as not granted; vacuum removes nothing."
    ),
    inject=inject,
    clear=clear,
    parameters={**TABLE, "sessions": f"how many ({SESSIONS}; at most {MOST})"},
)
