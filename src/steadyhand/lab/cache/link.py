"""The address of a Valkey in, its answers out; short waits only, because a lock is held meanwhile.

A server that did not answer is left alone for a moment: a node that hangs costs one short wait.
"""

import time
from contextlib import suppress
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE = 0.3
PAUSE = 2.0


class Silent(Exception):
    """The server did not answer."""


class Link:
    """The lab's own connection to one server. Shows as one client in the server's figures."""

    def __init__(self, host: str, port: int) -> None:
        self.address = host, port
        self._silent_until = 0.0
        # Any: redis-py gives `execute_command` no types.
        self._client: Any = redis.Redis(
            host,
            port,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
            max_connections=1,
            client_name="elasticache",
            decode_responses=True,
        )

    def run(self, *words: str) -> Any:
        """Run one command. Raises Silent, redis.ResponseError."""
        if time.monotonic() < self._silent_until:
            raise Silent(f"{self.address} hangs")
        try:
            return self._client.execute_command(*words)
        except redis.TimeoutError as error:
            self._silent_until = time.monotonic() + PAUSE
            raise Silent(str(error)) from None
        except redis.ConnectionError as error:
            raise Silent(str(error)) from None

    def answers(self) -> bool:
        """See whether it serves; a server that still loads its data does not."""
        with suppress(Silent, redis.ResponseError):
            return bool(self.run("PING"))
        return False

    def info(self, *sections: str) -> dict[str, Any]:
        """Raises Silent."""
        found: dict[str, Any] = self.run("INFO", *sections)
        return found

    def set(self, name: str, value: str) -> None:
        """Set a parameter of the server. Raises Silent, redis.ResponseError."""
        self.run("CONFIG", "SET", name, value)

    def close(self) -> None:
        with suppress(redis.RedisError):
            self._client.close()
