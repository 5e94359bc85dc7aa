"""A command's words in, the `date` calls in them out: what they print, and in which time zone."""

import re
import shlex
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from steadyhand.model.document.shell import PartKind, Word

_CALL = re.compile(r"(?P<zone>\bTZ=\S+\s+)?(?<![\w/.-])date\b(?P<args>[^()`;|&]*)")
_DIRECTIVE = re.compile(r"%[-_0^#]*\d*[YmdHMSFTDRjUWVGyeklIpcxX]")


class DateCall(Struct, frozen=True):
    """`date …` as it is written, with the words it is given."""

    text: str
    zoned: bool  # a time zone is set for it: `TZ=UTC date`
    words: tuple[str, ...]

    @property
    def utc(self) -> bool:
        return any(
            word in {"--utc", "--universal"} or re.fullmatch(r"-[a-zA-Z]*u[a-zA-Z]*", word)
            for word in self.words
        )

    @property
    def format(self) -> str:
        return next((word[1:] for word in self.words if word.startswith("+")), "")

    @property
    def local(self) -> bool:
        """Tell whether it prints the operator's own time without saying so."""
        shows = _DIRECTIVE.search(self.format) is not None
        says = re.search(r"%[:]*[zZ]|%s", self.format) is not None
        return shows and not says and not self.utc and not self.zoned


def date_calls(word: Word) -> Iterator[DateCall]:
    """Give the calls in the substitutions of a word. Pure."""
    for part in word.parts:
        if part.kind is PartKind.DYNAMIC and part.text.startswith(("$(", "`")):
            yield from calls(part.text[2:-1] if part.text.startswith("$(") else part.text[1:-1])


def calls(text: str) -> Sequence[DateCall]:
    """Give the calls in shell text. Pure."""
    return _calls(text) if "date" in text else ()


@lru_cache(maxsize=512)  # the text of a step is asked about again with each of its words
def _calls(text: str) -> tuple[DateCall, ...]:
    found = []
    for match in _CALL.finditer(text):
        try:
            words = shlex.split(match["args"])
        except ValueError:
            continue
        found.append(DateCall(match.group().strip(), match["zone"] is not None, tuple(words)))
    return tuple(found)
