"""A document in, the names its commands give to resources out, each with how often it is used."""

import re
from dataclasses import dataclass

from steadyhand.lint.subject import Subject
from steadyhand.model.runbook import StepKind
from steadyhand.model.span import Span


@dataclass(frozen=True)
class Name:
    """What the commands call a resource. `lines` are those on which it stands, in their order."""

    kind: str
    text: str
    span: Span  # of the step that names it first
    lines: tuple[int, ...]


def names(subject: Subject) -> tuple[Name, ...]:
    """Give the resources of the inventory in the order of the document. Pure."""
    ranges = [
        (step.span.line, step.span.end_line)
        for step in subject.runbook.steps()
        if step.kind is StepKind.COMMAND
    ]
    numbers = sorted({n for first, last in ranges for n in range(first, last + 1)})
    found = []
    for resource in subject.runbook.inventory:
        whole = re.compile(rf"(?<![\w-]){re.escape(resource.name)}(?![\w-])")
        lines = tuple(n for n in numbers if whole.search(subject.line(n)))
        found.append(Name(resource.kind, resource.name, resource.span, lines))
    return tuple(sorted(found, key=lambda name: (name.span.line, name.kind, name.text)))


def tokens(name: str) -> tuple[str, ...]:
    """Cut a name at what divides it: "/ecs/prod-api" → ("ecs", "prod", "api"). Pure."""
    return tuple(re.findall(r"[^\W_]+", name))
