"""An empty or older database in, the engine's schema and first rows out. Safe to run again.

DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD say where. With an argument: move the schema there
(see `move`), and write no rows.
"""

import os
import sys
from pathlib import Path
from typing import cast

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine
from sqlalchemy.pool import NullPool

from steadyhand.lab.systems.revenue_context.seeds import seed

MIGRATIONS = Path(__file__).with_name("migrations")


def move(url: URL, target: str) -> None:
    """Move the schema: up to a revision ("head", "0002"), or down by "-1", "-2", to "base"."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    down = target == "base" or target.startswith("-")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, target)


def main() -> None:
    given = os.environ
    url = URL.create(
        "postgresql+psycopg",
        given["DB_USER"],
        given["DB_PASSWORD"],
        given["DB_HOST"],
        int(given["DB_PORT"]),
        given["DB_NAME"],
    )
    if sys.argv[1:]:
        move(url, sys.argv[1])
        return
    move(url, "head")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        seed(cast(psycopg.Connection, connection.connection.driver_connection))


if __name__ == "__main__":
    main()
