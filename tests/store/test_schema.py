"""Tables and indexes are made once, however many processes begin at once; on both databases."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, Table, create_engine, event, inspect, text

from steadyhand.store.schema import events, heartbeats, metadata, open_store


def wait_for(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("first", [events, heartbeats], ids=["a first start", "a new table"])
def test_two_that_begin_at_once_both_open(engine: Engine, first: Table) -> None:
    """The other one begins while this one is about to commit what it made."""
    url = engine.url.render_as_string(hide_password=False)
    metadata.drop_all(engine, None if first is events else [first])
    opened: list[Engine] = []
    other = threading.Thread(target=lambda: opened.append(open_store(url)))

    def begin_the_other(*_: object, **__: object) -> None:
        other.start()
        if engine.dialect.name == "postgresql":
            wait_for(lambda: _waits(url))

    event.listen(first, "after_create", begin_the_other, once=True)
    mine = open_store(url)
    other.join(30)
    assert len(opened) == 1
    for one in (mine, *opened):
        assert set(metadata.tables) <= set(inspect(one).get_table_names())
        one.dispose()


def _waits(url: str) -> bool:
    """Whether any session of the server waits for a lock."""
    looking = create_engine(url)
    with looking.connect() as connection:
        waiting = connection.scalar(text("select count(*) from pg_locks where not granted"))
    looking.dispose()
    return bool(waiting)
