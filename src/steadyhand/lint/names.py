"""A document in, the names its commands give to resources out, each with how often it is used."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct

from steadyhand.lint.subject import Subject, places
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.document.span import Span

# What the inventory lists beside resources: names with a grammar of their own, or many alike.
_NO_RESOURCES = frozenset(
    {"url", "host", "script", "workflow", "redis key", "terraform directory", "repository"}
)


class Name(Struct, frozen=True):
    """What the commands call a resource. `lines` are those on which it stands, in their order."""

    kind: str
    text: str
    span: Span  # of the step that names it first
    lines: tuple[int, ...]
    parts: tuple[str, ...]  # "/ecs/prod-api" → ("ecs", "prod", "api")


class _Lines:
    """Some lines of a document, searched as one text: there are many names and many lines."""

    def __init__(self, subject: Subject, numbers: Sequence[int]) -> None:
        lines = [subject.line(number) for number in numbers]
        self._numbers = numbers
        self._text = "\n".join(lines)
        self._starts = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))

    def naming(self, name: str) -> tuple[int, ...]:
        """Give the numbers of the lines on which a name stands."""
        found = (bisect_right(self._starts, at) - 1 for at in places(name, self._text))
        return tuple(dict.fromkeys(self._numbers[index] for index in found))


def names(subject: Subject) -> tuple[Name, ...]:
    """Give the resources of the inventory in the order of the document. Pure."""
    return subject.derived(_names)


def _names(subject: Subject) -> tuple[Name, ...]:
    numbers = {
        number
        for step in subject.runbook.steps()
        if step.kind is StepKind.COMMAND
        for number in range(step.span.line, step.span.end_line + 1)
    }
    written = _Lines(subject, sorted(numbers))
    found = []
    for resource in subject.runbook.inventory:
        if resource.kind in _NO_RESOURCES:
            continue
        lines = written.naming(resource.name)
        if lines:
            parts = tuple(re.findall(r"[^\W_]+", resource.name))
            found.append(Name(resource.kind, resource.name, resource.span, lines, parts))
    return tuple(sorted(found, key=lambda name: (name.span.line, name.kind, name.text)))
