"""A query: whether the database answers, and the first number that it answers with."""

from steadyhand.model.settings.probes import SqlProbe
from steadyhand.watch.sources.around import Around, Seen, Unable


async def look(probe: SqlProbe, _name: str, around: Around) -> Seen:
    """Ask once, in a session that can change nothing."""
    try:
        from psycopg import AsyncConnection, Error
    except ImportError:
        raise Unable("psycopg is not installed: pip install steadyhand[watch]") from None
    limit = max(1, int(probe.timeout_seconds * 800))  # the server gives up first, and says so
    # https://www.postgresql.org/docs/current/runtime-config-client.html
    options = f"-c default_transaction_read_only=on -c statement_timeout={limit}"
    url = around.variable(probe.url_env)
    try:
        connection = await AsyncConnection.connect(url, autocommit=True, options=options)
        try:
            row = await (await connection.execute(probe.query.encode())).fetchone()
        finally:
            await connection.close()
    except Error as error:
        return Seen({}, str(error).strip() or type(error).__name__)
    if row is None or row[0] is None:
        return Seen()
    try:
        return Seen({"value": float(row[0])})
    except (TypeError, ValueError):
        return Seen({}, f"the first column is no number: {row[0]!r}")
