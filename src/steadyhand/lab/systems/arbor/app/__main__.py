"""The containers' program: a role and the environment in, a server until SIGTERM.

Roles: `backend` (when none is named), `frontend`, and `alembic` with Alembic's own arguments.
HOST PORT VERSION STOP_SECONDS; the back end's other variables are in settings.py.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1]


def main(arguments: Sequence[str]) -> None:
    match arguments:
        case [] | ["backend"]:
            from steadyhand.lab.systems.arbor.app.api import create_app
            from steadyhand.lab.systems.arbor.app.settings import from_environment

            _serve(create_app(from_environment()))
        case ["frontend"]:
            from steadyhand.lab.systems.arbor.app.frontend import create_frontend

            _serve(create_frontend(os.environ["VERSION"]))
        case ["alembic", *rest]:
            from alembic.config import main as alembic

            alembic(["--config", str(FOLDER / "alembic.ini"), *rest])
        case _:
            sys.exit(f"no such role: {' '.join(arguments)}")


def _serve(app: Any) -> None:
    from steadyhand.lab.systems.arbor.app.logs import say
    from steadyhand.lab.systems.serving import serve as serve_http

    given = os.environ
    say("INFO", "starting", {"version": given["VERSION"]})
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
        say("INFO", "stopped", {"version": given["VERSION"]})


if __name__ == "__main__":
    main(sys.argv[1:])
