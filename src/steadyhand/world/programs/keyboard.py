"""Bytes from a terminal in; whole lines, and the keys that are meant for a program, out. Pure.

A small line editor, because a line is looked at before anybody gets it. Knows no program.
"""

import codecs
import re
from dataclasses import dataclass, field
from enum import Enum


class Key(Enum):
    INTERRUPT = b"\x03"
    END = b"\x04"
    SUSPEND = b"\x1a"
    BREAK = b"\x1c"  # ends the session, whatever the program does


_KEYS = {key.value.decode(): key for key in Key}
_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)")  # arrows and the like: not known here
_ERASES = "\x7f\b"


@dataclass
class Line:
    """The line that is being typed. `feed` gives what came of a chunk, and what to show for it."""

    text: str = ""
    _decode: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )

    def feed(self, chunk: bytes, shown: bool = True) -> list[str | Key | bytes]:
        """Give lines (str), keys, and bytes that the terminal is to show, in their order.

        What is not `shown` is typed blind: a password.
        """
        came: list[str | Key | bytes] = []
        for letter in _SEQUENCE.sub("", self._decode.decode(chunk)):
            came += self._one(letter, shown)
        return came

    def _one(self, letter: str, shown: bool) -> list[str | Key | bytes]:
        if letter in "\r\n":
            line, erase = self.text, self._erase(shown)
            self.text = ""
            return [*erase, line]
        if letter in _ERASES:
            gone = bool(self.text)
            self.text = self.text[:-1]
            return [b"\b \b"] if gone and shown else []
        if letter == "\x15":  # Ctrl-U: all of it
            erase = self._erase(shown)
            self.text = ""
            return erase
        if letter in _KEYS:
            if _KEYS[letter] is Key.END and self.text:
                return []
            erase = self._erase(shown)
            self.text = ""
            return [*erase, _KEYS[letter]]
        if letter == "\t":
            letter = " "
        if not letter.isprintable():
            return []
        self.text += letter
        return [letter.encode()] if shown else []

    def _erase(self, shown: bool) -> list[str | Key | bytes]:
        """Take off the screen what was typed: whoever gets it shows it."""
        return [b"\b \b" * len(self.text)] if shown and self.text else []
