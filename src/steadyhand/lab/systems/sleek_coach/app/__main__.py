"""The container's program: settings from the environment in, a server until SIGTERM.

VERSION HOST PORT DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD STOP_SECONDS
"""

import os

import uvicorn
from psycopg.conninfo import make_conninfo

from steadyhand.lab.systems.sleek_coach.app.api import create_app, open_pool
from steadyhand.lab.systems.sleek_coach.app.logs import say
from steadyhand.lab.systems.sleek_coach.app.queries import RELEASES


def main() -> None:
    given = os.environ
    version = given["VERSION"]
    dsn = make_conninfo(
        host=given["DB_HOST"],
        port=given["DB_PORT"],
        dbname=given["DB_NAME"],
        user=given["DB_USER"],
        password=given["DB_PASSWORD"],
    )
    queries = RELEASES[version.rpartition(".")[0]]
    app = create_app(open_pool(dsn), queries, version)
    say("INFO", "starting", {"version": version})
    uvicorn.run(
        app,
        host=given["HOST"],
        port=int(given["PORT"]),
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=max(1, int(float(given.get("STOP_SECONDS", "30")))),
    )
    say("INFO", "stopped", {"version": version})


if __name__ == "__main__":
    main()
