"""Text that was UTF-8 and was read as something else: found, and read again. Pure.

A row of signs is only taken for one if it gives what people write: accents, dashes, quotes, signs,
emoji; or several letters at once. `l’été` and `Spaß“` are valid UTF-8 by accident.
"""

import re
from functools import cache

# What editors take UTF-8 for by mistake.
_MISTAKEN_FOR = ("mac_roman", "cp1252")
_TIMES = 3  # a text may have been misread more than once


def repair(text: str) -> str:
    """Give the text as it was meant; text that is well comes back as it is."""
    if text.isascii():
        return text
    for _ in range(_TIMES):
        # The right one puts the most signs together.
        again = min((_reread(text, codec) for codec in _MISTAKEN_FOR), key=len)
        if again == text:
            break
        text = again
    return text


def _reread(text: str, codec: str) -> str:
    return _pattern(codec).sub(lambda match: _again(match.group(), codec), text)


@cache
def _letters(codec: str) -> dict[int, str]:
    """Give the sign that each byte from 128 on is read as; what has none is read as itself."""
    found = {}
    for byte in range(0x80, 0x100):
        try:
            found[byte] = bytes([byte]).decode(codec)
        except UnicodeDecodeError:
            found[byte] = chr(byte)
    return found


@cache
def _bytes(codec: str) -> dict[str, int]:
    return {sign: byte for byte, sign in _letters(codec).items()}


@cache
def _pattern(codec: str) -> re.Pattern[str]:
    letters = _letters(codec)

    def one_of(first: int, last: int) -> str:
        return "[" + "".join(re.escape(letters[byte]) for byte in range(first, last + 1)) + "]"

    more = one_of(0x80, 0xBF)
    two = rf"{one_of(0xC2, 0xDF)}{more}"
    three = rf"{one_of(0xE0, 0xEF)}{more}{more}"
    four = rf"{one_of(0xF0, 0xF4)}{more}{more}{more}"
    return re.compile(f"(?:{four}|{three}|{two})+")


def _again(run: str, codec: str) -> str:
    places = _bytes(codec)
    try:
        meant = bytes(places[sign] for sign in run).decode("utf-8")
    except UnicodeDecodeError:
        return run
    return meant if _is_likely(meant) else run


def _is_likely(meant: str) -> bool:
    """Tell whether somebody may have written this; a lone letter of another alphabet, nobody."""
    letters = [char for char in meant if 0x100 <= ord(char) < 0x2000]
    return len(meant) > 1 or not letters
