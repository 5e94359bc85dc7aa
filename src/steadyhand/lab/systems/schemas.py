"""Where a database is and a folder of Alembic's steps in, its schema brought up to date out.

What the systems do alike when they migrate. Knows none of them, and neither tables nor rows.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.pool import NullPool


def address(given: Mapping[str, str] = os.environ) -> URL:
    """DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD say where. Raises KeyError without one."""
    return URL.create(
        "postgresql+psycopg",
        given["DB_USER"],
        given["DB_PASSWORD"],
        given["DB_HOST"],
        int(given["DB_PORT"]),
        given["DB_NAME"],
    )


@contextmanager
def connected(url: URL) -> Iterator[Connection]:
    """A connection in a transaction, which is committed at the end."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10})
    with engine.begin() as connection:
        yield connection


def configured(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    return config


def move(config: Config, url: URL, target: str) -> None:
    """Move the schema: up to a revision ("head", "0002"), or down by "-1", "-2", to "base"."""
    down = target == "base" or target.startswith("-")
    with connected(url) as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, target)


def bring_up(
    config: Config, seed: Callable[[psycopg.Connection], None], first: str = "head"
) -> None:
    """Bring the schema to `first` and write the first rows; `seed` writes none a second time.

    With an argument on the command line: move the schema there, and write no rows.
    """
    url = address()
    if sys.argv[1:]:
        move(config, url, sys.argv[1])
        return
    move(config, url, first)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        seed(cast(psycopg.Connection, connection.connection.driver_connection))
