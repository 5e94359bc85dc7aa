"""The journal keeps what it is given, in order, once; on SQLite and on PostgreSQL."""

import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from steadyhand.store.database import Database
from steadyhand.store.journal import Conflict, Journal, Output, Unreadable
from steadyhand.store.schema import StoreError, open_store
from steadyhand.store.sealed import Sealed, load_key
from tests.rows import ask, change, put

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Opened:
    name: str


@dataclass(frozen=True)
class Grown:
    by: int
    why: str = "nothing said"  # came with a later version


TYPES = {"plant": {"Opened": Opened, "Grown": Grown}}


def test_events_come_back_as_they_were(database: Database) -> None:
    journal = Journal(database, TYPES)
    journal.append("plant", "oak", 1, Opened("Eiche “A”"), NOW)
    journal.append("plant", "oak", 2, Grown(3, "rain"), NOW)
    journal.append("plant", "elm", 1, Opened("elm"), NOW)
    read = journal.read("plant", "oak")
    assert [r.event for r in read] == [Opened("Eiche “A”"), Grown(3, "rain")]
    assert [r.seq for r in read] == [1, 2]
    assert read[0].at == NOW
    assert [r.event for r in journal.read("plant", "oak", after=1)] == [Grown(3, "rain")]
    assert [key for key, _ in journal.keys("plant")] == ["elm", "oak"]


def test_eight_writers_at_once_and_one_wins(database: Database) -> None:
    journal = Journal(database, TYPES)
    journal.append("plant", "oak", 1, Opened("oak"), NOW)
    barrier = threading.Barrier(8)
    won: list[int] = []
    lost: list[int] = []

    def write(number: int) -> None:
        barrier.wait()
        try:
            journal.append("plant", "oak", 2, Grown(number), NOW)
            won.append(number)
        except Conflict:
            lost.append(number)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(won) == 1
    assert len(lost) == 7
    assert [r.event for r in journal.read("plant", "oak")][1:] == [Grown(won[0])]


def test_a_conflict_writes_nothing_at_all(database: Database) -> None:
    journal = Journal(database, TYPES)
    journal.append("plant", "oak", 1, Opened("oak"), NOW)
    with pytest.raises(Conflict):
        journal.append(
            "plant", "oak", 1, Grown(1), NOW, printed=[Output("step", 1, "stdout", b"lost")]
        )
    assert list(journal.printed("oak", "step", 1)) == []


def test_outputs_come_back_in_order(database: Database) -> None:
    journal = Journal(database, TYPES)
    printed = [Output("s", 1, "stdout", b"a\x00\xff"), Output("s", 1, "stderr", b"b")]
    journal.append("plant", "oak", 1, Opened("oak"), NOW, printed=printed)
    assert list(journal.printed("oak", "s", 1)) == printed
    assert list(journal.printed("oak", "s", 2)) == []


def test_outputs_of_any_number_come_back_whole(database: Database) -> None:
    journal = Journal(database, TYPES)
    printed = [Output("s", 1, "stdout", str(n).encode()) for n in range(101)]
    journal.append("plant", "oak", 1, Opened("oak"), NOW, printed=printed)
    assert list(journal.printed("oak", "s", 1)) == printed


def test_some_types_of_some_things_are_read(database: Database) -> None:
    journal = Journal(database, TYPES)
    for key in ("oak", "elm", "fir"):
        journal.append("plant", key, 1, Opened(key), NOW)
        journal.append("plant", key, 2, Grown(3), NOW)
    both = [(r.id, r.event) for r in journal.read_all("plant", ["oak", "fir"], ["Opened"])]
    assert both == [("fir", Opened("fir")), ("oak", Opened("oak"))]
    assert [r.event for r in journal.read("plant", "elm", types=["Grown"])] == [Grown(3)]
    assert len(list(journal.read_all("plant", ["oak", "fir"]))) == 4
    assert list(journal.read_all("plant", [])) == []


