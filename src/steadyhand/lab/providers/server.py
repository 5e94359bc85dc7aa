"""A host and a port in, all providers served there out: by their host's name, or by /<provider>/….

The one place that knows sockets. A connection has a thread; `down` ends it without an answer.
"""

import socket
import ssl
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from steadyhand.lab.providers import control
from steadyhand.lab.providers.account import Account
from steadyhand.lab.providers.known import HOSTS, KINDS
from steadyhand.lab.providers.messages import Call, Reply

LARGEST = 2 * 2**20  # bytes of a body
IDLE = 60.0  # seconds that a connection may be silent


class Providers:
    """The accounts, and the server in front of them. Ends with `stop`."""

    def __init__(self, host: str, port: int, certificate: str = "") -> None:
        self.accounts = {name: Account(name) for name in KINDS}
        self.ending = threading.Event()
        self._server = _Server((host, port), self)
        self.host, self.port = host, int(self._server.server_address[1])
        self._secure = _secure(_Server((host, 0), self), certificate) if certificate else None
        self.tls_port = 0 if self._secure is None else int(self._secure.server_address[1])

    def serve(self) -> None:
        """Serve until `stop`."""
        if self._secure is not None:
            threading.Thread(target=self._secure.serve_forever, args=(0.2,), daemon=True).start()
        self._server.serve_forever(poll_interval=0.5)

    def stop(self) -> None:
        self.ending.set()
        for server in (self._secure, self._server):
            if server is not None:
                server.shutdown()
                server.server_close()

    def answer(self, host: str, call: Call) -> Reply | None:
        """Answer one call; None: end the connection instead."""
        name = HOSTS.get(host.partition(":")[0].lower(), "")
        if not name:
            if call.path == control.PREFIX or call.path.startswith(control.PREFIX + "/"):
                return control.answer(call, self.accounts)
            name, call = _by_path(call)
        if name not in KINDS:
            return Reply(404, {"error": "there is no such provider"})
        return self._ask(name, call)

    def _ask(self, name: str, call: Call) -> Reply | None:
        kind, account = KINDS[name], self.accounts[name]
        switches = account.switches
        with account.lock:
            account.usage.requests += 1
        if switches.slow and self.ending.wait(switches.slow):
            return None
        if switches.down:
            return None
        if switches.status is not None:
            reply = kind.refusal(switches.status)
        else:
            reply = kind.answer(call, self.accounts[kind.watches or name])
        if reply.status >= 400:
            with account.lock:
                account.usage.refused += 1
        return reply


def _by_path(call: Call) -> tuple[str, Call]:
    """Take the provider's name off the path: /gemini/v1/models is Gemini's /v1/models."""
    name, _, rest = call.path.removeprefix("/").partition("/")
    return name, Call(call.method, f"/{rest}", call.query, call.headers, call.body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], providers: Providers) -> None:
        self.providers = providers
        super().__init__(address, _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is its own matter; anything else is ours, and is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _secure(server: _Server, certificate: str) -> _Server:
    """Put TLS before a server; `certificate` is a file with the certificate and its key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # Each connection shakes hands in its own thread: one that never does delays no other.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    return server


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "stand-in", ""
    timeout = IDLE
    # Head and body in one packet: in two, the second would wait for the first one's receipt.
    wbufsize = -1
    server: _Server

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(Reply(413, {"error": "the body is too large, or of no stated length"}))
            return
        body = self.rfile.read(int(length))
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, url.path, dict(parse_qsl(url.query)), headers, body)
        reply = self.server.providers.answer(headers.get("host", ""), call)
        if reply is None:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve

    def _send(self, reply: Reply) -> None:
        kind, content = reply.encoded()
        self.send_response(reply.status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the providers' usage is counted, and their log is nobody's evidence."""
