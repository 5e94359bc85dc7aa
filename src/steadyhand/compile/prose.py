"""Lines of prose in, the contacts and links in it that nobody has filled in yet out."""

import re
from collections.abc import Iterator

from steadyhand.compile.markdown import Document, Fence
from steadyhand.compile.shell.placeholders import find_in_prose
from steadyhand.model.runbook import Parameter, ParameterKind, Source, SourceKind
from steadyhand.model.span import Span

_LABEL = re.compile(r"(?:\*\*|__)(.+?)(?:\*\*|__)\s*:?")


def contacts(document: Document) -> tuple[Parameter, ...]:
    """Find `[Insert …]` outside of code blocks, each named by the bold label before it. Pure."""
    found: list[Parameter] = []
    names: set[str] = set()
    for number, line in _prose(document):
        for one in find_in_prose(line):
            label = _LABEL.search(line[: one.start])
            name = _name(label.group(1)) if label else one.name
            while name in names:
                name += "-2"
            names.add(name)
            span = Span(document.path, number, number)
            source = Source(SourceKind.PERSON)
            found.append(Parameter(name, one.spelling, ParameterKind.CONTACT, source, (span,)))
    return tuple(found)


def _prose(document: Document) -> Iterator[tuple[int, str]]:
    fenced = {
        line
        for block in document.blocks
        if isinstance(block, Fence)
        for line in range(block.span.line, block.span.end_line + 1)
    }
    for number, line in enumerate(document.lines, 1):
        if number not in fenced:
            yield number, line


def _name(label: str) -> str:
    return re.sub(r"[^\w]+", "-", label.lower()).strip("-") or "contact"
