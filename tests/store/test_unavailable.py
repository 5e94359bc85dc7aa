"""No connection is free: said as a database that does not answer, wherever it is asked."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, create_engine

from steadyhand.store.audit.chain import Chain, last_link
from steadyhand.store.audit.head import Anchor
from steadyhand.store.journal import Journal, Unavailable
from steadyhand.store.search import search
from tests.store.audit.keeping import NOW, TYPES, Grown, grow

USED_UP = "QueuePool limit"


@pytest.fixture
def single(engine: Engine) -> Iterator[Engine]:
    """The same store, by one connection only."""
    one = create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    yield one
    one.dispose()


def test_a_pool_that_is_used_up_is_a_journal_that_is_away(single: Engine) -> None:
    journal = Journal(single, TYPES)
    with single.connect():
        with pytest.raises(Unavailable, match=f"cannot be read: {USED_UP}"):
            journal.keys("plant")
        with pytest.raises(Unavailable, match=f"cannot be written: {USED_UP}"):
            journal.append("plant", "oak", 1, Grown(1), NOW)
        with pytest.raises(Unavailable, match=f"cannot be read: {USED_UP}"):
            list(search(single, re.compile("leaf")))
    journal.append("plant", "oak", 1, Grown(1), NOW)
    assert [key for key, _ in journal.keys("plant")] == ["oak"]


def test_a_head_that_cannot_be_compared_does_not_make_what_is_written_fail(
    single: Engine, tmp_path: Path
) -> None:
    chain = Chain(single, tmp_path / "audit.key", [Anchor(tmp_path / "audit.head")])
    grow(Journal(single, TYPES, chain), "oak", range(1, 2))
    headless = Chain(single, tmp_path / "audit.key", [])
    grow(Journal(single, TYPES, headless), "oak", range(2, 4))
    with single.connect() as connection:
        last = last_link(connection)
        assert last is not None
        chain.advance(replace(last, number=2), last, NOW.isoformat())  # the pool is used up
    assert [said[:40] for said in chain.troubles] == [f"a head was not moved on: {USED_UP}"]
    chain.troubles.clear()
    chain.advance(replace(last, number=2), last, NOW.isoformat())
    assert chain.troubles == {}
