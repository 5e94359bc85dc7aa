"""The store on both databases: SQLite, and a real PostgreSQL started for the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.store.database import Database
from steadyhand.store.schema import MAKING, open_store
from tests.rows import change
from tests.store.server import serving


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL on loopback."""
    with serving() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    server: str = request.getfixturevalue("postgres")
    return server


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An empty store, on each database in turn."""
    opened = open_store(url)
    yield opened
    drop(opened, *MAKING)
    opened.close()


def drop(database: Database, *names: str) -> None:
    """Drop tables, with their indexes; the names of indexes do no harm."""
    change(database, *(f"DROP TABLE IF EXISTS {name}" for name in names if "TABLE" in MAKING[name]))
