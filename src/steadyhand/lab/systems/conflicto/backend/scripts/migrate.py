"""Bring the schema of DATABASE_URL up to date. Options in, what was done on standard output.

    poetry run python scripts/migrate.py [--retry] [--wait SECONDS]

One migration runs at a time: each waits for an advisory lock, which pg_locks shows. Exit code 1
says that the schema is as it was.
"""

import argparse
import os
import sys

from steadyhand.lab.systems.conflicto.migrate import (
    NotMigrated,
    Patience,
    migrate,
    url_from_environment,
)

RETRIES = 5


def main() -> int:
    parser = argparse.ArgumentParser(description="Bring the schema of DATABASE_URL up to date.")
    parser.add_argument("--retry", action="store_true", help=f"try up to {RETRIES} times")
    parser.add_argument("--wait", type=float, default=30.0, help="seconds for a lock (30)")
    given = parser.parse_args()
    patience = Patience(given.wait, RETRIES if given.retry else 1)
    try:
        print(f"environment: {os.environ.get('ENVIRONMENT', 'not set')}", flush=True)
        migrate(url_from_environment(), patience, lambda line: print(line, flush=True))
    except NotMigrated as error:
        print(f"migration failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
