"""The container's program: settings from the environment in, a server until SIGTERM.

VERSION HOST PORT DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD ENVIRONMENT STOP_SECONDS
"""

import os
import signal
import sys

from psycopg.conninfo import make_conninfo

from steadyhand.lab.systems.conflicto.app.api import Release, create_app
from steadyhand.lab.systems.conflicto.app.database import open_pool
from steadyhand.lab.systems.conflicto.app.logs import say
from steadyhand.lab.systems.serving import serve as serve_http


def main() -> None:
    given = os.environ
    dsn = make_conninfo(
        host=given["DB_HOST"],
        port=given["DB_PORT"],
        dbname=given["DB_NAME"],
        user=given["DB_USER"],
        password=given["DB_PASSWORD"],
    )
    release = Release(given["VERSION"], given.get("ENVIRONMENT", "prod"))
    app = create_app(open_pool(dsn), release)
    say("INFO", f"starting app_version={release.tag}")
    # Told to end before it serves, it ends without an error; then the server drains.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve_http(
            app,
            host=given["HOST"],
            port=int(given["PORT"]),
            timeout_graceful_shutdown=max(1, int(float(given.get("STOP_SECONDS", "30")))),
        )
    finally:
        say("INFO", f"stopped app_version={release.tag}")


if __name__ == "__main__":
    main()
