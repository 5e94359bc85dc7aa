"""A request in, the answer out: HTTP/1.1 over asyncio, each look over a connection of its own.

httptools reads the answer (llhttp, Node's own). A client library costs about twice the processor
time for what a probe needs: benchmarks/probes.py measures both. Follows redirects; no cookies.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

import httptools
from msgspec import Struct, field

from steadyhand.watch.sources.around import Around

MOST_BYTES = 4_000_000
_PIECE = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DAY = 86_400.0


class BadAnswer(Exception):
    """What came is no answer; the message says what is wrong with it."""


class Request(Struct, frozen=True):
    """`secret` headers go to the host that was asked, and to no other that it redirects to."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    redirects: int = 0
    verify_tls: bool = True
    authority: str = ""


class Response(Struct, frozen=True):
    """`certificate_until` is when the server's certificate ends, in seconds of the epoch."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    redirects: int
    certificate_until: float | None = None


async def fetch(request: Request, around: Around) -> Response:
    """Ask, and follow redirects. Raises OSError, ssl.SSLError, or BadAnswer."""
    url, method, secret = urlsplit(request.url), request.method, dict(request.secret)
    for hop in range(request.redirects + 1):
        answer = await _ask(request, url, method, secret, around)
        target = answer.headers.get("location", "")
        if answer.status not in _REDIRECTS or not target:
            return Response(
                answer.status, answer.headers, answer.body, hop, answer.certificate_until
            )
        if hop == request.redirects:
            if request.redirects:
                raise BadAnswer(f"more than {request.redirects} redirects, the last to {target}")
            return answer
        there = urlsplit(urljoin(url.geturl(), target))
        if there.netloc != url.netloc or (url.scheme, there.scheme) == ("https", "http"):
            secret = {}
        # https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4
        method = "GET" if answer.status == 303 and method != "HEAD" else method
        url = there
    raise AssertionError("the loop answers or raises")


async def _ask(
    request: Request, url: SplitResult, method: str, secret: Mapping[str, str], around: Around
) -> Response:
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise BadAnswer(f"redirected to {url.geturl()}, which is not http")
    tls = url.scheme == "https"
    host, port = await around.address(url.hostname, url.port or (443 if tls else 80), tls)
    written = _written(request, url, method, secret)
    if not tls:
        return await _plain((host, port), written, method)
    context = trust(request.verify_tls, request.authority or around.authority)
    reader, writer = await asyncio.open_connection(
        host, port, ssl=context, server_hostname=url.hostname
    )
    try:
        writer.write(written)
        status, headers, body = await _read(lambda: reader.read(_PIECE), method)
        until = ends(writer)
    finally:
        writer.transport.abort()  # nothing is sent any more, and nobody waits for a goodbye
    return Response(status, headers, body, 0, until)


async def _plain(address: tuple[str, int], written: bytes, method: str) -> Response:
    """Ask over a bare socket: a stream over it costs half as much again of a processor."""
    loop = asyncio.get_running_loop()
    with await connect(address) as connection:
        await loop.sock_sendall(connection, written)
        return Response(*await _read(lambda: loop.sock_recv(connection, _PIECE), method), 0)


async def connect(address: tuple[str, int]) -> socket.socket:
    """Connect a bare socket. Raises OSError."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:  # a look that was cancelled, too
        connection.close()
        raise
    return connection


def _written(request: Request, url: SplitResult, method: str, secret: Mapping[str, str]) -> bytes:
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    body = request.body.encode() if method == request.method else b""
    headers = {
        "Host": url.netloc.rpartition("@")[2],
        "User-Agent": "steadyhand",
        "Accept": "*/*",
        "Connection": "close",
        **request.headers,
        **secret,
    }
    if body:
        headers["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{key}: {value}" for key, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise BadAnswer("a header must be one line")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + body


class _Answer:
    """What httptools calls while it reads."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.body: list[bytes] = []
        self.size = 0
        self.begun = self.done = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.begun = True

    def on_body(self, piece: bytes) -> None:
        self.size += len(piece)
        self.body.append(piece)

    def on_message_complete(self) -> None:
        self.done = True


async def _read(
    more: Callable[[], Awaitable[bytes]], method: str
) -> tuple[int, dict[str, str], bytes]:
    answer = _Answer()
    parser = httptools.HttpResponseParser(answer)
    while not answer.done and not (method == "HEAD" and answer.begun):
        piece = await more()
        if not piece:
            _ended(answer)
            break
        try:
            parser.feed_data(piece)
        except httptools.HttpParserError as error:
            raise BadAnswer(f"not HTTP: {error}") from None
        if answer.size > MOST_BYTES:
            raise BadAnswer(f"more than {MOST_BYTES:,} bytes")
    return parser.get_status_code(), answer.headers, b"".join(answer.body)


def _ended(answer: _Answer) -> None:
    """Judge an answer whose connection was closed; without a length that is how one ends."""
    if not answer.begun:
        raise BadAnswer("the connection was closed without an answer")
    if "content-length" in answer.headers or "transfer-encoding" in answer.headers:
        raise BadAnswer("the connection was closed before the end of the answer")


@lru_cache(maxsize=64)
def trust(verify: bool, authority: str) -> ssl.SSLContext:
    """Make what a connection is secured with; the making is slow, so it is kept."""
    context = ssl.create_default_context(cafile=authority or None)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def ends(writer: asyncio.StreamWriter) -> float | None:
    """Say when the certificate of the other side ends, in seconds of the epoch."""
    secured: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
    if secured is None:
        return None
    if said := (secured.getpeercert() or {}).get("notAfter"):
        return float(ssl.cert_time_to_seconds(str(said)))
    raw = secured.getpeercert(binary_form=True)
    if raw is None:
        return None
    from cryptography.x509 import load_der_x509_certificate

    return load_der_x509_certificate(raw).not_valid_after_utc.timestamp()


def days_left(until: float, now: float) -> float:
    return (until - now) / _DAY
