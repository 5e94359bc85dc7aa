"""A data folder in, a running PostgreSQL on loopback out; and the copies one can make of it.

One cluster is initialised for the whole lab, and every new instance begins as a copy of it. Its
superuser is `rdsadmin`, as on RDS: the master user of an instance is none.
"""

import json
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from steadyhand.lab.processes import Child, Processes, Program
from steadyhand.lab.rds.installation import Installation, PostgresFailed

ADMIN = "rdsadmin"
MONITOR = "rdsmonitor"  # the application_name of the lab's own looks, which metrics leave out
SPARE = "rdsspare"  # a database of the first cluster that a new instance gives a name
START_SECONDS = 60.0
CLEAN_SECONDS = 5.0  # of a shutdown that writes everything down

# What all instances have in common. `instance.conf` comes after it and holds what differs.
# Sizes are the lab's: segments of 1 MiB, so that the log of changes may be archived often.
COMMON = """
include_if_exists = 'instance.conf'
unix_socket_directories = ''
"""
# Only loopback is listened on, and nobody comes in without a password.
ACCESS = """
host all all 127.0.0.0/8 scram-sha-256
host replication rdsadmin 127.0.0.0/8 scram-sha-256
"""
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
ROLES = (
    "create role rds_superuser",
    "grant pg_monitor, pg_signal_backend, pg_checkpoint, pg_use_reserved_connections,"
    " pg_create_subscription, pg_maintain to rds_superuser with admin option",
    "create role rds_replication",
    "create role rds_password",
    "revoke connect on database template1 from public",
)
# A copy of the cluster is the price of an instance: so few databases, and little log.
SLIM = (
    "alter database template0 is_template false",
    "drop database template0",
    f"create database {SPARE} strategy file_copy",
    "checkpoint",
)


# --- servers ----------------------------------------------------------------------------------


@dataclass
class Server:
    """One PostgreSQL while it runs."""

    data: Path
    host: str
    port: int
    password: str
    process: Child
    said: deque[str] = field(default_factory=lambda: deque(maxlen=60))
    ready: threading.Event = field(default_factory=threading.Event)  # it said that it is open

    @property
    def dsn(self) -> str:
        return self.dsn_of("postgres")

    def dsn_of(self, database: str) -> str:
        """How rdsadmin comes in; it may write even where writing is refused to others."""
        return make_conninfo(
            host=self.host,
            port=self.port,
            user=ADMIN,
            password=self.password,
            dbname=database,
            connect_timeout=5,
            application_name=MONITOR,
            options="-c default_transaction_read_only=off -c statement_timeout=20s",
        )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def run(self, *statements: str | sql.Composed) -> None:
        with closing(psycopg.connect(self.dsn, autocommit=True)) as connection:
            for one in statements:
                connection.execute(one.encode() if isinstance(one, str) else one)

    def value(self, query: str) -> Any:
        """The first column of the first row."""
        with closing(psycopg.connect(self.dsn, autocommit=True)) as connection:
            row = connection.execute(query.encode()).fetchone()
        return None if row is None else row[0]

    def reload(self) -> None:
        with suppress(OSError):
            self.process.send_signal(signal.SIGHUP)

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is a clean shutdown that cuts connections, SIGQUIT a crash; hard if too slow."""
        if self.alive:
            self.process.send_signal(how)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def end_all(servers: Sequence[Server], how: signal.Signals) -> None:
    """End servers together. One that is not through in time is ended as in a crash: it loses no
    commit, and recovers when it is started again."""
    for number, seconds in ((how, CLEAN_SECONDS), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 5.0)):
        left = [server for server in servers if server.alive]
        for server in left:
            server.process.send_signal(number)
        deadline = time.monotonic() + seconds
        for server in left:
            with suppress(subprocess.TimeoutExpired):
                server.process.wait(max(0.0, deadline - time.monotonic()))


@dataclass(frozen=True)
class Place:
    """Where a server is to run: its data, its address, and who gets its log lines."""

    name: str
    data: Path
    host: str
    port: int
    line: Callable[[str], None] = lambda _: None


def configure(made: Installation, data: Path, settings: Mapping[str, str]) -> None:
    """Write what differs from the common settings; a server that runs has to be told."""
    rows = (f"{key} = '{_quoted(value)}'" for key, value in sorted(settings.items()))
    made.write(data / "instance.conf", "\n".join(rows) + "\n")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def spawn(made: Installation, processes: Processes, place: Place) -> Server:
    """Start a server and do not wait for it. From a thread that lives as long as the lab."""
    (place.data / "postmaster.pid").unlink(missing_ok=True)  # whoever it named has been swept
    program = Program(
        place.name,
        (
            *(str(made.binaries / "postgres"), "-D", str(place.data)),
            *("-c", f"listen_addresses={place.host}", "-c", f"port={place.port}"),
        ),
        owner=made.owner,
        # A quit is PostgreSQL's immediate shutdown: the children of the postmaster go with it.
        death_signal=signal.SIGQUIT,
        folder=made.root,
    )
    said: deque[str] = deque(maxlen=60)
    ready = threading.Event()

    def hear(line: str) -> None:
        said.append(line)
        if "ready to accept" in line:
            ready.set()
        place.line(line)

    process = processes.spawn(program, hear)
    return Server(place.data, place.host, place.port, made.password, process, said, ready)


def start(made: Installation, processes: Processes, place: Place) -> Server:
    """Start a server and return when it answers. Raises PostgresFailed."""
    return open_server(made, processes, place, "select 1")


def open_server(
    made: Installation,
    processes: Processes,
    place: Place,
    query: str,
    seconds: float = START_SECONDS,
) -> Server:
    """Start a server and return when a query is true; one that does not come so far is ended.

    Raises PostgresFailed.
    """
    server = spawn(made, processes, place)
    try:
        wait(server, query, seconds)
    except PostgresFailed:
        server.end(signal.SIGQUIT)
        processes.forget(server.process.pid)
        raise
    return server


def wait(server: Server, query: str, seconds: float = START_SECONDS) -> None:
    """Return when a query's first value is true. Raises PostgresFailed."""
    deadline = time.monotonic() + seconds
    trouble = "does not answer"
    while True:
        # To ask before it is open would only leave lines in its log.
        heard = server.ready.is_set()
        with suppress(psycopg.OperationalError):
            if not heard and time.monotonic() < deadline - seconds / 2:
                raise psycopg.OperationalError
            if server.value(query):
                return
            trouble = "is not as far as it should be"
        if not server.alive:
            raise PostgresFailed(f"postgres ended: {' / '.join(list(server.said)[-5:])}")
        if time.monotonic() > deadline:
            raise PostgresFailed(f"postgres {trouble}: {' / '.join(list(server.said)[-5:])}")
        time.sleep(0.02)


