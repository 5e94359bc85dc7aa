"""An address of a database in, its schema brought up to date, one migration at a time.

Whoever migrates holds an advisory lock, and whoever waits for it shows in pg_locks as not granted.
"""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from steadyhand.lab.systems.schemas import address

LOCK = 0x636F6E66  # "conf": the key of the advisory lock
SCRIPTS = "steadyhand.lab.systems.conflicto:migrations"


class NotMigrated(Exception):
    """The schema is as it was; the message says why."""


@dataclass(frozen=True)
class Patience:
    """How long one attempt waits for any lock, and how often it is made; pauses double."""

    seconds: float = 30.0
    attempts: int = 1
    pause: float = 1.0


def url_from_environment(given: Mapping[str, str] = os.environ) -> URL:
    """DATABASE_URL, or DB_HOST and the others. Raises NotMigrated when neither is there."""
    try:
        url = make_url(given["DATABASE_URL"]) if "DATABASE_URL" in given else address(given)
    except KeyError as missing:
        raise NotMigrated(f"DATABASE_URL is not set, nor is {missing.args[0]}") from None
    except Exception:  # whatever the parser says may hold the password
        raise NotMigrated("DATABASE_URL is not the address of a database") from None
    return url.set(drivername="postgresql+psycopg")  # whichever driver the address was made for


def engine(url: URL) -> Engine:
    return create_engine(
        url,
        poolclass=NullPool,
        connect_args={"connect_timeout": 5, "application_name": "conflicto-migrate"},
    )


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", SCRIPTS)
    return made


def newest() -> str:
    """The revision that the steps in `migrations/` lead to."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def migrate(url: URL, patience: Patience, say: Callable[[str], None]) -> str:
    """Bring the schema to the newest revision and give it. Repeatable. Raises NotMigrated."""
    pause = patience.pause
    for attempt in range(1, patience.attempts + 1):
        try:
            return _attempt(url, patience.seconds, say)
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            say(f"attempt {attempt} of {patience.attempts} failed: {reason}")
            if attempt == patience.attempts:
                raise NotMigrated(reason) from None
        time.sleep(pause)
        pause *= 2
    raise NotMigrated("no attempt was asked for")


def _attempt(url: URL, seconds: float, say: Callable[[str], None]) -> str:
    made = engine(url)
    with made.connect() as holder:
        _limit(holder, seconds)
        say(f"waiting up to {seconds:g} s for the migration lock {LOCK}")
        holder.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK})
        holder.commit()
        try:
            return _upgrade(made, seconds, say)
        finally:
            with suppress(OperationalError):
                holder.execute(text("select pg_advisory_unlock(:key)"), {"key": LOCK})


def _upgrade(made: Engine, seconds: float, say: Callable[[str], None]) -> str:
    # A session of its own: the advisory lock outlives a step that is rolled back.
    with made.connect() as connection:
        _limit(connection, seconds)
        before = current(connection)
        connection.commit()
        say(f"schema is at {before or 'nothing'}; newest is {newest()}")
        given = config()
        given.attributes["connection"] = connection
        command.upgrade(given, "head")
        connection.commit()
        after = current(connection) or ""
    say(f"schema is at {after}" if before != after else "nothing to do")
    return after


def _limit(connection: Connection, seconds: float) -> None:
    """Let no lock be waited for longer: users would queue behind the one who waits."""
    milliseconds = str(max(1, int(seconds * 1000)))
    connection.execute(text("select set_config('lock_timeout', :ms, false)"), {"ms": milliseconds})
    connection.commit()
