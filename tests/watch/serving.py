"""Servers on loopback for looks: one that answers with given bytes, a name server."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

HOST = "127.0.0.1"


def answer(body: str = "", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


@dataclass
class Web:
    """What answers, and what it was asked: the whole request as text."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    open: int = 0
    most: int = 0  # connections at a time

    def url(self, path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://{HOST}:{self.port}{path}"


@asynccontextmanager
async def web(
    answers: Callable[[str], bytes],
    seconds: float = 0.0,
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[Web]:
    """Serve bytes by path; b"" closes the connection without a word."""
    made = Web()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.open += 1
        made.most = max(made.most, made.open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            made.asked.append(head)
            await asyncio.sleep(seconds)
            writer.write(answers(head.split()[1]))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            made.open -= 1
            writer.close()

    server = await asyncio.start_server(one, HOST, 0, ssl=context, backlog=1024)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


class Names(asyncio.DatagramProtocol):
    """A name server that knows one address, over UDP."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        self.addresses = addresses

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        import dns.flags
        import dns.message
        import dns.rcode
        import dns.rrset

        question = dns.message.from_wire(data)
        reply = dns.message.make_response(question)
        name = question.question[0].name
        if str(name).startswith("shop."):
            reply.answer.append(dns.rrset.from_text_list(name, 60, "IN", "A", self.addresses))
        else:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(reply.to_wire(), addr)


@asynccontextmanager
async def names(*addresses: str) -> AsyncIterator[str]:
    """Serve names; gives host:port."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Names(addresses), local_addr=(HOST, 0)
    )
    try:
        yield f"{HOST}:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()
