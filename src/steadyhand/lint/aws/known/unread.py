"""A service's model as JSON in, the mapping that it says out, its members read when asked for.

A document names a few dozen of a service's thousands of operations and shapes. In botocore's files
a line begins with the name of each, four blanks in, and no string of JSON holds a line's end. A
file that is laid out otherwise is read whole.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

_MANY = ("operations", "shapes")
_FIRST = b'\n    "'
_NAME = re.compile(rb'\n    "([^"]+)":')


class Unread(Json):
    """An object of a text, by where the values of its members stand there."""

    def __init__(self, text: bytes, places: Mapping[str, slice], known: Json) -> None:
        self._text = text
        self._places = places
        self._known = dict(known)

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = json.loads(self._text[self._places[name]].removesuffix(b","))
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __or__(self, other: Json) -> "Unread":
        """Give these members with others in their place and beside them."""
        places = {**self._places, **dict.fromkeys(other, slice(0))}
        return Unread(self._text, places, {**self._known, **other})


def read(text: bytes) -> Json:
    """Read a file of a model. Raises ValueError for what is no JSON. Pure."""
    cuts = []
    for name in _MANY:
        opening = f'\n  "{name}":{{'.encode()
        start = text.find(opening) + len(opening)
        end = text.find(b"\n  }", start)
        if end < 0 or not text.startswith(opening + _FIRST, start - len(opening)):
            whole: Json = json.loads(text)
            return whole
        cuts.append((start, end))
    (first, after), (second, last) = sorted(cuts)
    rest = json.loads(text[:first] + text[after:second] + text[last:])
    unread = (Unread(text, _places(text, *cut), {}) for cut in cuts)
    return {**rest, **dict(zip(_MANY, unread, strict=True))}


def _places(text: bytes, start: int, end: int) -> dict[str, slice]:
    names = list(_NAME.finditer(text, start, end))
    ends = [*(name.start() for name in names[1:]), end]
    return {
        name[1].decode(): slice(name.end(), value_end)
        for name, value_end in zip(names, ends, strict=True)
    }
