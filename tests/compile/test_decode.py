"""Bytes in every encoding that documents come in; what is no text; and the way back."""

import codecs
import gzip

import pytest

from steadyhand.compile.decode import NotText, decode, remarks

TEXT = "# Größe\r\n\r\n`ls` – “ok”\nend\r"


@pytest.mark.parametrize(
    ("data", "encoding", "guessed"),
    [
        (TEXT.encode(), "utf-8", False),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8", False),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le", False),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be", False),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32-le", False),
        (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "utf-32-be", False),
        (TEXT.encode("utf-16-le"), "utf-16-le", True),
        (TEXT.encode("utf-16-be"), "utf-16-be", True),
        (TEXT.encode("cp1252"), "cp1252", True),
        (b"", "utf-8", False),
    ],
)
def test_every_encoding_and_back(data: bytes, encoding: str, guessed: bool) -> None:
    decoded = decode(data)
    assert decoded.text == (TEXT if data else "")
    assert (decoded.encoding, decoded.guessed) == (encoding, guessed)
    assert decoded.encode(decoded.text) == data
    assert decode(decoded.encode(decoded.text + "x")).text == decoded.text + "x"
    said = list(remarks("a.md", decoded))
    assert [(f.rule, f.span.line) for f in said] == ([("readable-text", 1)] if guessed else [])


def test_a_sign_that_windows_does_not_have() -> None:
    data = b"caf\xe9 \x81\n"
    assert decode(data).encoding == "latin-1"
    assert decode(data).encode(decode(data).text) == data
    latin = decode(b"caf\xe9")
    assert latin.encode("日本") == "日本".encode()


def test_a_few_bytes_that_are_not_utf_8() -> None:
    text = "Größe ä\nö\nü\nplain\n"
    data = text.encode() + "Größe\n".encode("cp1252")
    decoded = decode(data)
    assert decoded.text == text + "Größe\n"
    assert decoded.damaged == (5,)
    assert [f.span.line for f in remarks("a.md", decoded)] == [5]
    assert decoded.encode(decoded.text) == decoded.text.encode()
    assert decode(codecs.BOM_UTF8 + data).damaged == (5,)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (gzip.compress(b"x", mtime=0), "gzip data"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04x", "a ZIP archive"),
        (b"text\0text", "NUL"),
        (bytes(range(128, 256)) + b"\x01\x02\x03" * 40, "no text"),
        (codecs.BOM_UTF16_LE + b"a\0b", "not valid utf-16-le"),
    ],
)
def test_what_is_no_text(data: bytes, said: str) -> None:
    with pytest.raises(NotText, match=said):
        decode(data)


def test_many_damaged_lines_are_quick() -> None:
    decoded = decode(("ä\n".encode() + b"\xe4\n") * 50_000 + "ä".encode())
    assert len(decoded.damaged) == 50_000
