"""Workers that write down that they get on, in Redis or a database: who is silent, who is missing.

A worker's last word is a time (seconds or milliseconds since 1970, or ISO 8601); a value that is no
time says nothing and is told.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from steadyhand.model.settings.probes import WorkersProbe
from steadyhand.watch.sources.around import Around, Seen, Unable

_MILLISECONDS = 1e11  # as seconds that is the year 5138
_MOST = 10_000  # keys or rows that are read; more are no list of workers


async def look(probe: WorkersProbe, _name: str, around: Around) -> Seen:
    """Read once who said when that it gets on."""
    url = probe.url or around.variable(probe.url_env)
    if urlsplit(url).scheme in {"redis", "rediss", "unix"}:
        found = await _in_redis(probe, url)
    else:
        found = await _in_sql(probe, url)
    if isinstance(found, str):
        return Seen({}, found)
    return judged(probe, found, around.now())


def judged(probe: WorkersProbe, found: Mapping[str, object], now: datetime) -> Seen:
    """Say who is silent, and which of those that are expected nobody has heard of. Pure."""
    ages: dict[str, float] = {}
    unread: list[str] = []
    for worker, said in sorted(found.items()):
        at = moment(said)
        if at is None:
            unread.append(f"{worker}: {said!r:.40} is no time")
        else:
            ages[worker] = max(0.0, (now - at).total_seconds())
    silent = [w for w, age in ages.items() if age > probe.silent_seconds]
    missing = [e for e in probe.expect if not any(e in worker for worker in found)]
    values = {
        "silent": float(len(silent) + len(missing) + len(unread)),
        "workers": float(len(ages) - len(silent)),
    }
    if ages:
        values["age_seconds"] = max(ages.values())
    said = [
        *(f"{worker} is silent for {ages[worker]:.0f} s" for worker in silent),
        *(f"{worker}: no worker" for worker in missing),
        *unread,
    ]
    if not found and not probe.expect:
        said = ["no worker has written anything"]
    return Seen(values, "; ".join(said))


def moment(said: object) -> datetime | None:
    """Read a worker's last word; None where it is no time. Pure."""
    if isinstance(said, datetime):
        return said if said.tzinfo else said.replace(tzinfo=UTC)
    text = str(said).strip()
    try:
        number = float(text)
        return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def _in_redis(probe: WorkersProbe, url: str) -> Mapping[str, object] | str:
    try:
        from redis.asyncio import Redis
        from redis.exceptions import RedisError
    except ImportError:
        raise Unable("redis is not installed: pip install steadyhand[watch]") from None
    client = Redis.from_url(url, socket_timeout=probe.timeout_seconds, decode_responses=True)
    found: dict[str, object] = {}
    try:
        async for key in client.scan_iter(probe.keys, count=500):
            found |= await _of_key(client, str(key), probe.field)
            if len(found) > _MOST:
                return f"more than {_MOST} keys are like {probe.keys}"
    except RedisError as error:
        return str(error)
    finally:
        await client.aclose()
    return found


async def _of_key(client: Any, key: str, field: str) -> Mapping[str, object]:
    """Read a key: one worker's word, or those of several by name (a sorted set, a hash)."""
    match await client.type(key):
        case "zset":
            return dict(await client.zrange(key, 0, _MOST, withscores=True))
        case "hash" if field:
            return {key: await client.hget(key, field)}
        case "hash":
            return dict(await client.hgetall(key))
        case "string":
            said = await client.get(key)
            return {} if said is None else {key: _in_json(said, field)}
        case "none":
            return {}  # it has just ended
        case other:
            return {key: f"a {other}"}


def _in_json(said: str, field: str) -> object:
    if not field:
        return said
    try:
        held = json.loads(said)
    except ValueError:
        return said
    return held.get(field) if isinstance(held, dict) else said


async def _in_sql(probe: WorkersProbe, url: str) -> Mapping[str, object] | str:
    try:
        from psycopg import AsyncConnection, Error
    except ImportError:
        raise Unable("psycopg is not installed: pip install steadyhand[watch]") from None
    limit = max(1, int(probe.timeout_seconds * 800))  # the server gives up first, and says so
    # https://www.postgresql.org/docs/current/runtime-config-client.html
    options = f"-c default_transaction_read_only=on -c statement_timeout={limit}"
    try:
        connection = await AsyncConnection.connect(url, autocommit=True, options=options)
        try:
            rows = await (await connection.execute(probe.query.encode())).fetchmany(_MOST)
        finally:
            await connection.close()
    except Error as error:
        return str(error).strip() or type(error).__name__
    if any(len(row) < 2 for row in rows):
        return "the query must give two columns: a worker, and its last word"
    return {str(row[0]): row[1] for row in rows}
