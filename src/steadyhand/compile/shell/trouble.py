"""One statement's text in, why it does not run as it stands out: refused, broken off, left out."""

import re
from collections.abc import Iterable

from msgspec import Struct

from steadyhand.compile.shell.syntax import command_ends, refused
from steadyhand.model.document.shell import Command

ELIDED = "part of the command is left out"  # how a problem of that kind begins
BROKEN = "blanks stand behind the backslash"
UNREAD = "nobody here can read all of it"  # bash may; then no problem of the document's
_BLANKS_BEHIND = re.compile(r"(?<![^\s])\\([ \t]+)(?=\n)")
_COMMENT_BEHIND = re.compile(r"\\\n[ \t]*(#[^\n]*)")
_DOTS = frozenset({"...", "…"})


class Trouble(Struct, frozen=True):
    """Why a statement does not run; `at` is the offset of what is wrong, -1 where nobody knows."""

    problem: str = ""
    at: int = -1


NONE = Trouble()


def trouble_with(clean: str) -> Trouble:
    """Say what is wrong with the shape of a statement; its placeholders are masked. Pure."""
    if (left_out := _COMMENT_BEHIND.search(clean)) is not None:
        return Trouble(f"{ELIDED}: `{left_out.group(1)}`", left_out.start(1))
    if (behind := _broken(clean)) is not None:
        return Trouble(f"{BROKEN}, so the command ends there", behind)
    end = refused(clean)
    return NONE if end is None else Trouble(end.reason, end.at)


def _broken(clean: str) -> int | None:
    """Find a backslash with blanks behind it at the end of a line that ends a command."""
    blanks = {match.end(): match.start(1) for match in _BLANKS_BEHIND.finditer(clean)}
    if not blanks:
        return None
    found = sorted(command_ends(clean) & blanks.keys())
    return blanks[found[0]] if found else None


def elided(commands: Iterable[Command]) -> Trouble:
    """Find words that stand for others: `...`. Pure."""
    for command in commands:
        for word in command.words[1:]:
            if word.literal in _DOTS and not any(part.quoted for part in word.parts):
                return Trouble(f"{ELIDED}: `{word.literal}`")
    return NONE


def joined(text: str) -> str:
    """Put each backslash behind the blanks that follow it, so that its line goes on. Pure.

    Every other character stays at its offset.
    """
    return _BLANKS_BEHIND.sub(r"\1\\", text)
