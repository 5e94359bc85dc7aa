"""The AWS CLI's shorthand in (`Key=Name,Values=a,b`), the value that it stands for out. Pure.

Knows no model: what a string is to become, `values` decides. The syntax is
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
"""

import re
from typing import Any

from steadyhand.lint.aws.argument import HOLE

_BLANK = re.compile(r"\s*")
_KEY = re.compile(rf"[A-Za-z0-9\-_.#/:{HOLE}]*")
_STRING = re.compile(r"""'(?:\\'|[^'])*'|"(?:\\"|[^"])*\"""")
_START = r"(?:\\,|[^\s\"',=\[{])"
_FIRST = re.compile(rf"{_START}(?:\\,|[^\"',\]}}])*")  # the first of values between commas
_LATER = re.compile(rf"{_START}(?:\\,|[^\"',=])*")


class ShorthandError(ValueError):
    """The text is no shorthand. `at` is where, `wanted` what should stand there."""

    def __init__(self, at: int, wanted: str) -> None:
        super().__init__(f"{wanted} at {at}")
        self.at = at
        self.wanted = wanted


def parse(text: str) -> dict[str, Any]:
    """Read one shorthand value. Raises ShorthandError."""
    return _Reader(text).pairs()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def pairs(self) -> dict[str, Any]:
        """key=value, key=value …: the whole text."""
        found: dict[str, Any] = {}
        while True:
            start = self._at
            key, from_file = self._key()
            value = self._values()
            if key in found and HOLE not in key:
                raise ShorthandError(start, f"another key than `{key}`, which is there already")
            found[key] = HOLE if from_file else value
            if self._ended():
                return found
            self._expect(",")

    def _key(self) -> tuple[str, bool]:
        """key= or key@=, and whether its value is read from a file."""
        key = self._match(_KEY)
        self._skip_blanks()
        from_file = self._current() == "@"
        if from_file:
            self._at += 1
        self._expect("=")
        return key, from_file

    def _values(self) -> Any:
        match self._current():
            case "":
                return ""
            case "[":
                return self._list()
            case "{":
                return self._map()
            case _:
                return self._listed()

    def _listed(self) -> Any:
        """One value, or several between commas: until a word turns out to be the next key."""
        first = self._value()
        self._skip_blanks()
        if self._current() != ",":
            return first
        self._expect(",")
        values = [first]
        while True:
            try:
                value = self._later_value()
                self._skip_blanks()
                if self._ended():
                    return [*values, value]
                self._expect(",")
            except ShorthandError:
                if self._ended():
                    raise
                self._at = self._text.rindex(",", 0, self._at + 1)
                return values if len(values) > 1 else first
            values.append(value)

    def _list(self) -> list[Any]:
        self._expect("[")
        values = []
        while self._current() != "]":
            values.append(self._inner())
            self._skip_blanks()
            if self._current() != "]":
                self._expect(",")
        self._expect("]", skip_after=False)
        return values

    def _map(self) -> dict[str, Any]:
        self._expect("{")
        found: dict[str, Any] = {}
        while self._current() != "}":
            key, from_file = self._key()
            value = self._inner()
            found[key] = HOLE if from_file else value
            self._skip_blanks()
            if self._current() != "}":
                self._expect(",")
        self._expect("}", skip_after=False)
        return found

    def _inner(self) -> Any:
        match self._current():
            case "[":
                return self._list()
            case "{":
                return self._map()
            case _:
                return self._value()

    def _value(self) -> str:
        if self._current() in {"'", '"'}:
            return self._string()
        match = _FIRST.match(self._text, self._at)
        return "" if match is None else self._plain(match)

    def _later_value(self) -> str:
        if self._current() in {"'", '"'}:
            return self._string()
        match = _LATER.match(self._text, self._at)
        if match is None:
            raise ShorthandError(self._at, "a value")
        return self._plain(match)

    def _plain(self, match: re.Match[str]) -> str:
        self._at = match.end()
        return match.group().replace("\\,", ",").rstrip()

    def _string(self) -> str:
        match = _STRING.match(self._text, self._at)
        if match is None:
            raise ShorthandError(self._at, "the closing quote")
        self._at = match.end()
        quote = match.group()[0]
        return match.group()[1:-1].replace(f"\\{quote}", quote).replace("\\\\", "\\")

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        assert match is not None  # every such pattern matches the empty text
        self._at = match.end()
        return match.group()

    def _expect(self, char: str, *, skip_after: bool = True) -> None:
        self._skip_blanks()
        if self._current() != char:
            raise ShorthandError(self._at, f"`{char}`")
        self._at += 1
        if skip_after:
            self._skip_blanks()

    def _skip_blanks(self) -> None:
        self._match(_BLANK)

    def _current(self) -> str:
        return self._text[self._at : self._at + 1]

    def _ended(self) -> bool:
        return self._at >= len(self._text)
