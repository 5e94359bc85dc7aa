"""A port in, the AWS API on it out: moto's dispatcher, and what faults do to its answers."""

import socket
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from steadyhand.lab.cloud.calls import Calls
from steadyhand.lab.loopback import LOOPBACK
from steadyhand.lab.s3.door import Door, body

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class ApiServer:
    """The AWS API while `start` … `stop`. `ending` lets withheld answers go when the lab ends;
    `door` is what a request to S3 has to pass."""

    def __init__(self, port: int, calls: Calls, ending: threading.Event, door: Door) -> None:
        self._calls = calls
        self._door = door
        self._ending = ending
        self._started = False
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer = make_server(
            LOOPBACK, port, self._answer, threaded=True, request_handler=_QuietHandler
        )

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def start(self) -> None:
        self._started = True
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        if self._started:  # one that never served would wait for ever
            self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith("/moto-api"):
            # moto's own back door could reset the world under the physics.
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        refused = self._door.refusal(environ)
        if refused is not None:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            told = b"" if environ["REQUEST_METHOD"] == "HEAD" else body(refused)
            headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(told)))]
            start_response(f"{refused.status} {HTTPStatus(refused.status).phrase}", headers)
            return [told]
        # The deed is done here, under the API's lock; what follows concerns the answer only.
        answer: Iterable[bytes] = self._moto(environ, start_response)
        for fault in self._calls.verdict():
            if fault.seconds:
                self._ending.wait(fault.seconds)
            if fault.lost:
                _hang_up(environ)
        return answer


class _QuietHandler(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: calls are counted, not printed."""


def _hang_up(environ: Environ) -> None:
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError
