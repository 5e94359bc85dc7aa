"""A lab's folder in, the cluster that its databases are copied from, out: begun before all else.

To initialise a cluster takes over a second in processes of PostgreSQL's own, in which the lab is
imported. Where an earlier lab has left databases, it is there already.
"""

import threading
from contextlib import suppress
from pathlib import Path

from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import Addresses
from steadyhand.lab.processes import Processes
from steadyhand.lab.rds.installation import PostgresFailed, remove_data
from steadyhand.lab.rds.room import Ground, Room


def begin(state: Path, processes: Processes, fresh: bool) -> threading.Thread:
    """Whoever opens the room on that folder joins the thread first, and finds what it made."""
    thread = threading.Thread(target=_make, args=(state, processes, fresh), daemon=True)
    thread.start()
    return thread


def _make(state: Path, processes: Processes, fresh: bool) -> None:
    if fresh:
        remove_data(state)
    if (state / "rds.json").exists():
        return
    room = Room(Ground(state, processes, Addresses(), Durations(1)))
    # What is wrong here is wrong when the room is opened, and is told then.
    with suppress(PostgresFailed, OSError):
        room.open()
    room.workers.shutdown()
