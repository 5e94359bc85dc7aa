"""A scene in, sessions of its system's database out, opened as an application opens them.

Knows the instance and how to come in; not what a session is there for.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from steadyhand.lab.faults.fault import BadParameter, Scene
from steadyhand.lab.rds.api import Database
from steadyhand.lab.rds.room import Live

Session = psycopg.Connection[tuple[Any, ...]]
TABLE = {"table": "the table (the one that users need most)"}
LOOK_SECONDS = 1.3  # a server adds up its statistics about once a second

SCANS = (
    "select relname, coalesce(seq_scan, 0) + coalesce(idx_scan, 0) from pg_stat_user_tables"
    " where schemaname = 'public' and relname <> 'alembic_version'"
)


def database(scene: Scene) -> Database:
    """Where the system's instance is, and its master user. Raises BadParameter."""
    name = scene.live.parts.database.instance
    with scene.lab.lock:
        found = scene.lab.rds.database(name)
    if found is None:
        raise BadParameter(f"there is no instance {name}")
    return found


def instance(scene: Scene) -> Live:
    """The instance as RDS has it; to be looked at with the API's lock held. Raises BadParameter."""
    name = scene.live.parts.database.instance
    found = scene.lab.rds.room.lives.get(name)
    if found is None:
        raise BadParameter(f"there is no instance {name}")
    return found


def connect(scene: Scene, program: str = "psql", options: str = "") -> Session:
    """Open a session as the instance's master user. Raises BadParameter."""
    one = database(scene)
    dsn = make_conninfo(
        host=one.host,
        port=one.port,
        user=one.user,
        password=one.password,
        dbname=one.name,
        connect_timeout=5,
        application_name=program,
        options=options,
    )
    try:
        return psycopg.connect(dsn, autocommit=True)
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise BadParameter(f"the database does not let anybody in: {reason}") from None


def close(sessions: Iterable[Session]) -> None:
    """End sessions, also those that an operator has ended already."""
    for one in sessions:
        with suppress(psycopg.Error, OSError):
            one.close()


def tables(session: Session) -> list[str]:
    """The application's tables; the one that was looked into most, lately, first."""
    before = _scans(session)
    time.sleep(LOOK_SECONDS)
    after = _scans(session)
    return sorted(after, key=lambda name: (before.get(name, 0) - after[name], -after[name], name))


def _scans(session: Session) -> dict[str, int]:
    return {str(name): int(count) for name, count in session.execute(SCANS.encode()).fetchall()}


def wanted_table(scene: Scene, session: Session) -> str:
    """The parameter `table`, or the table that users need most. Raises BadParameter."""
    if not scene.given.get("table"):
        found = tables(session)
        if not found:
            raise BadParameter("the database has no tables")
        return found[0]
    name = str(scene.given["table"])
    known = session.execute("select to_regclass(%s)", [name]).fetchone()
    if known is None or known[0] is None:
        raise BadParameter(f"the database has no table {name}")
    return name


def hold(session: Session, names: Iterable[str], mode: str) -> None:
    """Begin a transaction, lock tables in a mode of PostgreSQL's, and leave it open.

    Raises BadParameter when others do not let go of them.
    """
    session.autocommit = False
    try:
        session.execute("set local lock_timeout = '8s'")
        for name in names:
            statement = f"lock table {{}} in {mode} mode"
            session.execute(sql.SQL(statement).format(sql.Identifier(name)))
    except psycopg.errors.LockNotAvailable:
        session.close()
        raise BadParameter("others hold locks on it already") from None
