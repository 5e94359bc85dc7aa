"""The application meets a database in which it finds none of its tables: it answers 500."""

from contextlib import closing
from typing import Any

import psycopg
from psycopg import sql

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene

NOWHERE = "nowhere"


def inject(scene: Scene) -> dict[str, Any]:
    """Give the application's user a search path that leads nowhere, and have it connect anew."""
    setting = sql.SQL("set search_path to {}").format(sql.Identifier(NOWHERE))
    user = _alter(scene, setting)
    return {"user": user, "search_path": NOWHERE}


def clear(scene: Scene) -> None:
    _alter(scene, sql.SQL("reset search_path"))


def _alter(scene: Scene, change: sql.Composable) -> str:
    """Change a setting of the application's user in its database. Raises BadParameter."""
    database = scene.lab.rds.database(scene.live.parts.database.instance)
    if database is None:
        raise BadParameter("the system's database is gone")
    user, name = sql.Identifier(database.user), sql.Identifier(database.name)
    try:
        with closing(
            psycopg.connect(
                host=database.host,
                port=database.port,
                user=database.user,
                password=database.password,
                dbname=database.name,
                connect_timeout=5,
                autocommit=True,
            )
        ) as connection:
            altered = sql.SQL("alter role {} in database {} {}").format(user, name, change)
            connection.execute(altered)
            # A setting of a role is read when a connection begins.
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where usename = current_user and pid <> pg_backend_pid()"
            )
    except psycopg.OperationalError as error:
        raise BadParameter(f"the database does not answer: {error}") from None
    return database.user


SERVER_ERRORS = Fault(
    name="server-errors",
    summary="A setting of the database user hides every table: nearly each request answers 500.",
    notice=(
        "HTTPCode_Target_5XX_Count rises above 5 % of the requests; the log has ERROR lines with "
        "UndefinedTable; health checks stay green, tasks run, and nothing was deployed."
    ),
    inject=inject,
    clear=clear,
)
