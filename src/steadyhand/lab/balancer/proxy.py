"""Requests on a loopback port in, answers of healthy targets out; 502, 503 and 504 of its own.

Runs in a thread of its own with its own event loop. A connection to a target carries one request.
"""

import asyncio
import threading
import time
from contextlib import suppress

from steadyhand.lab.balancer.health import check_forever
from steadyhand.lab.balancer.tally import Answer, Tally
from steadyhand.lab.balancer.targets import Target, TargetGroup
from steadyhand.lab.balancer.wire import MAX_HEAD, BadMessage, Message, read_message
from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import LOOPBACK

PHRASES = {400: "Bad Request", 502: "Bad Gateway"}
PHRASES |= {503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}


class Balancer:
    """Listens while `start` … `stop`."""

    def __init__(self, durations: Durations, port: int) -> None:
        self.targets = TargetGroup()
        self.tally = Tally(durations.metric_period)
        self.port = port
        self._durations = durations
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="balancer", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        serve = asyncio.start_server(self._connection, LOOPBACK, self.port, limit=MAX_HEAD)
        try:
            server = self._loop.run_until_complete(serve)
        except OSError as error:
            self._failure = error
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        checks = self._loop.create_task(check_forever(self.targets, self._durations))
        self._loop.run_forever()
        checks.cancel()
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

    async def _answer(self, request: Message) -> Message:
        target = self.targets.take()
        if target is None:
            return self._counted(_own(503))
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._durations.target_timeout):
                response = await _ask(target, request)
        except TimeoutError:
            return self._counted(_own(504))
        except (OSError, asyncio.IncompleteReadError, BadMessage, ValueError):
            return self._counted(_own(502))
        finally:
            self.targets.done(target)
        return self._counted(response, time.perf_counter() - started)

    def _counted(self, response: Message, target_seconds: float | None = None) -> Message:
        self.tally.add(Answer(int(response.first.split(b" ")[1]), target_seconds))
        return response


async def _ask(target: Target, request: Message) -> Message:
    reader, writer = await asyncio.open_connection(target.host, target.port, limit=MAX_HEAD)
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
