"""An offset of a step's text in, the line and columns of the document out; and edits there."""

from collections.abc import Sequence

from steadyhand.lint.shell.quotes import Expansion
from steadyhand.lint.subject import Subject
from steadyhand.model.document.edit import Edit
from steadyhand.model.document.finding import Mark
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.span import Span


def line_of(step: Step, offset: int) -> int:
    """Give the document's line that an offset of a step's text stands in. Pure."""
    return step.span.line + step.text.count("\n", 0, offset)


def span_of(step: Step, offset: int) -> Span:
    """Give that line as a span. Pure."""
    line = line_of(step, offset)
    return Span(step.span.path, line, line)


def mark_of(subject: Subject, step: Step, start: int, end: int) -> Mark | None:
    """Mark text[start:end] of a step where it stands in the document. Pure.

    A step's text lacks the indentation of its list and its prompt. None where the text goes over
    the end of a line.
    """
    first = step.text.rfind("\n", 0, start) + 1
    last = step.text.find("\n", first)
    line = step.text[first:] if last < 0 else step.text[first:last]
    number = line_of(step, start)
    at = subject.line(number).find(line)
    if at < 0 or end > first + len(line):
        return None
    return Mark(number, at + start - first + 1, at + end - first + 1)


def mended(mark: Mark | None, text: str) -> tuple[Edit, ...]:
    """Make the edit that puts a text where a mark is; () where there is none. Pure."""
    return () if mark is None else (Edit(mark.line, mark.column, mark.end_column, text),)


def quoted(
    subject: Subject, places: Sequence[tuple[Step, Expansion]], sure: bool
) -> tuple[Edit, ...]:
    """Make the edits that put double quotes around all of these; () where one is not sure. Pure."""
    marks = [mark_of(subject, step, one.start, one.end) for step, one in places]
    texts = [step.text[one.start : one.end] for step, one in places]
    if not sure or None in marks:
        return ()
    return tuple(
        Edit(mark.line, mark.column, mark.end_column, f'"{text}"')
        for mark, text in zip(marks, texts, strict=True)
        if mark is not None
    )
