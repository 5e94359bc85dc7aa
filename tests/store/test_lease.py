"""A lease: one process has it, and it goes with that process. On both databases."""

import subprocess
import sys
import time
from pathlib import Path

from steadyhand.store.database import Database
from steadyhand.store.lease import Lease
from tests.rows import ask

HOLDER = """
import sys, time
from pathlib import Path
from steadyhand.store.lease import Lease
from steadyhand.store.schema import open_store
lease = Lease(open_store(sys.argv[1]), Path(sys.argv[2]), "desk shop")
print(lease.held(), flush=True)
time.sleep(60)
"""


def test_one_has_it_until_it_is_let_go(database: Database, tmp_path: Path) -> None:
    one, other = (Lease(database, tmp_path, "desk shop") for _ in range(2))
    elsewhere = Lease(database, tmp_path, "desk bakery")
    assert one.held()
    assert one.held()
    assert not other.held()
    assert elsewhere.held()
    one.release()
    one.release()
    assert other.held()
    for lease in (one, other, elsewhere):
        lease.release()


def test_it_goes_with_its_process(database: Database, url: str, tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    mine = Lease(database, tmp_path, "desk shop")
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not mine.held()
    finally:
        holder.kill()
        holder.communicate()
    deadline = time.monotonic() + 10  # PostgreSQL ends the session a moment later
    while not mine.held():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    mine.release()


def test_a_session_that_was_lost_has_lost_it(postgres: str, tmp_path: Path) -> None:
    from steadyhand.store.schema import open_store

    database = open_store(postgres)
    one, other = (Lease(database, tmp_path, "desk lost") for _ in range(2))
    assert one.held()
    ask(database, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    deadline = time.monotonic() + 10
    while not other.held():
        assert time.monotonic() < deadline
    until = time.monotonic() + 2
    while one.held():
        assert time.monotonic() < until
    other.release()
    database.close()
