"""An empty or older database in, Sleek Coach's schema and first rows out. Safe to run again.

DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD say where. With an argument: move the schema there
(see `move`), and write no rows. Alembic's own commands are run by `alembic`.
"""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
from alembic import command
from alembic.config import CommandLine, Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.pool import NullPool

from steadyhand.lab.systems.sleek_coach.app.logs import say
from steadyhand.lab.systems.sleek_coach.seeds import seed

MIGRATIONS = Path(__file__).with_name("migrations")
# The steps that each release line brings, the oldest first.
RELEASES = {"2.4": "release_2_4", "2.5": "release_2_5"}
FIRST = "2.4"


def configured(config: Config, version: str) -> Config:
    """Let Alembic know the steps that came with this version, and no later ones."""
    line = version.rpartition(".")[0]
    # An image that was built by hand has everything.
    known = [name for name in RELEASES if line not in RELEASES or name <= line]
    folders = os.pathsep.join(str(MIGRATIONS / RELEASES[name]) for name in known)
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", folders)
    config.set_main_option("path_separator", "os")
    return config


def move(url: URL, target: str, version: str = "") -> None:
    """Move the schema: up to a revision ("head", "0002"), or down by "-1", "-2", to "base"."""
    config = configured(Config(), version)
    down = target == "base" or target.startswith("-")
    with connected(url) as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, target)


def alembic(arguments: Sequence[str], version: str) -> int:
    """Run a command of Alembic's, as its own program would: "upgrade head", "downgrade -1"."""
    program = CommandLine(prog="alembic")
    asked = program.parser.parse_args(list(arguments))
    if not hasattr(asked, "cmd"):
        program.parser.error("too few arguments")
    config = configured(Config(cmd_opts=asked), version)
    _say_steps()
    with connected(_url()) as connection:
        config.attributes["connection"] = connection
        program.run_cmd(config, asked)  # ends the program where it fails
    return 0


def _say_steps() -> None:
    """Let each step be a line of the task's log."""

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(record.levelname, f"migration: {record.getMessage()}")

    logger = logging.getLogger("alembic.runtime.migration")
    logger.setLevel(logging.INFO)
    logger.addHandler(Lines())


@contextmanager
def connected(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10})
    with engine.begin() as connection:
        yield connection


def _url() -> URL:
    given = os.environ
    return URL.create(
        "postgresql+psycopg",
        given["DB_USER"],
        given["DB_PASSWORD"],
        given["DB_HOST"],
        int(given["DB_PORT"]),
        given["DB_NAME"],
    )


def main() -> None:
    url = _url()
    if sys.argv[1:]:
        move(url, sys.argv[1])
        return
    # A database that an earlier lab took further stays where it is.
    newest = ScriptDirectory.from_config(configured(Config(), f"{FIRST}.0")).get_current_head()
    move(url, newest or "head")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        seed(cast(psycopg.Connection, connection.connection.driver_connection))


if __name__ == "__main__":
    main()