def sweep(root: Path) -> None:
    """End servers of an earlier lab that still run on data below `root`."""
    for note in root.glob("instances/*/*/postmaster.pid"):
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int(note.read_text().split()[0]))
            if str(note.parent) in process.cmdline():
                family = [process, *process.children(recursive=True)]
                for member in family:
                    with suppress(psutil.Error):
                        member.kill()
                psutil.wait_procs(family, timeout=5)


# --- the first cluster, and copies ------------------------------------------------------------


def build_template(
    made: Installation, processes: Processes, address: tuple[str, int]
) -> list[list[Any]]:
    """Initialise the cluster that others are copied from, once; give the table of its settings.

    Raises PostgresFailed.
    """
    known = made.root / "settings.json"
    if not made.template.exists() or not known.exists():
        shutil.rmtree(made.template, ignore_errors=True)
        draft = made.root / "template.draft"
        _initdb(made, draft)
        server = start(made, processes, Place("template", draft, *address))
        try:
            server.run(*ROLES)
            for database in ("template1", "postgres"):
                with closing(psycopg.connect(server.dsn_of(database), autocommit=True)) as one:
                    one.execute("create extension pg_stat_statements")
            server.run(*SLIM)
            made.write(known, json.dumps(_table(server)))
        finally:
            server.end()
            processes.forget(server.process.pid)
        made.run(made.binaries / "pg_resetwal", "-D", draft)  # one segment is enough to begin with
        draft.rename(made.template)
    table: list[list[Any]] = json.loads(known.read_text())
    return table


def _initdb(made: Installation, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    secret = made.root / "password"
    made.write(secret, made.password)
    secret.chmod(0o600)
    options = ("--no-locale", "-E", "UTF8", "--wal-segsize=1", "--no-sync")
    access = ("--auth=scram-sha-256", f"--pwfile={secret}")
    made.run(made.binaries / "initdb", "-D", folder, "-U", ADMIN, *access, *options)
    secret.unlink()
    with (folder / "postgresql.conf").open("a") as file:
        file.write(COMMON)
    (folder / "pg_hba.conf").write_text(ACCESS)
    sizes = {"min_wal_size": "2MB", "max_wal_size": "2MB"}
    configure(made, folder, {"shared_preload_libraries": "pg_stat_statements", **sizes})


def _table(server: Server) -> list[list[Any]]:
    """The settings this PostgreSQL has, as it says itself."""
    query = (
        "select name, vartype, context, coalesce(unit, ''), coalesce(min_val, ''),"
        " coalesce(max_val, ''), coalesce(enumvals, '{}'), coalesce(boot_val, ''), short_desc"
        " from pg_settings order by name"
    )
    with closing(psycopg.connect(server.dsn, autocommit=True)) as connection:
        return [list(row) for row in connection.execute(query.encode()).fetchall()]


def copy_running(made: Installation, server: Server, target: Path) -> None:
    """Copy a cluster while it runs, consistent in itself. Raises PostgresFailed."""
    shutil.rmtree(target, ignore_errors=True)
    made.run(
        made.binaries / "pg_basebackup",
        *("-h", server.host, "-p", str(server.port), "-U", ADMIN, "-D", target),
        *("--wal-method=stream", "--checkpoint=fast", "--no-sync", "--no-manifest"),
        environment={"PGPASSWORD": server.password, "PGAPPNAME": MONITOR},
    )
