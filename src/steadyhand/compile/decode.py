"""A file's bytes in, its text out, with what is needed to write it back as it was. Pure.

UTF-8, UTF-16 and UTF-32 (UTF-16 also without a byte order mark), and what is none of these:
Windows-1252, reported. No library that guesses: a guess would change with its version, and the
commands of a document are ASCII in every encoding that is left.
"""

import codecs
import re
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.model.document.finding import Finding, Severity
from steadyhand.model.document.span import Span

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the next one
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
)
# https://www.garykessler.net/library/file_sigs.html
_MAGIC = {
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive (an office document is one)",
    b"PK\x05\x06": "a ZIP archive (an office document is one)",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"{\\rtf": "a rich text document",
    b"\x1f\x8b": "gzip data",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data",
    b"\x28\xb5\x2f\xfd": "zstandard data",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\xca\xfe\xba\xbe": "a program",
    b"SQLite format 3": "an SQLite database",
}
# Control characters that no text holds; tabs, line ends, form feeds and escapes are left out.
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_TOO_MANY = 0.02  # of them, in what is not UTF-8
_HEAD = 65536  # bytes that are looked at for that
_RUN = re.compile(rb"[\x80-\xff]+")


class NotText(Exception):
    """The bytes are no text; the message says what they seem to be and what to do."""


class Decoded(Struct, frozen=True):
    """A text with how it lay in its file; `guessed` where nothing but its bytes says so.

    `damaged` are the lines of a UTF-8 text that hold other bytes; those were read as Windows-1252.
    """

    text: str
    encoding: str
    bom: bytes = b""
    guessed: bool = False
    damaged: tuple[int, ...] = ()

    def encode(self, text: str) -> bytes:
        """Write a changed text as the file was written; UTF-8 where that cannot hold it.

        Damaged lines are written as the text says, and are damaged no more.
        """
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace")


def decode(data: bytes) -> Decoded:
    """Read bytes as text. Raises NotText."""
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise NotText(f"this is {what}, no text; give the Markdown it was made from")
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _marked(data[len(bom) :], encoding, bom)
    if (wide := _wide(data)) is not None:
        return Decoded(_decoded(data, wide), wide, guessed=True)
    if b"\0" in data:
        raise NotText("this is no text: it holds NUL bytes; give the Markdown it was made from")
    try:
        return Decoded(data.decode(), "utf-8")
    except UnicodeDecodeError:
        return _guessed(data)


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
    for line in decoded.damaged:
        yield Finding(
            "readable-text",
            Severity.WARNING,
            "this line holds bytes that are not UTF-8, and the rest of the file is",
            Span(path, line, line),
            "save the file as UTF-8",
        )


def _marked(data: bytes, encoding: str, bom: bytes) -> Decoded:
    if encoding != "utf-8":
        return Decoded(_decoded(data, encoding), encoding, bom)
    try:
        return Decoded(data.decode(), encoding, bom)
    except UnicodeDecodeError:
        return _damaged(data, bom)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(f"not valid {encoding} (byte {error.start}); save it as UTF-8") from None


def _guessed(data: bytes) -> Decoded:
    """Read what is not UTF-8: all of it, or a few bytes in it."""
    head = data[:_HEAD]
    if len(_CONTROLS.findall(head)) > _TOO_MANY * len(head):
        raise NotText("this is no text; give the Markdown it was made from")
    runs = _RUN.findall(data)
    whole = sum(_fits(run, "utf-8") for run in runs)
    if whole > len(runs) - whole:  # more than could be by accident
        return _damaged(data, b"")
    # ISO 8859-1 has a sign for each byte, so that it can be written back.
    encoding = "cp1252" if _fits(data, "cp1252") else "latin-1"
    return Decoded(data.decode(encoding), encoding, guessed=True)


def _damaged(data: bytes, bom: bytes) -> Decoded:
    lines = re.split(rb"\r\n?|\n", data)
    damaged = tuple(n for n, line in enumerate(lines, 1) if not _fits(line, "utf-8"))
    return Decoded(data.decode("utf-8", _REREAD), "utf-8", bom, damaged=damaged)


def _reread(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


_REREAD = "steadyhand-windows-1252"
codecs.register_error(_REREAD, _reread)


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


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
