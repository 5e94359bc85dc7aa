"""What client and zygote say to each other: one command in, its process id and exit status out.

A command's connection is a socket pair of its own. Its far end and the three standard files travel
over the zygote's door by SCM_RIGHTS; all else goes over the connection itself. No AWS in here.
"""

import json
import socket
import struct
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import asdict

from steadyhand.world.programs.streams import exactly

FILES = 4  # the connection, stdin, stdout, stderr
_LENGTH = struct.Struct(">I")
_NUMBER = struct.Struct(">i")


class Order(Struct, frozen=True):
    """One command. `argv` is without the leading `aws`; `env` comes on top of the zygote's."""

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str] = field(default_factory=dict)


class Start(Struct, frozen=True):
    """What a zygote is told when it starts. `endpoint` "" means AWS itself."""

    endpoint: str
    region: str
    factor: float
    scratch: str  # a directory that goes with the zygote
    ahead: int  # how many children wait, forked ahead
    plugin: str = ""  # the one program that it may start in the lab


def write_start(start: Start) -> str:
    return json.dumps(asdict(start))


def read_start(text: str) -> Start:
    return Start(**json.loads(text))


def send_order(connection: socket.socket, order: Order) -> None:
    body = json.dumps([order.argv, order.cwd, dict(order.env)]).encode()
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive_order(connection: socket.socket) -> Order:
    """Read one order. Raises EOFError when the other side went away."""
    size = _LENGTH.unpack(exactly(connection, _LENGTH.size))[0]
    argv, cwd, env = json.loads(exactly(connection, size))
    return Order(tuple(argv), cwd, env)


def send_number(connection: socket.socket, number: int) -> None:
    connection.sendall(_NUMBER.pack(number))


def receive_number(connection: socket.socket) -> int | None:
    """Read a process id or an exit status; None when the other side went away."""
    try:
        return int(_NUMBER.unpack(exactly(connection, _NUMBER.size))[0])
    except (EOFError, OSError):
        return None
