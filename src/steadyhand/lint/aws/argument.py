"""Words of a command in, the texts that the AWS CLI would get out, as far as they are known. Pure.

What bash or a person fills in later stands in a text as `HOLE`. Knows nothing of the CLI.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from steadyhand.model.document.shell import Part, PartKind, Word

HOLE = "\ue000"  # a private character: it is in no document and means nothing in any grammar
_MANY = re.compile(r"\[[@*]\]|\$[@*]|\$\{[@*]")
_ELLIPSIS = re.compile(r"\.\.\.|…|\[\.\.\.\]|\[…\]")
_STANDS_IN = re.compile(
    r"[<>{}\[\]|…]|\.\.\.|x{3,}|X{3,}|\*{3,}|#{3,}"
    r"|(?i:your|example|placeholder|replace|change-?_?me|insert|todo|dummy|sample)"
    r"|(?i:(?:^|[-_/:])(?:my|some|foo|bar)(?:$|[-_/:]))|_(?:ARN|ID|NAME|KEY|URL|HERE)$"
)


class Argument(Struct, frozen=True):
    """One word as the CLI gets it. `index` is its place in the argv."""

    text: str
    index: int
    spreads: bool = False  # may become several words, or none, or options

    @property
    def known(self) -> bool:
        return HOLE not in self.text

    @property
    def elided(self) -> bool:
        """Whether it says that something is left out."""
        return _ELLIPSIS.fullmatch(self.text) is not None or self.text.startswith("[-")

    @property
    def goes_on(self) -> bool:
        """Whether it is what continues a line in other shells (cmd, PowerShell)."""
        return self.text in {"^", "`"}


def arguments(words: Sequence[Word], first: int = 0) -> tuple[Argument, ...]:
    """Turn words into arguments; `first` is the index of the first one."""
    return tuple(_argument(word, first + number) for number, word in enumerate(words))


@lru_cache(maxsize=4096)
def stands_in(text: str) -> bool:
    """Tell whether a text looks like something that a person will replace."""
    return HOLE in text or _STANDS_IN.search(text) is not None


def _argument(word: Word, index: int) -> Argument:
    text = "".join(HOLE if p.kind is not PartKind.LITERAL else p.text for p in word.parts)
    return Argument(text, index, any(_spreads(part, word) for part in word.parts))


def _spreads(part: Part, word: Word) -> bool:
    if part.kind is PartKind.LITERAL:
        return False
    if part.quoted:
        return part.kind is PartKind.DYNAMIC and _MANY.search(part.text) is not None
    return len(word.parts) == 1
