"""A `redis-cli` argv in, its effect and the reason out, by the server's own command table."""

from steadyhand.actions.redis.classify import MODES, classify_redis, command_words
from steadyhand.actions.redis.commands import CHANGES, DESTROYS, GROUPS, KINDS, READS

__all__ = [
    "CHANGES",
    "DESTROYS",
    "GROUPS",
    "KINDS",
    "MODES",
    "READS",
    "classify_redis",
    "command_words",
]
