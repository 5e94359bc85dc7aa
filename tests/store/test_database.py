"""Transactions, the connections they are lent, and what is said when one fails; on both."""

import re
import sys
from pathlib import Path

import pytest

from steadyhand.store import database as module
from steadyhand.store.database import Database, Taken, Unavailable
from steadyhand.store.schema import StoreError, open_store
from tests.rows import ask, change, put
from tests.store.server import serving

LOOK = {"who": "audit", "at": "now"}


def test_a_transaction_counts_whole_or_not_at_all(database: Database) -> None:
    put(database, "looks", [LOOK])
    with pytest.raises(Unavailable, match="nowhere"):
        change(database, "UPDATE looks SET at = 'later'", "UPDATE nowhere SET at = 'later'")
    with database.reading() as connection:
        connection.run("UPDATE looks SET at = 'later'")
    assert ask(database, "SELECT who, at FROM looks") == [("audit", "now")]


def test_a_row_that_is_there_already_is_said_so(database: Database) -> None:
    put(database, "looks", [LOOK])
    with pytest.raises(Taken, match=r"the journal cannot be written: .*(UNIQUE|unique)"):
        put(database, "looks", [{**LOOK, "who": "other"}, LOOK])
    assert ask(database, "SELECT who FROM looks") == [("audit",)]


def test_what_the_database_says_is_passed_on_and_the_connection_goes_on(
    database: Database,
) -> None:
    with pytest.raises(Unavailable, match=r"the journal cannot be read: .*nowhere"):
        ask(database, "SELECT 1 FROM nowhere")
    with pytest.raises(Unavailable, match=r"the journal cannot be written: .*nowhere"):
        change(database, "DELETE FROM nowhere")
    assert ask(database, "SELECT 1") == [(1,)]


def test_a_statement_is_written_alike_for_both(database: Database) -> None:
    with database.reading() as connection:
        assert connection.first("SELECT 7 % 4, '100%', 1 WHERE 'a' = :a", {"a": "a"}) == (
            3,
            "100%",
            1,
        )
        assert connection.scalar("SELECT 1 WHERE 'a' = :a", {"a": "b"}) is None


def test_any_number_of_rows_is_streamed_and_others_are_asked_meanwhile(database: Database) -> None:
    put(database, "looks", [{"who": f"{n:04}", "at": "now"} for n in range(500)])
    with database.reading() as connection:
        seen = [
            (who, connection.scalar("SELECT at FROM looks WHERE who = :who", {"who": who}))
            for (who,) in connection.stream("SELECT who FROM looks ORDER BY who", at_once=20)
        ]
    assert seen == [(f"{n:04}", "now") for n in range(500)]


def test_connections_are_lent_again_and_not_all_are_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_KEPT", 1)
    with database.reading() as first, database.reading() as second:
        raws = {first._raw, second._raw}
        assert len(raws) == 2
    with database.reading() as connection:
        assert connection._raw in raws
    assert len(database._idle) == 1


def test_a_server_that_was_away_is_asked_again_once_it_is_back() -> None:
    with serving() as server:
        database = open_store(server.url)
        with database.reading(), database.reading():
            pass  # two that are kept
        server.stop()
        with pytest.raises(Unavailable, match=r"the journal cannot be read: .*refused"):
            ask(database, "SELECT 1")
        server.start()
        assert ask(database, "SELECT 1") == [(1,)]
        server.stop()
        server.start()  # nobody asked meanwhile
        assert ask(database, "SELECT 1") == [(1,)]
        with database.reading() as connection:
            connection.scalar("SELECT 1")
            server.stop()
            with pytest.raises(Unavailable):
                connection.scalar("SELECT 1")
        server.start()
        change(database, "DELETE FROM looks")
        database.close()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ada:pass@word@127.0.0.1:1/d", "postgresql://ada:***@127.0.0.1:1/d"),
        ("postgresql://127.0.0.1:1/d?password=pass", "postgresql://127.0.0.1:1/d?password=***"),
        ("postgresql+psycopg://ada:pass@[::1/d", "postgresql+psycopg://ada:***@[::1/d"),
        ("oracle://ada:pass@h/d", "oracle://ada:***@h/d"),
        ("journal.db", "journal.db"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_without_its_password(url: str, shown: str) -> None:
    with pytest.raises(StoreError, match=re.escape(shown)) as raised:
        open_store(url)
    assert "pass@" not in str(raised.value)
    assert "password=pass" not in str(raised.value)


@pytest.mark.parametrize("kind", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_is_named_in_any_of_the_usual_ways(postgres: str, kind: str) -> None:
    database = open_store(postgres.replace("postgresql", kind, 1))
    assert ask(database, "SELECT 1") == [(1,)]
    database.close()


def test_without_psycopg_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'steadyhand\[postgres\]'"):
        open_store("postgresql://127.0.0.1:1/d")


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%20é"
    database = open_store(f"sqlite:///{folder / 'journal.db'}")
    put(database, "looks", [LOOK])
    database.close()
    assert (folder / "journal.db").is_file()
    assert ask(database, "SELECT who FROM looks") == [("audit",)]  # opened again by itself
    database.close()
