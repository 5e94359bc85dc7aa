"""As much of HTTP/1.1 as a proxy on loopback needs: one request or response, read whole."""

import asyncio
from dataclasses import dataclass

MAX_HEAD = 64 * 1024
MAX_BODY = 16 * 1024 * 1024
HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"proxy-connection", b"upgrade", b"te"}


class BadMessage(Exception):
    """Not HTTP, or more than the lab's proxy reads."""


@dataclass(frozen=True)
class Message:
    """A first line, its headers as written, and the whole body."""

    first: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: bytes) -> bytes:
        return next((value for key, value in self.headers if key.lower() == name), b"")

    def written(self, extra: tuple[tuple[bytes, bytes], ...]) -> bytes:
        """The bytes to send on: hop-by-hop headers dropped, the length stated, `extra` added."""
        added = {key.lower() for key, _ in extra}
        dropped = HOP | added | {b"content-length"}
        kept = [(key, value) for key, value in self.headers if key.lower() not in dropped]
        length = (b"Content-Length", b"%d" % len(self.body))
        lines = [self.first, *(key + b": " + value for key, value in (*kept, length, *extra))]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


async def read_message(
    reader: asyncio.StreamReader, until_end: bool = False, bodiless: bool = False
) -> Message | None:
    """Read one message; None when the other side closed instead of sending one.

    `until_end`: a body without a stated length goes on until the connection ends (a response).
    `bodiless`: there is none, whatever the headers say (the answer to a HEAD).
    Raises BadMessage, asyncio.IncompleteReadError, OSError.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None
        raise
    except asyncio.LimitOverrunError:
        raise BadMessage("the head is too long") from None
    first, *lines = head[:-4].split(b"\r\n")
    headers = tuple(_header(line) for line in lines)
    message = Message(first, headers, b"")
    if bodiless:
        return message
    return Message(first, headers, await _body(reader, message, until_end))


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon:
        raise BadMessage("a header without a colon")
    return name.strip(), value.strip()


async def _body(reader: asyncio.StreamReader, head: Message, until_end: bool) -> bytes:
    if head.header(b"transfer-encoding").lower() == b"chunked":
        return await _chunks(reader)
    length = head.header(b"content-length")
    if length:
        if not length.isdigit() or int(length) > MAX_BODY:
            raise BadMessage("the body is too long")
        return await reader.readexactly(int(length))
    status = head.first.split(b" ", 2)[1:2]
    bodiless = status and (status[0] in (b"204", b"304") or status[0].startswith(b"1"))
    return await reader.read() if until_end and not bodiless else b""


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while True:
        size = int((await reader.readline()).split(b";")[0], 16)
        if size == 0:
            while (await reader.readline()).strip():
                pass
            return b"".join(parts)
        parts.append(await reader.readexactly(size))
        await reader.readline()
