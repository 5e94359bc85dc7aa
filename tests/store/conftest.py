"""The store on both databases: SQLite, and a real PostgreSQL started for the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from steadyhand.store.schema import metadata, open_store
from tests.store.server import serving


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL on loopback."""
    with serving() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty store, on each database in turn."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path / 'journal.db'}")
        yield opened
        opened.dispose()
        return
    url: str = request.getfixturevalue("postgres")
    opened = open_store(url)
    yield opened
    metadata.drop_all(opened)
    opened.dispose()
