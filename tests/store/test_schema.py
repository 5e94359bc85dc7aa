"""Tables and indexes are made once, however many processes begin at once; on both databases."""

import threading
import time
from collections.abc import Callable

import pytest

from steadyhand.store.database import Connection, Database, Values
from steadyhand.store.schema import MAKING, open_store
from tests.rows import ask
from tests.store.conftest import drop


def wait_for(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("first", ["events", "heartbeats"], ids=["a first start", "a new table"])
def test_two_that_begin_at_once_both_open(
    database: Database, url: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one begins while this one is about to commit what it made."""
    drop(database, *(MAKING if first == "events" else [first]))
    opened: list[Database] = []
    other = threading.Thread(target=lambda: opened.append(open_store(url)))
    run = Connection.run

    def begin_the_other(self: Connection, statement: str, *values: Values) -> int:
        count = run(self, statement, *values)
        if statement.startswith(f"CREATE TABLE {first} ") and other.ident is None:
            other.start()
            if self.kind == "postgresql":
                wait_for(lambda: _waits(database))
        return count

    monkeypatch.setattr(Connection, "run", begin_the_other)
    mine = open_store(url)
    other.join(30)
    assert len(opened) == 1
    for one in (mine, *opened):
        for name, making in MAKING.items():
            assert "TABLE" not in making or ask(one, f"SELECT count(*) FROM {name}") == [(0,)]
        one.close()


def _waits(database: Database) -> bool:
    """Whether any session of the server waits for a lock."""
    return ask(database, "SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]
