"""A command's words as one asks them: the values of an option, the plain words.

A word that waits for bash or for a parameter stands in `texts` with `<name>` and its source.
"""

import re
from collections.abc import Collection

from msgspec import Struct

from steadyhand.model.document.shell import Command, PartKind

Named = tuple[str, str]  # kind, name

_OPEN = re.compile(r"[<>$`*\s{}…]")


class Words(Struct, frozen=True):
    texts: tuple[str, ...]
    known: tuple[bool, ...]  # the word waits for nothing

    def literal(self, at: int) -> str:
        """Give a word's value; "" where it waits for something, or there is none."""
        return self.texts[at] if at < len(self.texts) and self.known[at] else ""

    def values(self, *options: str, several: bool = False) -> list[str]:
        """Give the values of options, joined by `=` or as the next word (or words)."""
        found: list[str] = []
        for at, text in enumerate(self.texts):
            option, joined, value = text.partition("=")
            if option not in options:
                continue
            if joined:
                found.append(value)
                continue
            for value in self.texts[at + 1 :]:
                if value.startswith("--") or (value.startswith("-") and len(value) == 2):
                    break
                found.append(value)
                if not several:
                    break
        return found

    def plain(self, valued: Collection[str] = ()) -> list[str]:
        """Give the words that are no options; `valued` are options whose next word is theirs."""
        found: list[str] = []
        passed = False
        for text in self.texts[1:]:
            if passed:
                passed = False
            elif text.startswith("-") and len(text) > 1:
                passed = text in valued
            else:
                found.append(text)
        return found


def words_of(command: Command) -> Words:
    """Read a command's words. Pure."""
    return Words(
        tuple(word.shown for word in command.words),
        tuple(all(part.kind is PartKind.LITERAL for part in word.parts) for word in command.words),
    )


def closed(name: str) -> str:
    """Give a name that is known as a whole, else ""."""
    return "" if _OPEN.search(name) else name
