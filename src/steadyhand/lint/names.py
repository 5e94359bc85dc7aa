"""A document in, the names its commands give to resources out, each with how often it is used."""

import re
from dataclasses import dataclass

from steadyhand.lint.subject import Subject, places
from steadyhand.model.runbook import StepKind
from steadyhand.model.span import Span

# What the inventory lists beside resources: names with a grammar of their own, or many alike.
_NO_RESOURCES = frozenset(
    {"url", "host", "script", "workflow", "redis key", "terraform directory", "repository"}
)


@dataclass(frozen=True)
class Name:
    """What the commands call a resource. `lines` are those on which it stands, in their order."""

    kind: str
    text: str
    span: Span  # of the step that names it first
    lines: tuple[int, ...]
    parts: tuple[str, ...]  # "/ecs/prod-api" → ("ecs", "prod", "api")


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
    written = [(number, subject.line(number)) for number in sorted(numbers)]
    found = []
    for resource in subject.runbook.inventory:
        if resource.kind in _NO_RESOURCES:
            continue
        lines = tuple(n for n, line in written if any(True for _ in places(resource.name, line)))
        if lines:
            parts = tuple(re.findall(r"[^\W_]+", resource.name))
            found.append(Name(resource.kind, resource.name, resource.span, lines, parts))
    return tuple(sorted(found, key=lambda name: (name.span.line, name.kind, name.text)))
