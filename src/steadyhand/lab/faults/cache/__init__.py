"""Faults of ElastiCache: its nodes, their memory, what they hold, how fast they answer."""

from steadyhand.lab.faults.cache.redis_cold import REDIS_COLD
from steadyhand.lab.faults.cache.redis_down import REDIS_DOWN
from steadyhand.lab.faults.cache.redis_evicting import REDIS_EVICTING
from steadyhand.lab.faults.cache.redis_full import REDIS_FULL
from steadyhand.lab.faults.cache.redis_slow import REDIS_SLOW

CACHE = (REDIS_DOWN, REDIS_FULL, REDIS_EVICTING, REDIS_COLD, REDIS_SLOW)
