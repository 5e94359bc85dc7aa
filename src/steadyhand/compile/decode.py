"""A file's bytes in, its text out, with what is needed to write it back as it was. Pure.

UTF-8, UTF-16 (with or without a byte order mark), and what is neither: Windows-1252, reported.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from steadyhand.model.finding import Finding, Severity
from steadyhand.model.span import Span

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = {
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive (an office document is one)",
    b"\x1f\x8b": "gzip data",
    b"\x7fELF": "a program",
}


class NotText(Exception):
    """The bytes are no text; the message says what they seem to be and what to do."""


@dataclass(frozen=True)
class Decoded:
    """A text with how it lay in its file; `guessed` where nothing but its bytes says so."""

    text: str
    encoding: str
    bom: bytes = b""
    guessed: bool = False

    def encode(self, text: str) -> bytes:
        """Write a changed text as the file was written; UTF-8 where that cannot hold it."""
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode()


def decode(data: bytes) -> Decoded:
    """Read bytes as text. Raises NotText."""
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise NotText(f"this is {what}, no text; give the Markdown it was made from")
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return Decoded(_decoded(data[len(bom) :], encoding), encoding, bom)
    if (wide := _wide(data)) is not None:
        return Decoded(_decoded(data, wide), wide, guessed=True)
    if b"\0" in data:
        raise NotText("this is no text: it holds NUL bytes; give the Markdown it was made from")
    try:
        return Decoded(data.decode(), "utf-8")
    except UnicodeDecodeError:
        return Decoded(data.decode("cp1252", "replace"), "cp1252", guessed=True)


def remarks(path: str, decoded: Decoded) -> Iterator[Finding]:
    """Report an encoding that nothing but the bytes themselves speaks for."""
    if decoded.guessed:
        yield Finding(
            "readable-text",
            Severity.WARNING,
            f"the file is not UTF-8; it was read as {decoded.encoding}",
            Span(path, 1, 1),
            "save it as UTF-8",
        )


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(f"not valid {encoding} (byte {error.start}); save it as UTF-8") from None


def _wide(data: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every other byte of ASCII text is NUL."""
    some = data[:4096]
    if len(some) < 4 or len(some) % 2:
        return None
    even, odd = some[::2].count(0), some[1::2].count(0)
    half = len(some) // 2
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None
