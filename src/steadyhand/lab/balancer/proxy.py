"""Requests on a loopback port in, answers of healthy targets out; 502, 503 and 504 of its own.

One proxy is one load balancer: its listeners' ports and the rules by which a request finds its
target group. Runs in the event loop it is opened in; a connection to a target carries one request.
"""

import asyncio
import os
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from steadyhand.lab.balancer.access_log import Client, Exchange, Way
from steadyhand.lab.balancer.tally import Answer, Tally
from steadyhand.lab.balancer.targets import TargetGroup
from steadyhand.lab.balancer.tls import Tls
from steadyhand.lab.balancer.wire import MAX_HEAD, BadMessage, Message, read_message
from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import LOOPBACK

PHRASES = {400: "Bad Request", 502: "Bad Gateway"}
PHRASES |= {503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}


@dataclass(frozen=True)
class Route:
    """Requests for one of `hosts` and one of `paths` (patterns; none: any) go to `group`.
    `priority` is that of the listener's rule, 0 of its default."""

    group: TargetGroup
    hosts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    priority: int = 0

    def takes(self, host: str, path: str) -> bool:
        return _is_one_of(host, self.hosts) and _is_one_of(path, self.paths)


def _is_one_of(given: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(given, pattern) for pattern in patterns)


@dataclass
class Proxy:
    """One load balancer. `routes` may be replaced at any time; the first that takes it, has it.
    `name` is the end of its ARN, `certificate` the ARN of the listener's; `log` is told of every
    exchange while there is somebody who wants to know."""

    durations: Durations
    tally: Tally
    zones: tuple[str, ...] = ()  # of its nodes
    routes: Sequence[Route] = ()
    name: str = ""
    certificate: str = ""
    log: Callable[[Exchange], None] | None = None
    port: int = 0
    tls_port: int = 0
    tls: Tls | None = None
    _servers: list[asyncio.Server] = field(default_factory=list)
    _connections: int = 0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def open(self, tls: Tls | None = None) -> None:
        """Listen. Raises OSError when a port is taken."""
        self.port = await self._listen(self.port, None)
        if tls is not None:
            self.tls = tls
            self.tls_port = await self._listen(self.tls_port, tls.context)

    async def _listen(self, port: int, tls: ssl.SSLContext | None) -> int:
        server = await asyncio.start_server(
            self._connection, LOOPBACK, port, limit=MAX_HEAD, ssl=tls
        )
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def close(self) -> None:
        for server in self._servers:
            server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A name leads to one node after the other, as DNS turns its answers.
        self._connections += 1
        zone = self.zones[self._connections % len(self.zones)] if self.zones else ""
        try:
            while (request := await read_message(reader)) is not None:
                began, trace = time.time(), _trace(request)
                response, way = await self._answer(request, trace)
                status = int(response.first.split(b" ")[1])
                self.tally.add(Answer(status, way.seconds, way.group, zone))
                keep = request.header(b"connection").lower() != b"close"
                connection = b"keep-alive" if keep else b"close"
                writer.write(response.written(((b"Connection", connection),)))
                await writer.drain()
                if self.log is not None:
                    client = self._client(writer)
                    done = (way, trace, began, time.time())
                    self.log(Exchange(self.name, client, request, response, *done))
                if not keep:
                    break
        except (BadMessage, ValueError):
            with suppress(OSError):
                writer.write(_own(400).written(((b"Connection", b"close"),)))
        except (OSError, asyncio.IncompleteReadError):
            pass  # The client went away; there is nobody to answer.
        finally:
            writer.close()

    def _client(self, writer: asyncio.StreamWriter) -> Client:
        told: Any = writer.get_extra_info("peername") or ("-", 0)
        secured: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
        address = (str(told[0]), int(told[1]))
        if secured is None or self.tls is None:
            return Client(address)
        cipher = secured.cipher()
        name = self.tls.asked.get(secured, "")
        return Client(
            address, secured.version() or "", cipher[0] if cipher else "", name, self.certificate
        )

    def _route(self, request: Message) -> Route | None:
        host = request.header(b"host").decode("latin-1").partition(":")[0].lower()
        words = request.first.split(b" ")
        path = words[1].decode("latin-1").partition("?")[0] if len(words) > 1 else "/"
        return next((route for route in self.routes if route.takes(host, path)), None)

    async def _answer(self, request: Message, trace: str) -> tuple[Message, Way]:
        route = self._route(request)
        target = None if route is None else route.group.take()
        if route is None or target is None:
            return _own(503), Way()
        group = route.group
        way = Way(group.dimension, target.address, route.priority, time.time())
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.durations.target_timeout):
                response = await _ask(group.way(target), request, trace)
        except TimeoutError:
            return _own(504), way
        except (OSError, asyncio.IncompleteReadError, BadMessage, ValueError):
            return _own(502), way
        finally:
            group.done(target)
        return response, replace(way, seconds=time.perf_counter() - started)


# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
def _trace(request: Message) -> str:
    """By what a request is known on its whole way: as it says itself, or by a new id."""
    given = request.header(b"x-amzn-trace-id").decode("latin-1")
    return given or f"Root=1-{int(time.time()):08x}-{os.urandom(12).hex()}"


async def _ask(address: tuple[str, int], request: Message, trace: str) -> Message:
    reader, writer = await asyncio.open_connection(*address, limit=MAX_HEAD)
    try:
        extra = ((b"Connection", b"close"), (b"X-Amzn-Trace-Id", trace.encode("latin-1")))
        writer.write(request.written(extra))
        await writer.drain()
        response = await read_message(reader, True, bodiless=request.first.startswith(b"HEAD "))
        if response is None:
            raise BadMessage("the target closed the connection")
        return response
    finally:
        writer.close()


def _own(status: int) -> Message:
    phrase = PHRASES[status]
    page = f"<html><head><title>{status} {phrase}</title></head></html>\r\n".encode()
    headers = ((b"Server", b"awselb/2.0"), (b"Content-Type", b"text/html"))
    return Message(f"HTTP/1.1 {status} {phrase}".encode(), headers, page)
