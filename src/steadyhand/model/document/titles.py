"""What somebody calls a procedure in; which of those there are is meant, or which are near, out.

Pure. What is too short to be meant for one thing means nothing: a letter, a part of a word.
"""

import difflib
import re
from collections.abc import Sequence

from msgspec import Struct

_SHORTEST = 3  # letters of a part from the middle of a title
_NUMBER = re.compile(r"\W*(\d+(?:\.\d+)*)[.):]?\s")
_NEAR = 0.6  # how alike two names are that may be one and the same
_SHOWN = 5


class Titled(Struct, frozen=True):
    """Something with an id and a title."""

    id: str
    title: str


def meant(every: Sequence[Titled], name: str) -> tuple[int, ...]:
    """Give the indexes of those that a name fits, of the closest kind of fit alone.

    By id; by title; by the number that the title begins with; by its first whole words; by a part
    of at least three letters.
    """
    wanted = name.strip().casefold()
    if not wanted:
        return ()
    titles = [one.title.casefold() for one in every]
    words, number = _words(wanted), wanted.rstrip(".):")
    ways = (
        [one.id == name for one in every],
        [title == wanted for title in titles],
        [(found := _NUMBER.match(title)) is not None and found[1] == number for title in titles],
        [bool(words) and _begins(title, words) for title in titles],
        [
            len(wanted) >= _SHORTEST and (wanted in one.id or wanted in title)
            for one, title in zip(every, titles, strict=True)
        ],
    )
    for fits in ways:
        if any(fits):
            return tuple(index for index, fit in enumerate(fits) if fit)
    return ()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _begins(title: str, words: Sequence[str]) -> bool:
    """Tell whether a title's first words are these, a number before them aside."""
    number = _NUMBER.match(title)
    first = _words(title[number.end() :] if number else title)
    return first[: len(words)] == words or _words(title)[: len(words)] == words


def near(every: Sequence[Titled], name: str) -> tuple[str, ...]:
    """Name the ids of what may have been meant, the likeliest first."""
    wanted = name.strip().casefold()

    def likeness(one: Titled) -> float:
        whole = (one.id, one.title.casefold(), *_words(one.title.casefold()))
        same = difflib.SequenceMatcher(a=wanted)
        best = 0.0
        for text in whole:
            same.set_seq2(text)
            best = max(best, same.ratio())
        starts = any(word.startswith(wanted) for word in whole) if wanted else False
        return max(best, 0.9 if starts else 0.0)

    ranked = sorted(((likeness(one), one.id) for one in every), key=lambda pair: -pair[0])
    return tuple(name for score, name in ranked if score >= _NEAR)[:_SHOWN]
