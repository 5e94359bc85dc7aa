"""Real data services for the applications' tests: one PostgreSQL, a database for each system."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from steadyhand.lab.loopback import Addresses
from steadyhand.lab.postgres import Postgres, start_postgres
from steadyhand.lab.processes import Processes


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Whatever a test starts through this is gone at the end."""
    made = Processes(tmp_path_factory.mktemp("processes") / "processes.json")
    yield made
    made.kill_all()


@pytest.fixture(scope="session")
def postgres(processes: Processes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = start_postgres(
        processes, Addresses(), tmp_path_factory.mktemp("postgres"), "lab", "lab"
    )
    yield server
    server.stop()


@pytest.fixture(scope="session")
def new_database(postgres: Postgres) -> Callable[[str], dict[str, str]]:
    """Make an empty database; give the DB_… variables that an application is started with."""

    def make(name: str) -> dict[str, str]:
        with psycopg.connect(postgres.dsn, autocommit=True) as connection:
            connection.execute(f'create database "{name}"'.encode())
        return {
            "DB_HOST": postgres.host,
            "DB_PORT": str(postgres.port),
            "DB_NAME": name,
            "DB_USER": postgres.user,
            "DB_PASSWORD": postgres.password,
        }

    return make


@pytest.fixture(scope="session")
def source_folder() -> Path:
    return Path(__file__).resolve().parents[3] / "src"
