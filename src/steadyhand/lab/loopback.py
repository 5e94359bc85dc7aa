"""Free loopback addresses and ports. Nothing in the lab ever listens on anything else."""

import os
import random
import socket
from collections.abc import Iterator
from itertools import count

LOOPBACK = "127.0.0.1"


def is_free(host: str, port: int) -> bool:
    """Try to listen there; False also where the machine has no such loopback alias."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(host: str = LOOPBACK) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class Addresses:
    """Hands out addresses in one 127.77.x.0/24; where there are no aliases, ports on 127.0.0.1."""

    def __init__(self) -> None:
        # Each lab draws its own network, so that two labs on one machine do not meet.
        self.network = f"127.77.{random.Random(os.urandom(8)).randrange(1, 255)}"
        self._numbers: Iterator[int] = count(1)
        self.aliased = is_free(f"{self.network}.254", 0)

    def take(self, port: int) -> tuple[str, int]:
        """An address where `port` is free; a fixed one may be wanted twice, so numbers go round."""
        if self.aliased:
            for _ in range(500):
                host = f"{self.network}.{next(self._numbers) % 253 + 1}"
                if is_free(host, port):
                    return host, port
        return LOOPBACK, free_port()
