"""Code spans of a sentence in, out: those that are commands, and those that it gives to be run."""

import re
from collections.abc import Iterable

from steadyhand.compile.fence.line.programs import reads_as_command
from steadyhand.compile.shell import find_placeholders, parse_statement
from steadyhand.compile.wording import imperative
from steadyhand.model.document.shell import Command

# What stands before a command that is given: nothing, a sign, or a word that says to run it; behind
# the words of `_HOW`, only where the sentence begins as an instruction.
_GIVES = re.compile(r"(?:^|[:：→>—–-]|\b(?:run|use|execute|command|try))[\s(\"]*$", re.IGNORECASE)
_HOW = re.compile(r"\b(?:with|via|using|by|then|running)[\s(\"]*$", re.IGNORECASE)
_WHEN = re.compile(r"\b\d{1,2}:\d\d\b")  # an entry of a timeline: it was done
_AND = re.compile(r"(?:[,;&+/]|\b(?:and|then|followed by|und|et|y|e)\b|\s)*", re.IGNORECASE)
# What tells of a command, or against it, instead of giving it.
_AGAINST = re.compile(
    r"\b(?:never|not|don'?t|avoid|without|instead|rather than|no longer|deprecated|either|or|"
    r"attempted|tried|failed|unless|nicht|nie|kein\w*|oder|jamais|ne|ou|nunca|não|no)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:is|are|was|will|would|can|may|should|must|do|does|did|has|had|fail\w*|"
    r"(?!this|thus|as|us|plus|pods?|less|always|unless|afterwards|times)[a-z]{3,}s)\b",
    re.IGNORECASE,
)


def given(text: str, codes: Iterable[str], ordered: bool) -> tuple[str, ...]:
    """Give the code spans of a list item that are to be run, in their order; () where it only
    tells of them, or leaves a choice.

    In a numbered list, what stands behind a command is what becomes of it; elsewhere `x shows y`
    is a description.
    """
    found: list[str] = []
    at, said = 0, ""
    for code in codes:
        place = text.find(code, at)
        if place < 0:
            return ()
        before, at = text[at:place], place + len(code)
        said += f" {before}"
        if not _is_command(code):
            continue
        joined = found and (_AND.fullmatch(before) or _does_more(before))
        told_how = _HOW.search(before) and (found or imperative(text))
        if not (_GIVES.search(before) or told_how or joined) or _WHEN.search(said):
            return ()
        if not ordered and _TELLS.match(text, at):
            return ()
        found.append(code)
    return () if _AGAINST.search(f"{said} {text[at:]}") else tuple(found)


def _does_more(before: str) -> bool:
    """Tell whether a second command is given as " and write "."""
    words = _AND.sub("", before, count=1).split()
    return len(words) == 1 and imperative(words[0])


def _is_command(text: str) -> bool:
    return len(text.split()) > 1 and reads_as_command(text) and bool(mentions([text]))


def mentions(texts: Iterable[str]) -> tuple[Command, ...]:
    """Read the code spans of an instruction that are commands; a program's name alone is none."""
    found: list[Command] = []
    for text in texts:
        if len(text.split()) > 1 and reads_as_command(text):
            parsed = parse_statement(text, find_placeholders(text))
            found += parsed.statement.commands if not parsed.statement.problem else ()
    return tuple(found)
