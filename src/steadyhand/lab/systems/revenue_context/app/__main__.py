"""The container's program, in the role that its argument names, until SIGTERM.

api, context-engine or orchestration-engine. VERSION HOST PORT STOP_SECONDS DB_HOST DB_PORT DB_NAME
DB_USER DB_PASSWORD REDIS_URL KAFKA_BROKERS OPENAI_URL OPENAI_API_KEY LLM_DAILY_BUDGET
"""

import signal
import sys

from steadyhand.lab.systems.revenue_context.app.logs import say, take_over_library_logs
from steadyhand.lab.systems.revenue_context.app.settings import Settings, settings


def serve(given: Settings) -> None:
    from steadyhand.lab.systems.revenue_context.app.http.api import create_app
    from steadyhand.lab.systems.serving import serve as serve_http  # the workers do without

    say("INFO", "starting", service="api", version=given.version)
    # Told to end before it serves, it ends without an error; then the server drains.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve_http(
            create_app(given),
            host=given.host,
            port=given.port,
            timeout_graceful_shutdown=given.stop_seconds,
        )
    finally:
        say("INFO", "stopped", service="api")


def main() -> None:
    role = sys.argv[1] if len(sys.argv) == 2 else ""
    take_over_library_logs()
    given = settings()
    if role == "api":
        serve(given)
    elif role == "context-engine":
        from steadyhand.lab.systems.revenue_context.app.workers import context_engine

        context_engine.context_engine(given).run()
    elif role == "orchestration-engine":
        from steadyhand.lab.systems.revenue_context.app.workers import orchestration_engine

        orchestration_engine.orchestration_engine(given).run()
    else:
        sys.exit("usage: app api | context-engine | orchestration-engine")


if __name__ == "__main__":
    main()
