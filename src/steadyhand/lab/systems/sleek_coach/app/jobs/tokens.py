"""Refresh tokens that nobody can use any more in, none of them left out."""

import psycopg

from steadyhand.lab.systems.sleek_coach.app.settings import dsn

# One that was used or ended is kept while it has not expired: should it come again, it is known.
PURGE = "delete from refresh_tokens where expires_at <= now()"


def run() -> dict[str, float]:
    with psycopg.connect(dsn()) as connection:
        return {"deleted": connection.execute(PURGE.encode()).rowcount}
