"""A service, a host and a port in; HTTP served there, in a thread, out.

On loopback unless told otherwise; elsewhere only for those who have a token or a name.
"""

import asyncio
import contextlib
import errno
import ipaddress
import socket
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING

from steadyhand.app.problem import Problem
from steadyhand.app.serving.service import Service
from steadyhand.store.access import tokens, users

if TYPE_CHECKING:
    import uvicorn

_TICK = 1.0  # seconds
_GRACE = 2  # seconds for what is being answered when it ends


class Listening:
    """HTTP is served at `address`, from `begin` until `close`. `listen` and `reserve` make one."""

    def __init__(self, service: Service, bound: socket.socket) -> None:
        host, port = bound.getsockname()[:2]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._service, self._bound = service, bound
        self._server: uvicorn.Server | None = None

    def begin(self) -> None:
        """Answer from now on; what came before has waited. Its libraries take most of a second."""
        import uvicorn

        from steadyhand.api.program import create

        config = uvicorn.Config(
            create(self._service),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
            limit_concurrency=500,
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(
            target=self._run, args=(self._server,), name="http", daemon=True
        )
        self._thread.start()

    def _run(self, server: "uvicorn.Server") -> None:
        try:
            self._loop.run_until_complete(self._serve(server))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()

    async def _serve(self, server: "uvicorn.Server") -> None:
        """Serve as uvicorn does, but for its waking ten times a second to see whether to end."""
        await server.startup(sockets=[self._bound])
        while not self._over.is_set() and not server.should_exit:
            await server.on_tick(0)  # the time of day that answers carry
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK):
                    await self._over.wait()
        await server.shutdown(sockets=[self._bound])

    def close(self) -> None:
        """Answer what is being answered, and end. Idempotent."""
        if self._server is None:
            self._bound.close()
            return
        with contextlib.suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(_GRACE + 5)


def listen(service: Service, host: str, port: int) -> Listening:
    """Begin to serve. Raises Problem as `reserve` does."""
    made = reserve(service, host, port)
    made.begin()
    return made


def reserve(service: Service, host: str, port: int) -> Listening:
    """Take the address, and serve nothing yet: what asks meanwhile waits.

    Raises Problem where the address is taken, is none, or must not be used.
    """
    _installed()
    if not _is_loopback(host) and not _guarded(service):
        raise Problem(
            f"refusing to listen on {host}, which others can reach, while there is no token and no"
            " user; make one first: steadyhand tokens create, steadyhand users add"
        )
    return Listening(service, _bind(host, port))


_NEEDED = ("argon2", "fastapi", "jinja2", "prometheus_client", "uvicorn")  # extra `serve`


def _installed() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise Problem(
            f"the HTTP side needs {', '.join(missing)}: pip install 'steadyhand[serve]';"
            " or pass --listen none"
        )


def _guarded(service: Service) -> bool:
    database, now = service.control.journal.database, service.control.clock.now()
    return bool(users.listed(database)) or any(one.valid(now) for one in tokens.listed(database))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bind(host: str, port: int) -> socket.socket:
    bound: socket.socket | None = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        # With its protocol said, as asyncio looks at it before it sends small answers at once.
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(128)
    except (OSError, OverflowError) as error:
        if bound is not None:
            bound.close()
        in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "something listens there already; is it another serve?" if in_use else str(error)
        raise Problem(
            f"cannot listen on {host}:{port}: {why} Pass --listen HOST:PORT, or --listen none"
        ) from None
    return bound
