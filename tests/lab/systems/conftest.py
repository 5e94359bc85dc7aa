"""Real data services for the applications' tests: one PostgreSQL, a database for each system."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import Addresses
from steadyhand.lab.processes import Processes
from steadyhand.lab.rds.api import Database, Rds
from steadyhand.lab.rds.installation import remove_data
from steadyhand.lab.rds.provision import Wanted
from steadyhand.lab.rds.room import Ground


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Whatever a test starts through this is gone at the end."""
    made = Processes(tmp_path_factory.mktemp("processes") / "processes.json")
    yield made
    made.kill_all()


@pytest.fixture(scope="session")
def postgres(processes: Processes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An instance of the lab's own RDS."""
    state = tmp_path_factory.mktemp("postgres")
    rds = Rds(Ground(state, processes, Addresses(), Durations(60), fsync=False))
    rds.load()
    (database,) = rds.provision([Wanted("tests", "lab", "lab", exports=())])
    yield database
    rds.close()
    remove_data(state)


@pytest.fixture(scope="session")
def new_database(postgres: Database) -> Callable[[str], dict[str, str]]:
    """Make an empty database; give the DB_… variables that an application is started with."""
    dsn = make_conninfo(
        host=postgres.host,
        port=postgres.port,
        user=postgres.user,
        password=postgres.password,
        dbname=postgres.name,
    )

    def make(name: str) -> dict[str, str]:
        with psycopg.connect(dsn, autocommit=True) as connection:
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
