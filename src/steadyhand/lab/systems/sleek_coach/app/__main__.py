"""The container's program: a role and the environment in, a server until SIGTERM, or a job's end.

Roles: the API (when none is named), `alembic` with Alembic's own arguments, and the names of JOBS.
HOST PORT VERSION STOP_SECONDS; the other variables are in settings.py.
"""

import os
import signal
import sys
from collections.abc import Sequence

# Longer than a load balancer keeps an idle connection (60 s), or it will send a request down one
# that is just being closed, and its user gets a 502.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout
KEEP_ALIVE = 75  # seconds


def main(arguments: Sequence[str]) -> int:
    # Each role imports what it needs: a task is small, and its start is quick.
    match arguments:
        case []:
            _serve()
            return 0
        case ["alembic", *rest]:
            from steadyhand.lab.systems.sleek_coach.schema import alembic

            return alembic(rest, os.environ["VERSION"])
        case [name]:
            from steadyhand.lab.systems.sleek_coach.app.jobs import run_job

            return run_job(name)
        case _:
            print(f"no such role: {' '.join(arguments)}", file=sys.stderr)
            return 2


def _serve() -> None:
    from steadyhand.lab.systems.serving import serve as serve_http
    from steadyhand.lab.systems.sleek_coach.app.api import create_app
    from steadyhand.lab.systems.sleek_coach.app.logs import say, take_over_library_logs
    from steadyhand.lab.systems.sleek_coach.app.settings import settings

    given = os.environ
    read = settings()
    take_over_library_logs()
    say("INFO", "starting", {"version": read.version, "ai_provider": read.provider.name})
    # Told to end before it serves, it ends without an error; then the server drains.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve_http(
            create_app(read),
            host=given["HOST"],
            port=int(given["PORT"]),
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=max(1, int(float(given.get("STOP_SECONDS", "30")))),
        )
    finally:
        say("INFO", "stopped", {"version": read.version})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
