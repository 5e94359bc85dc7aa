"""Transactions, the connections they are lent, and what is said when one fails; on both."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from steadyhand.store import database as module
from steadyhand.store.database import Database, Taken, Unavailable
from steadyhand.store.schema import StoreError, open_store
from tests.rows import ask, change, put
from tests.store.server import serving

STRETCH = {
    "name": "a", "seconds": 60, "slot": 1, "at": 1,
    "count_": 1, "low": 1.0, "mean": 1.0, "high": 1.0,
}  # fmt: skip
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


@pytest.mark.parametrize("value", ["caf\udce9", 2**80])
def test_a_value_that_no_database_has_is_said_so(database: Database, value: object) -> None:
    with pytest.raises(Unavailable, match="the journal cannot be written: "):
        put(database, "series", [{**STRETCH, "count_": value}])
    put(database, "series", [STRETCH])


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
        ("postgresql://ada:s3cr3t@127.0.0.1:1/d", "postgresql://ada:***@127.0.0.1:1/d: conn"),
        ("postgresql://ada:x@s3cr3t@127.0.0.1:1/d", "is the one in the password written %40?"),
        (
            "postgresql://ada@corp:s3cr3t@127.0.0.1:1/d",
            "postgresql://ada:***@127.0.0.1:1/d: failed",
        ),
        ("postgresql://ada:s3cr3t%zz@127.0.0.1:1/d", "is a % in the password written %25?"),
        ("postgresql://ada:s3cr3t%00@127.0.0.1:1/d", "postgresql://ada:***@127.0.0.1:1/d"),
        ("postgresql://ada:s3cr3t/x@127.0.0.1:1/d", "postgresql://ada:***@127.0.0.1:1/d"),
        ("postgresql://ada:s3cr3t?x@127.0.0.1:1/d", "postgresql://ada:***@127.0.0.1:1/d"),
        ("postgresql://ada:s3cr3t#x@127.0.0.1:1/d", "postgresql://ada:***@127.0.0.1:1/d"),
        ("postgresql://ada:x\ns3cr3t@127.0.0.1:1/d", "postgresql://ada:***@127.0.0.1:1/d"),
        ("postgresql://ada:s3cr3t@127.0.0.1:x/d", "postgresql://ada:***@127.0.0.1:x/d"),
        ("postgresql://127.0.0.1:1/d?password=s3cr3t", "postgresql://127.0.0.1:1/d?…: conn"),
        ("postgresql://127.0.0.1:1/d?sslpassword=s3cr3t&user=a", "postgresql://127.0.0.1:1/d?…"),
        ("postgresql://127.0.0.1:1/d?password=s3cr3t&user=a@b", "postgresql://127.0.0.1:***@b"),
        ("postgresql://127.0.0.1:1/d?pass%77ord=s3cr3t%zz", "postgresql://127.0.0.1:1/d?…"),
        ("postgresql+psycopg://ada:s3cr3t@[::1/d", "postgresql+psycopg://ada:***@[::1/d"),
        ("oracle://ada:s3cr3t@h/d", "oracle://ada:***@h/d"),
        ("postgresql:/ada:s3cr3t@h/d", "postgresql…: a journal is kept in"),
        ("postgresql//ada:s3cr3t@h/d", "postgresql//ada…: a journal is kept in"),
        ("ada:s3cr3t@h/d", "ada…: a journal is kept in"),
        ("host=127.0.0.1 password = s3cr3t", "host…: a journal is kept in"),
        ("journal.db", "journal.db: a journal is kept in"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_without_its_password(url: str, shown: str) -> None:
    with pytest.raises(StoreError, match=re.escape(shown)) as raised:
        open_store(url)
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize("kind", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_is_named_in_any_of_the_usual_ways(postgres: str, kind: str) -> None:
    database = open_store(postgres.replace("postgresql", kind, 1))
    assert ask(database, "SELECT 1") == [(1,)]
    database.close()


def test_without_psycopg_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'steadyhand\[postgres\]'"):
        open_store("postgresql://127.0.0.1:1/d")


def test_a_full_disk_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite itself says "disk I/O error", as of a disk that is broken."""
    (tmp_path / "journal.db").mkdir()  # as anything else that it cannot open
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=0))
    with pytest.raises(StoreError, match=rf"the disk of {tmp_path} is full"):
        open_store(f"sqlite:///{tmp_path / 'journal.db'}")


@pytest.mark.parametrize("name", [":memory:", "file:journal?mode=memory"])
def test_a_file_may_have_a_name_that_means_something_to_sqlite(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one, two = (open_store(f"sqlite:///{name}") for _ in range(2))
    put(one, "looks", [LOOK])
    assert ask(two, "SELECT who FROM looks") == [("audit",)]
    assert (tmp_path / name).is_file()
    one.close()
    two.close()


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%20é"
    database = open_store(f"sqlite:///{folder / 'journal.db'}")
    put(database, "looks", [LOOK])
    database.close()
    assert (folder / "journal.db").is_file()
    assert ask(database, "SELECT who FROM looks") == [("audit",)]  # opened again by itself
    database.close()
