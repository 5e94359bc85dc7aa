"""Steps in, what they set their variables to out. Reads text; runs nothing, knows no scope."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from steadyhand.lint.shell.quotes import CODE, contexts
from steadyhand.model.document.runbook import Step, StepKind

_SETS = re.compile(r"(?<![^\s;&|({`])([A-Za-z_]\w*)=(?!=)")
_LOOP = re.compile(r"(?<![^\s;&|({])for[ \t]+(\w+)[ \t]+in[ \t]+")
_ANOTHER = re.compile(r"[ \t]+[A-Za-z_]\w*=")
_COMMAND = re.compile(r"[ \t]+[^#;&|)\s]")
_ENDS_WORD = frozenset(" \t\n;&|<>")
_LEADS = re.compile(
    r"(?:^|[;&|({`\n]|\b(?:then|do|else|export|readonly|local|declare|typeset|env)\b)"
    r"\s*(?:-\w+\s+)*(?:[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|[^\s\"'])*\s+)*$"
)
_FAR = 400  # characters; nobody sets more than that before a command


class Setting(Struct, frozen=True):
    """`name=value` with the value as it is written.

    `loop` where a `for` gives it one word of the value after the other; `prefix` where it is set
    for one command only.
    """

    name: str
    value: str
    step: Step
    line: int
    loop: bool = False
    prefix: bool = False


def settings(steps: Iterable[Step]) -> Iterator[Setting]:
    """Give every assignment of shell steps, in their order. Pure."""
    for step in steps:
        if step.kind is StepKind.COMMAND and ("=" in step.text or "for" in step.text):
            yield from _settings(step)


def _settings(step: Step) -> Iterator[Setting]:
    for name, value, line, loop, prefix in _written(step.text):
        yield Setting(name, value, step, step.span.line + line, loop, prefix)


@lru_cache(maxsize=4096)  # many rules ask for those of the same step
def _written(text: str) -> tuple[tuple[str, str, int, bool, bool], ...]:
    """Give name, value, line from 0, `loop` and `prefix` of each assignment in a text."""
    where = contexts(text)
    found = []
    for pattern, loop in ((_SETS, False), (_LOOP, True)):
        for match in pattern.finditer(text):
            start = match.start(1)
            if where[start] != CODE or not (
                loop or _LEADS.search(text[max(0, start - _FAR) : start])
            ):
                continue
            end = _end_of_list(text, where, match.end()) if loop else word_end(text, match.end())
            exported = re.search(r"\b(?:export|readonly|local|declare|typeset)\b", text[:start])
            prefix = _is_followed(text, end) and not loop and exported is None
            line = text.count("\n", 0, start)
            found.append((match.group(1), text[match.end() : end], line, loop, prefix))
    return tuple(found)


def _is_followed(text: str, at: int) -> bool:
    """Tell whether a command stands behind an assignment, maybe behind further ones."""
    while (match := _ANOTHER.match(text, at)) is not None:
        at = word_end(text, match.end())
    return _COMMAND.match(text, at) is not None


def word_end(text: str, start: int) -> int:
    """Give the end of the shell word at an offset; a substitution in it is a part of it. Pure."""
    where = contexts(text)
    depth, at = 0, start
    while at < len(text):
        if where[at] == CODE:
            if text[at] in "({":
                depth += 1
            elif text[at] in ")}":
                if not depth:
                    break
                depth -= 1
            elif not depth and text[at] in _ENDS_WORD:
                break
        at += 1
    return at


def _end_of_list(text: str, where: str, start: int) -> int:
    end = at = start
    while at < len(text):
        at = end = max(word_end(text, at), at)
        while at < len(text) and text[at] in " \t":
            at += 1
        if at < len(text) and where[at] == CODE and text[at] in ";\n&|)":
            break
        if at == end:
            break
    return end


_SHELL_HAS = frozenset(
    "HOME HOSTNAME LANG LOGNAME MAIL OLDPWD PATH PPID PWD RANDOM SECONDS SHELL TERM TZ UID EUID "
    "USER".split()
)


def variable_for(placeholder: str) -> str:
    """Name a variable to put in a placeholder's place; one that the shell sets is none. Pure."""
    name = re.sub(r"\W+", "_", placeholder.strip("<>")).upper()
    return f"THE_{name}" if name in _SHELL_HAS else name
