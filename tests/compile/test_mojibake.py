"""Text that was read in the wrong encoding once, and text that only looks so."""

import pytest

from steadyhand.compile.mojibake import repair

MEANT = [
    "⚠️ Service",
    "Größe ≥ 5 µs – “ok” ✅ café √2 ≠ 1",
    "l’été à „Spaß“ «École» CAFÉ™",
    "Привет мир",
    "日本語 テスト",
    "naïve — don’t",
    "1 €–2 €, §5 ©®, 25°C ± 2",
    "ñandú ¿qué? ¡olé!",
    "Ελληνικά",
    "→ ✓ • …",
]
# Each is valid UTF-8 by accident, in one of the encodings.
WELL = ["l’été", "Spaß“", "Menü–", "CAFÉ™", "É…", "«Éé»", "“Üben”", "Øl Å“", "√2", "ß”", "’é"]


def misread(text: str, codec: str) -> str:
    pieces = []
    for byte in text.encode():
        try:
            pieces.append(bytes([byte]).decode(codec))
        except UnicodeDecodeError:
            pieces.append(chr(byte))
    return "".join(pieces)


@pytest.mark.parametrize("codec", ["mac_roman", "cp1252"])
@pytest.mark.parametrize("text", MEANT)
def test_what_was_misread_is_read_again(text: str, codec: str) -> None:
    assert repair(misread(text, codec)) == text
    assert repair(misread(misread(text, codec), codec)) == text


@pytest.mark.parametrize("text", [*MEANT, *WELL, "plain", ""])
def test_what_is_well_stays(text: str) -> None:
    assert repair(text) == text