def test_a_page_of_the_newest_goes_on_where_the_one_before_ended(database: Database) -> None:
    """Some began in the same moment: none is left out between two pages, and none comes twice."""
    journal = Journal(database, TYPES)
    for number in range(7):
        at = NOW + timedelta(minutes=number // 3)
        journal.append("plant", f"p{number}", 1, Opened("fern"), at)
    journal.append("plant", "p0", 2, Grown(3), NOW + timedelta(hours=1))
    assert [key for key, _ in journal.newest("plant", 100)] == [f"p{n}" for n in range(6, -1, -1)]
    pages, before = [], ""
    while page := journal.newest("plant", 2, before):
        pages.append([key for key, _ in page])
        before = page[-1][0]
    assert pages == [["p6", "p5"], ["p4", "p3"], ["p2", "p1"], ["p0"]]
    assert journal.newest("plant", 1)[0] == ("p6", NOW + timedelta(minutes=2))
    assert journal.newest("animal", 2) == []


def test_a_page_of_the_newest_may_leave_out_what_is_finished(database: Database) -> None:
    journal = Journal(database, TYPES)
    for number in range(5):
        journal.append("plant", f"p{number}", 1, Opened("fern"), NOW + timedelta(minutes=number))
    for number in (1, 3, 4):
        journal.append("plant", f"p{number}", 2, Grown(3), NOW + timedelta(hours=1))
    journal.append("plant", "p1", 3, Opened("fern"), NOW + timedelta(hours=2))
    assert [key for key, _ in journal.newest("plant", 9, "", "Grown")] == ["p2", "p0"]
    assert [key for key, _ in journal.newest("plant", 2, "", "Grown", "Opened")] == ["p2", "p1"]
    assert [key for key, _ in journal.newest("plant", 2, "p1", "Grown", "Opened")] == ["p0"]
    unfinished = journal.unfinished("plant", "Grown", "Opened")
    assert journal.newest("plant", 9, "", "Grown", "Opened") == unfinished[::-1]


def test_a_journal_without_the_indexes_gets_them_and_lists_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    database = open_store(url)
    names = {f"events_{name}" for name in ("begun", "reviewed", "run_ended", "change_closed")}
    change(database, *(f"DROP INDEX {name}" for name in names))
    database.close()
    database = open_store(url)
    assert names <= {name for (name,) in ask(database, "SELECT name FROM sqlite_master")}
    plan = "EXPLAIN QUERY PLAN SELECT id, at FROM events WHERE kind = 'plant' AND seq = 1"
    assert "events_begun" in str(ask(database, plan))
    plan = "EXPLAIN QUERY PLAN SELECT id FROM events WHERE kind = 'x' AND type = 'RunEnded'"
    assert "events_run_ended" in str(ask(database, plan))
    database.close()


def test_an_older_event_takes_the_default_of_a_newer_field(database: Database) -> None:
    journal = Journal(database, TYPES)
    journal.append("plant", "oak", 1, Opened("oak"), NOW)
    row = {
        "kind": "plant", "id": "oak", "seq": 2, "at": "2026-01-01T00:00:00.000000+00:00",
        "type": "Grown", "version": 1, "body": '{"by":4,"gone":true}',
    }  # fmt: skip
    put(database, "events", [row])
    assert journal.read("plant", "oak")[1].event == Grown(4)


def test_an_event_of_a_newer_version_is_said_clearly(database: Database) -> None:
    Journal(database, {"plant": {"Opened": Opened, "Grown": Grown}}).append(
        "plant", "oak", 1, Grown(1), NOW
    )
    with pytest.raises(Unreadable, match="does not know the plant event Grown"):
        Journal(database, {"plant": {"Opened": Opened}}).read("plant", "oak")


def test_sealed_values_are_not_readable_in_the_database(database: Database, tmp_path: Path) -> None:
    key = load_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert load_key(tmp_path / "key") == key
    sealed = Sealed(database, key, "run-1")
    sealed.keep("stk_1", "correct horse battery staple")
    sealed.keep("stk_1", "correct horse battery staple")
    assert sealed.known() == {"stk_1": "correct horse battery staple"}
    rows = ask(database, "SELECT value FROM sealed")
    assert len(rows) == 1
    assert b"horse" not in rows[0][0]
    with pytest.raises(StoreError, match="not the one that run run-1 was sealed with"):
        Sealed(database, Fernet.generate_key(), "run-1").known()
    sealed.forget()
    assert sealed.known() == {}


def test_a_database_of_another_kind_is_refused() -> None:
    with pytest.raises(StoreError, match=r"mysql://ada:\*\*\*@h/d: a journal is kept in SQLite or"):
        open_store("mysql://ada:hunter2@h/d")


def test_a_journal_that_cannot_be_opened_is_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(StoreError, match="cannot open the journal"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'journal.db'}")


def test_a_folder_that_cannot_be_written_to_is_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "journal.db").mkdir()  # as SQLite says it of a folder on a read-only disk
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StoreError, match=f"{tmp_path} cannot be written to; name another folder"):
        open_store(f"sqlite:///{tmp_path / 'journal.db'}")
