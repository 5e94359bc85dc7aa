"""The task's environment in, a warm cache out: `warm_cache()`, as operators call it in a task."""

import time

import redis

from steadyhand.lab.systems.arbor.app.cache import PlanCache
from steadyhand.lab.systems.arbor.app.database import Database, open_pool
from steadyhand.lab.systems.arbor.app.logs import say
from steadyhand.lab.systems.arbor.app.queries import RELEASES, line_of
from steadyhand.lab.systems.arbor.app.recommending import Recommending
from steadyhand.lab.systems.arbor.app.settings import Settings, from_environment


def warm_cache(settings: Settings | None = None) -> int:
    """Compute and keep every household's plans; give how many keys were written.

    Raises redis.RedisError, psycopg.Error and PoolTimeout: whoever calls this by hand has to see
    that nothing was warmed.
    """
    settings = settings or from_environment()
    started = time.perf_counter()
    line = line_of(settings.version)
    with open_pool(settings) as pool:
        cache = PlanCache(redis.Redis.from_url(settings.redis_url, socket_timeout=5), line)
        warmed = Recommending(Database(pool), cache, RELEASES[line]).warm()
    took = round((time.perf_counter() - started) * 1000, 1)
    say("INFO", "cache warmed", {"keys": warmed, "duration": took})
    return warmed
