"""Bytes in, plain dicts out, and back; by schemas written as text. Knows no single message.

A schema is a list of `name:type`. A type is i8 i16 i32 i64 bool string bytes; `?` before it means
it may be null; `[…]` an array, of a type or of a struct. `/4` after it: from version 4 on; `/2-4`:
from 2 to 4. From a message's first *flexible* version on, lengths are varints and every struct
ends with tagged fields, of which we send none and skip all.

https://kafka.apache.org/protocol#protocol_types
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LAST = 1 << 15
NUMBERS = {"i8": ">b", "i16": ">h", "i32": ">i", "i64": ">q", "bool": ">?"}
DEFAULTS: dict[str, Any] = {"bool": False, "string": "", "bytes": b""}
TOKEN = re.compile(r"\s+|(?P<word>[a-z_0-9]+)|(?P<mark>[:?\[\]])|/(?P<since>\d+)(-(?P<until>\d+))?")


class Malformed(Exception):
    """The bytes are no message of this schema."""


@dataclass(frozen=True)
class Kind:
    """A type. `of` is the name of a simple one, or the fields of a struct."""

    of: "str | tuple[Field, ...]"
    array: bool = False
    nullable: bool = False


@dataclass(frozen=True)
class Field:
    name: str
    kind: Kind
    since: int = 0
    until: int = LAST


@dataclass(frozen=True)
class Form:
    """How a message of one version is written."""

    version: int
    flexible: bool = False


def schema(text: str) -> tuple[Field, ...]:
    """Read a schema. Raises ValueError: it is ours, and wrong."""
    tokens = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"not a schema: {text[position:]!r}")
        position = match.end()
        if not match.group().isspace():
            tokens.append(match)
    fields, rest = _fields(tokens)
    if rest:
        raise ValueError(f"not a schema: {text!r}")
    return fields


def _fields(tokens: list[re.Match[str]]) -> tuple[tuple[Field, ...], list[re.Match[str]]]:
    found = []
    while tokens and tokens[0]["word"]:
        name = tokens[0].group()
        kind, tokens = _kind(tokens[2:])  # after the colon
        since, until = 0, LAST
        if tokens and tokens[0]["since"]:
            since = int(tokens[0]["since"])
            until = int(tokens[0]["until"] or LAST)
            tokens = tokens[1:]
        found.append(Field(name, kind, since, until))
    return tuple(found), tokens


def _kind(tokens: list[re.Match[str]]) -> tuple[Kind, list[re.Match[str]]]:
    nullable = tokens[0].group() == "?"
    tokens = tokens[nullable:]
    if tokens[0].group() != "[":
        return Kind(tokens[0].group(), False, nullable), tokens[1:]
    if tokens[2].group() == "]":
        return Kind(tokens[1].group(), True, nullable), tokens[3:]
    fields, tokens = _fields(tokens[1:])
    return Kind(fields, True, nullable), tokens[1:]


# --- reading ---


class Reader:
    """The rest of a message. Every method raises Malformed where the bytes end too soon."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def take(self, count: int) -> bytes:
        if count < 0 or count > len(self._data) - self._position:
            raise Malformed(f"{count} bytes wanted, {len(self._data) - self._position} left")
        start, self._position = self._position, self._position + count
        return self._data[start : self._position]

    def number(self, kind: str) -> Any:
        pattern = NUMBERS[kind]
        return struct.unpack(pattern, self.take(struct.calcsize(pattern)))[0]

    def varint(self) -> int:
        value = shift = 0
        while True:
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise Malformed("a varint without end")

    def signed_varint(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def length(self, kind: str, flexible: bool) -> int:
        """The length in front of a string, bytes or array; -1 for null."""
        return self.varint() - 1 if flexible else int(self.number(kind))

    def skip_tags(self) -> None:
        for _ in range(self.varint()):
            self.varint()
            self.take(self.varint())

    @property
    def left(self) -> int:
        return len(self._data) - self._position


def read(fields: tuple[Field, ...], form: Form, reader: Reader) -> dict[str, Any]:
    """Read a struct. Raises Malformed."""
    values = {
        field.name: _read_value(field.kind, form, reader)
        for field in fields
        if field.since <= form.version <= field.until
    }
    if form.flexible:
        reader.skip_tags()
    return values


def _read_value(kind: Kind, form: Form, reader: Reader) -> Any:
    if not kind.array:
        return _read_one(kind, form, reader)
    count = reader.length("i32", form.flexible)
    if count < 0:
        return None if kind.nullable else []
    if count > reader.left:
        raise Malformed(f"an array of {count} in {reader.left} bytes")
    element = Kind(kind.of)
    return [_read_one(element, form, reader) for _ in range(count)]


def _read_one(kind: Kind, form: Form, reader: Reader) -> Any:
    if not isinstance(kind.of, str):
        return read(kind.of, form, reader)
    if kind.of in NUMBERS:
        return reader.number(kind.of)
    length = reader.length("i16" if kind.of == "string" else "i32", form.flexible)
    if length < 0:
        return None if kind.nullable else DEFAULTS[kind.of]
    content = reader.take(length)
    if kind.of == "bytes":
        return content
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Malformed(str(error)) from None


# --- writing ---


def write(fields: tuple[Field, ...], form: Form, values: Mapping[str, Any]) -> bytes:
    """Write a struct; what `values` lacks gets the type's nothing: 0, "", null, no elements."""
    parts: list[bytes] = []
    _write_struct(fields, form, values, parts)
    return b"".join(parts)


def _write_struct(
    fields: tuple[Field, ...], form: Form, values: Mapping[str, Any], parts: list[bytes]
) -> None:
    for field in fields:
        if field.since <= form.version <= field.until:
            _write_value(field.kind, form, values.get(field.name), parts)
    if form.flexible:
        parts.append(b"\0")


def _write_value(kind: Kind, form: Form, value: Any, parts: list[bytes]) -> None:
    if not kind.array:
        _write_one(kind, form, value, parts)
    elif value is None and kind.nullable:
        parts.append(_length("i32", -1, form))
    else:
        elements = value or []
        parts.append(_length("i32", len(elements), form))
        for element in elements:
            _write_one(Kind(kind.of), form, element, parts)


def _write_one(kind: Kind, form: Form, value: Any, parts: list[bytes]) -> None:
    if not isinstance(kind.of, str):
        _write_struct(kind.of, form, value, parts)
    elif kind.of in NUMBERS:
        parts.append(struct.pack(NUMBERS[kind.of], value or 0))
    else:
        width = "i16" if kind.of == "string" else "i32"
        if value is None and kind.nullable:
            parts.append(_length(width, -1, form))
            return
        value = DEFAULTS[kind.of] if value is None else value
        content = value.encode() if isinstance(value, str) else value
        parts += (_length(width, len(content), form), content)


def _length(kind: str, length: int, form: Form) -> bytes:
    return varint(length + 1) if form.flexible else struct.pack(NUMBERS[kind], length)


def varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
