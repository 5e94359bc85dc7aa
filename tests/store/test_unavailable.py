"""No connection is free: said as a database that does not answer, wherever it is asked."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from steadyhand.store import database as module
from steadyhand.store.audit.chain import Chain, last_link
from steadyhand.store.audit.head import Anchor
from steadyhand.store.database import Database, Unavailable
from steadyhand.store.journal import Journal
from steadyhand.store.schema import open_store
from steadyhand.store.search import search
from tests.store.audit.keeping import NOW, TYPES, Grown, grow

USED_UP = "all 1 connections are used"


@pytest.fixture
def single(database: Database, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The same store, by one connection only."""
    assert database.kind in url
    monkeypatch.setattr(module, "_AT_MOST", 1)
    monkeypatch.setattr(module, "_PATIENCE", 0.01)
    one = open_store(url)
    yield one
    one.close()


def test_a_pool_that_is_used_up_is_a_journal_that_is_away(single: Database) -> None:
    journal = Journal(single, TYPES)
    with single.reading():
        with pytest.raises(Unavailable, match=f"cannot be read: {USED_UP}"):
            journal.keys("plant")
        with pytest.raises(Unavailable, match=f"cannot be written: {USED_UP}"):
            journal.append("plant", "oak", 1, Grown(1), NOW)
        with pytest.raises(Unavailable, match=f"cannot be read: {USED_UP}"):
            list(search(single, re.compile("leaf")))
    journal.append("plant", "oak", 1, Grown(1), NOW)
    assert [key for key, _ in journal.keys("plant")] == ["oak"]


def test_a_head_that_cannot_be_compared_does_not_make_what_is_written_fail(
    single: Database, tmp_path: Path
) -> None:
    chain = Chain(single, tmp_path / "audit.key", [Anchor(tmp_path / "audit.head")])
    grow(Journal(single, TYPES, chain), "oak", range(1, 2))
    headless = Chain(single, tmp_path / "audit.key", [])
    grow(Journal(single, TYPES, headless), "oak", range(2, 4))
    with single.reading() as connection:
        last = last_link(connection)
        assert last is not None
        chain.advance(replace(last, number=2), last, NOW.isoformat())  # the pool is used up
    assert list(chain.troubles) == [
        f"a head was not moved on: the journal cannot be read: {USED_UP}"
    ]
    chain.troubles.clear()
    chain.advance(replace(last, number=2), last, NOW.isoformat())
    assert chain.troubles == {}
