"""A connection to a Redis or Valkey in, its replies out with their types; and their three formats.

The client library hides what redis-cli shows: whether a text is a status, and an error's own first
word. So the few types of the protocol are read here. https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True)
class Status:
    text: bytes


@dataclass(frozen=True)
class ErrorReply:
    text: bytes


Reply = Status | ErrorReply | int | bytes | None | list["Reply"]


class Closed(Exception):
    """The server closed the connection."""


class Server:
    """One open connection. Raises OSError when it cannot be opened."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), 10)
        self._socket.settimeout(None)  # a command may block as long as it likes
        self._file: BinaryIO = self._socket.makefile("rb")

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, words: Sequence[bytes]) -> Reply:
        """Raises Closed."""
        parts = [b"*%d\r\n" % len(words)]
        parts += [b"$%d\r\n%s\r\n" % (len(word), word) for word in words]
        try:
            self._socket.sendall(b"".join(parts))
            return self.read()
        except OSError:
            raise Closed from None

    def read(self) -> Reply:
        """Raises Closed."""
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise Closed
        kind, rest = line[:1], line[1:-2]
        match kind:
            case b"+":
                return Status(rest)
            case b"-":
                return ErrorReply(rest)
            case b":":
                return int(rest)
            case b"$":
                return None if rest == b"-1" else self._exactly(int(rest))
            case b"*":
                return None if rest == b"-1" else [self.read() for _ in range(int(rest))]
        raise Closed

    def _exactly(self, count: int) -> bytes:
        found = self._file.read(count + 2)
        if len(found) != count + 2:
            raise Closed
        return found[:-2]


def raw(reply: Reply, delimiter: bytes = b"\n") -> bytes:
    match reply:
        case None:
            return b""
        case ErrorReply(text):
            return text + b"\n"
        case Status(text):
            return text
        case int():
            return b"%d" % reply
        case list():
            return delimiter.join(raw(one, delimiter) for one in reply)
        case _:
            return reply


def formatted(reply: Reply, indent: str = "") -> str:
    """What people see on a terminal."""
    match reply:
        case None:
            return "(nil)\n"
        case ErrorReply(text):
            return f"(error) {text.decode(errors='replace')}\n"
        case Status(text):
            return f"{text.decode(errors='replace')}\n"
        case int():
            return f"(integer) {reply}\n"
        case bytes():
            return f"{quoted(reply)}\n"
    if not reply:
        return "(empty array)\n"
    width = len(str(len(reply)))
    deeper = indent + " " * (width + 2)
    lines = (
        f"{indent if number > 1 else ''}{number:>{width}}) {formatted(one, deeper)}"
        for number, one in enumerate(reply, 1)
    )
    return "".join(lines)


def csv(reply: Reply) -> str:
    match reply:
        case None:
            return "NULL"
        case ErrorReply(text):
            return f"ERROR,{quoted(text)}"
        case Status(text):
            return quoted(text)
        case int():
            return str(reply)
        case list():
            return ",".join(map(csv, reply))
        case _:
            return quoted(reply)


_ESCAPES = {
    0x5C: "\\\\",
    0x22: '\\"',
    0x0A: "\\n",
    0x0D: "\\r",
    0x09: "\\t",
    0x07: "\\a",
    0x08: "\\b",
}


def quoted(text: bytes) -> str:
    """In quotes, with everything that is no printable ASCII written as an escape."""
    inner = (
        _ESCAPES.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}")
        for byte in text
    )
    return f'"{"".join(inner)}"'


class Unbalanced(Exception):
    """A line whose quotes do not match."""


_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}


def split_line(line: str) -> list[bytes]:
    """Split a typed line into words, as redis-cli does: with quotes and their escapes.

    Raises Unbalanced.
    """
    words: list[bytes] = []
    left = line.lstrip()
    while left:
        word, left = _word(left)
        words.append(word)
        left = left.lstrip()
    return words


def _word(text: str) -> tuple[bytes, str]:
    found = bytearray()
    position = 0
    while position < len(text) and not text[position].isspace():
        if text[position] in "\"'":
            position = _quoted(text, position, found)
            if position < len(text) and not text[position].isspace():
                raise Unbalanced
        else:
            found += text[position].encode(errors="surrogateescape")
            position += 1
    return bytes(found), text[position:]


def _quoted(text: str, start: int, found: bytearray) -> int:
    """Add what stands between the quotes; give the position behind them."""
    mark = text[start]
    position = start + 1
    while position < len(text):
        here, ahead = text[position], text[position + 1 : position + 2]
        if here == mark:
            return position + 1
        if here == "\\" and mark == '"' and ahead:
            code = text[position + 2 : position + 4]
            if ahead == "x" and len(code) == 2 and all(c in "0123456789abcdefABCDEF" for c in code):
                found.append(int(code, 16))
                position += 4
                continue
            found += _LETTERS.get(ahead, ahead).encode(errors="surrogateescape")
            position += 2
            continue
        if here == "\\" and mark == "'" and ahead == "'":
            found += b"'"
            position += 2
            continue
        found += here.encode(errors="surrogateescape")
        position += 1
    raise Unbalanced
