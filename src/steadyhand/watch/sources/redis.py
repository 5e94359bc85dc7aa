"""A Redis: whether it answers, and a number of its INFO, or that as a share of another."""

from collections.abc import Mapping

from steadyhand.model.settings.probes import RedisProbe
from steadyhand.watch.sources.around import Around, Seen, Unable


async def look(probe: RedisProbe, _name: str, around: Around) -> Seen:
    """Ask once."""
    try:
        from redis.asyncio import Redis
        from redis.exceptions import RedisError
    except ImportError:
        raise Unable("redis is not installed: pip install steadyhand[watch]") from None
    url = probe.url or around.variable(probe.url_env)
    client = Redis.from_url(url, socket_timeout=probe.timeout_seconds, retry_on_timeout=False)
    try:
        await client.ping()
        info = await client.info() if probe.field else {}
    except RedisError as error:
        return Seen({}, str(error))
    finally:
        await client.aclose()
    return read(probe, info) if probe.field else Seen()


def read(probe: RedisProbe, info: Mapping[str, object]) -> Seen:
    """Take the field out of what INFO said. Pure."""
    numbers = []
    for key in filter(None, (probe.field, probe.of)):
        value = info.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return Seen({}, f"INFO has no number {key}")
        numbers.append(float(value))
    if not probe.of:
        return Seen({"value": numbers[0]})
    if not numbers[1]:
        return Seen({}, f"{probe.of} is 0: there is nothing to be a share of")
    return Seen({"value": 100.0 * numbers[0] / numbers[1]})
