"""Findings for a person: where, what, the line with a caret, what to do. Colour when asked for."""

from collections.abc import Callable, Iterator, Sequence
from unicodedata import combining, east_asian_width

from steadyhand.lint.report.checked import Checked
from steadyhand.model.document.finding import Finding, Mark, Severity
from steadyhand.model.visible import visible

Paint = Callable[[str, str], str]

WIDTH = 100  # of a quoted line; longer ones are cut around the mark
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}  # SGR codes


def as_text(checked: Checked, *, colour: bool = False) -> str:
    """Write findings for a person, and a last line that counts them."""
    paint = _painted if colour else _plain
    lines = [
        line
        for document in checked.documents
        for finding in document.findings
        for line in (*_one(finding, document.lines, paint), "")
    ]
    return "\n".join([*lines, _summary(checked)]) + "\n"


def _plain(text: str, _code: str) -> str:
    return text


def _painted(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if text else ""


def _one(finding: Finding, lines: Sequence[str], paint: Paint) -> Iterator[str]:
    column = f":{finding.mark.column}" if finding.mark else ""
    bad = _COLOURS[finding.severity]
    kind = paint(f"{finding.severity.value}[{finding.rule}]", bad)
    yield f"{paint(f'{finding.span}{column}', '1')}: {kind} {finding.message}"
    number = finding.span.line
    blank = " " * len(str(number))

    def edge(text: str) -> str:
        return paint(text, "34")

    if 0 < number <= len(lines):
        mark = finding.mark if finding.mark and finding.mark.line == number else None
        shown, caret = _quoted(lines[number - 1], mark)
        yield edge(f"{blank} |")
        yield f"{edge(f'{number} |')} {shown}"
        if caret:
            yield f"{edge(f'{blank} |')} {paint(caret, bad)}"
    if finding.help:
        yield f"{edge(f'{blank} =')} help: {finding.help}"
    if finding.fix:
        yield f"{edge(f'{blank} =')} fix: `--fix` does it, `--fix --diff` shows it"


def _quoted(line: str, mark: Mark | None) -> tuple[str, str]:
    """Give the line, cut to the width around its mark, and the line with the carets below it."""
    body = line.expandtabs(1).rstrip(" \r")  # no other blank: a finding may be about it
    shift = len(body) - len(body.lstrip(" "))
    body = body.lstrip(" ")
    if mark is None:
        return visible(body if len(body) <= WIDTH else body[: WIDTH - 1] + "…"), ""
    first = max(0, mark.column - 1 - shift)
    length = max(1, min(mark.end_column - mark.column, len(body) - first))
    if len(body) > WIDTH:
        start = max(0, min(first - WIDTH // 4, len(body) - WIDTH))
        cut = body[start : start + WIDTH]
        head, tail = "…" if start else "", "…" if start + WIDTH < len(body) else ""
        body, first = head + cut[len(head) : len(cut) - len(tail)] + tail, first - start
        length = min(length, len(body) - first)
    before, meant = body[:first], body[first : first + length]
    return visible(body), " " * _columns(before) + "^" * max(1, _columns(meant))


def _columns(text: str) -> int:
    """Count the columns of a terminal that a text takes: some letters take two, others none."""
    return sum(
        2 if east_asian_width(letter) in "WF" else not combining(letter) for letter in visible(text)
    )


def _summary(checked: Checked) -> str:
    counts = checked.counted()
    documents = _plural(len(checked.documents), "document")
    held = f"; {checked.hidden} more in the baseline" if checked.hidden else ""
    if not counts:
        return f"{documents}: nothing found{held}"
    told = ", ".join(_plural(counts[s], s.value) for s in Severity if counts[s])
    fixable = sum(bool(finding.fix) for finding in checked.findings)
    fix = f"; --fix mends {fixable}" if fixable else ""
    return f"{documents}: {told}{fix}{held}"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
