"""Entries of the account in, the whole account out: every line that is not blank is in one."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from steadyhand.compile.markdown import Document
from steadyhand.model.document.runbook import Accounted, BlockKind, Parameter, Reason
from steadyhand.model.document.span import Span


def complete(
    document: Document, entries: Iterable[Accounted], parameters: Sequence[Parameter]
) -> tuple[Accounted, ...]:
    """Order the account, name the parameters that stand in prose, and close every gap. Pure."""
    named = [_with_parameters(entry, parameters) for entry in entries]
    clipped = [_clipped(entry, len(document.lines)) for entry in named]
    gaps = _gaps(document, clipped)
    order = list(BlockKind)
    return tuple(
        sorted(
            [*clipped, *gaps],
            key=lambda e: (e.span.line, -e.span.end_line, order.index(e.kind)),
        )
    )


def _with_parameters(entry: Accounted, parameters: Sequence[Parameter]) -> Accounted:
    if entry.kind is not BlockKind.PROSE or entry.reason not in {Reason.NARRATIVE, None}:
        return entry
    names = [
        f"parameter:{p.name}"
        for p in parameters
        if any(entry.span.line <= s.line <= entry.span.end_line for s in p.spans)
    ]
    return replace(entry, made=(*entry.made, *names), reason=None) if names else entry


def _clipped(entry: Accounted, last: int) -> Accounted:
    span = entry.span
    if span.end_line <= last:
        return entry
    return replace(entry, span=Span(span.path, min(span.line, last), last))


def _gaps(document: Document, entries: Iterable[Accounted]) -> Iterator[Accounted]:
    """Account for what Markdown itself swallows: reference definitions, empty quotes."""
    covered = {n for e in entries for n in range(e.span.line, e.span.end_line + 1)}
    start = 0
    for number, line in enumerate((*document.lines, ""), 1):
        missing = bool(line.strip()) and number not in covered
        if missing and not start:
            start = number
        elif not missing and start:
            span = Span(document.path, start, number - 1)
            yield Accounted(BlockKind.PROSE, span, reason=Reason.DECORATION)
            start = 0
