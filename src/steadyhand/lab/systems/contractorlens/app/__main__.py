"""The container's program: settings from the environment in, a server until SIGTERM.

VERSION HOST PORT STOP_SECONDS · DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD DB_POOL_SIZE ·
ML_ENABLED GEMINI_URL GEMINI_API_KEY ML_TIMEOUT_SECONDS · FIREBASE_URL FIREBASE_API_KEY
"""

import os
import signal
import sys

from psycopg.conninfo import make_conninfo

from steadyhand.lab.systems.contractorlens.app.api import Product, create_app, open_pool
from steadyhand.lab.systems.contractorlens.app.enrichment import Gemini
from steadyhand.lab.systems.contractorlens.app.identity import Firebase
from steadyhand.lab.systems.contractorlens.app.logs import say, take_over_library_logs
from steadyhand.lab.systems.contractorlens.app.queries import RELEASES
from steadyhand.lab.systems.serving import serve as serve_http

# Longer than a load balancer keeps an idle connection (60 s), or it will send a request down one
# that is just being closed, and its user gets a 502.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout
KEEP_ALIVE = 75  # seconds


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
    gemini = Gemini(
        url=given.get("GEMINI_URL", ""),
        key=given.get("GEMINI_API_KEY", ""),
        enabled=given.get("ML_ENABLED", "").strip().lower() == "true",
        timeout=float(given.get("ML_TIMEOUT_SECONDS", "8")),
    )
    firebase = Firebase(given.get("FIREBASE_URL", ""), given.get("FIREBASE_API_KEY", ""))
    pool = open_pool(dsn, int(given.get("DB_POOL_SIZE", "5")))
    product = Product(pool, RELEASES[version.rpartition(".")[0]], gemini, firebase)
    take_over_library_logs()
    say("INFO", f"starting version={version} ml_enabled={gemini.enabled}")
    # Told to end before it serves, it ends without an error; then the server drains.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve_http(
            create_app(product, version),
            host=given["HOST"],
            port=int(given["PORT"]),
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=max(1, int(float(given.get("STOP_SECONDS", "30")))),
        )
    finally:
        say("INFO", f"stopped version={version}")


if __name__ == "__main__":
    main()
