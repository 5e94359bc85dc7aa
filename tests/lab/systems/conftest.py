"""Real data services for the applications' tests: one PostgreSQL with a database for each system,
and a Valkey for each module."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg.conninfo import make_conninfo
from redis.backoff import NoBackoff
from redis.retry import Retry

from steadyhand.lab.cache.valkey import Server
from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import LOOPBACK, Addresses, free_port
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
    rds.wait()
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


@pytest.fixture(scope="module")
def valkey(processes: Processes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Redis]:
    folder = tmp_path_factory.mktemp("valkey")
    server = Server("valkey", LOOPBACK, free_port(), folder, maxmemory=32 * 2**20)
    process = processes.spawn(server.program(), lambda _: None)
    client = redis.Redis(server.host, server.port, retry=Retry(NoBackoff(), 0))
    deadline = time.monotonic() + 10
    while True:
        with suppress(redis.ConnectionError):
            client.ping()
            break
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield client
    client.close()
    process.kill()
    process.wait()
    processes.forget(process.pid)


@pytest.fixture(scope="session")
def source_folder() -> Path:
    return Path(__file__).resolve().parents[3] / "src"
