"""Requests on a loopback port in, answers of healthy targets out; 502, 503 and 504 of its own.

One proxy is one load balancer: its listeners' ports and the rules by which a request finds its
target group. Runs in the event loop it is opened in; a connection to a target carries one request.
"""

import asyncio
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

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
    """Requests for one of `hosts` and one of `paths` (patterns; none: any) go to `group`."""

    group: TargetGroup
    hosts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def takes(self, host: str, path: str) -> bool:
        return _is_one_of(host, self.hosts) and _is_one_of(path, self.paths)


def _is_one_of(given: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(given, pattern) for pattern in patterns)


@dataclass
class Proxy:
    """One load balancer. `routes` may be replaced at any time; the first that takes it, has it."""

    durations: Durations
    tally: Tally
    routes: Sequence[Route] = ()
    port: int = 0
    tls_port: int = 0
    tls: Tls | None = None
    _servers: list[asyncio.Server] = field(default_factory=list)

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
        try:
            while (request := await read_message(reader)) is not None:
                answer = await self._answer(request)
                keep = request.header(b"connection").lower() != b"close"
                connection = b"keep-alive" if keep else b"close"
                writer.write(answer.written(((b"Connection", connection),)))
                await writer.drain()
                if not keep:
                    break
        except (BadMessage, ValueError):
            with suppress(OSError):
                writer.write(_own(400).written(((b"Connection", b"close"),)))
        except (OSError, asyncio.IncompleteReadError):
            pass  # The client went away; there is nobody to answer.
        finally:
            writer.close()

    def _group(self, request: Message) -> TargetGroup | None:
        host = request.header(b"host").decode("latin-1").partition(":")[0].lower()
        words = request.first.split(b" ")
        path = words[1].decode("latin-1").partition("?")[0] if len(words) > 1 else "/"
        return next((route.group for route in self.routes if route.takes(host, path)), None)

    async def _answer(self, request: Message) -> Message:
        group = self._group(request)
        target = None if group is None else group.take()
        if group is None or target is None:
            return self._counted(_own(503))
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.durations.target_timeout):
                response = await _ask(group.way(target), request)
        except TimeoutError:
            return self._counted(_own(504))
        except (OSError, asyncio.IncompleteReadError, BadMessage, ValueError):
            return self._counted(_own(502))
        finally:
            group.done(target)
        return self._counted(response, time.perf_counter() - started, group.dimension)

    def _counted(
        self, response: Message, target_seconds: float | None = None, group: str = ""
    ) -> Message:
        self.tally.add(Answer(int(response.first.split(b" ")[1]), target_seconds, group))
        return response


async def _ask(address: tuple[str, int], request: Message) -> Message:
    reader, writer = await asyncio.open_connection(*address, limit=MAX_HEAD)
    try:
        writer.write(request.written(((b"Connection", b"close"),)))
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
