"""A block of HTML in, what stands in it out: code, headings, summaries, tables.

What is only there to be looked at becomes nothing of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from steadyhand.compile.markdown.blocks import (
    Block,
    Fence,
    Heading,
    Other,
    Paragraph,
    Row,
    Table,
    Words,
)
from steadyhand.compile.markdown.fences import language_of
from steadyhand.compile.mojibake import repair
from steadyhand.model.document.runbook import Reason
from steadyhand.model.document.span import Span

_SAYS_MORE = re.compile(r"<(?:pre|summary|table|h[1-6])\b|^[ \t]*(?:`{3,}|~{3,})", re.I | re.M)
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight-source|brush)[-:]\s?([\w+#-]+)")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([^`]*)$")
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())


def html_blocks(source: str, span: Span, item: int | None) -> Iterator[Block]:
    """Give the blocks that a block of HTML holds, in their order, the rest as decoration."""
    if not _SAYS_MORE.search(source):
        yield Other(span, Reason.DECORATION, item)
        return
    reader = _Reader(span, item, source.split("\n"))
    try:
        reader.feed(source)
        reader.close()
    except (AssertionError, ValueError):  # what nobody can read is decoration
        reader.found = []
    found = sorted([*reader.found, *reader.fences()], key=lambda block: block.span)
    at = span.line
    for block in found:
        if block.span.line < at:
            continue
        if block.span.line > at:
            yield Other(Span(span.path, at, block.span.line - 1), Reason.DECORATION, item)
        yield block
        at = block.span.end_line + 1
    if at <= span.end_line:
        yield Other(Span(span.path, at, span.end_line), Reason.DECORATION, item)


@dataclass
class _Open:
    """An element that is being read."""

    tag: str
    line: int
    language: str = ""
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """The standard library reads HTML by calling these methods."""

    def __init__(self, span: Span, item: int | None, lines: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.span, self.item, self.lines = span, item, lines
        self.found: list[Block] = []
        self.open: _Open | None = None
        self.rows: list[Row] = []
        self.cell: list[str] | None = None
        self.table = 0  # the line a table begins in

    def number(self) -> int:
        return min(self.span.line + self.getpos()[0] - 1, self.span.end_line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = " ".join(value or "" for name, value in attrs if name in {"class", "lang"})
        if self.open is not None and self.open.tag == "pre":
            match = _LANGUAGE.search(said)
            self.open.language = match.group(1).lower() if match else self.open.language
            if tag == "br":
                self.open.text.append("\n")
        elif tag == "pre" or tag == "summary" or tag in _HEADINGS:
            match = _LANGUAGE.search(said) or re.fullmatch(r"\s*([\w+#-]+)\s*", said)
            self.open = _Open(tag, self.number(), match.group(1).lower() if match else "")
        elif tag == "table":
            self.table, self.rows = self.number(), []
        elif tag == "tr" and self.table:
            self.rows.append(Row(Span(self.span.path, self.number(), self.number()), ()))
        elif tag in {"td", "th"} and self.rows:
            self.cell = []
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self.open is not None and tag == self.open.tag:
            self.found.append(self._closed(self.open))
            self.open = None
        elif tag in {"td", "th"} and self.cell is not None and self.rows:
            row = self.rows[-1]
            cells = (*row.cells, " ".join("".join(self.cell).split()))
            last = self.number()
            self.rows[-1] = Row(Span(row.span.path, row.span.line, last), cells)
            self.cell = None
        elif tag == "table" and self.table:
            span = Span(self.span.path, self.table, self.number())
            head, *rows = [row for row in self.rows if row.cells] or [Row(span, ())]
            self.found.append(Table(span, head.cells, tuple(rows), self.item))
            self.table = 0

    def handle_data(self, data: str) -> None:
        if self.open is not None:
            self.open.text.append(data)
        elif self.cell is not None:
            self.cell.append(data)

    def _closed(self, one: _Open) -> Block:
        span = Span(self.span.path, one.line, max(one.line, self.number()))
        text = repair("".join(one.text))
        if one.tag == "pre":
            lines = text.removesuffix("\n").split("\n")
            return Fence(span, language_of(one.language), tuple(lines), span.line, True, self.item)
        label = " ".join(text.split())
        words = Words(label, label if one.tag == "summary" else "", "")
        if one.tag == "summary":
            return Paragraph(span, words, self.item)
        return Heading(span, int(one.tag[1]), Words(label, "", label))

    def fences(self) -> Iterator[Fence]:
        """Give the code blocks that a missing blank line has made a part of the HTML."""
        start, mark, info = -1, "", ""
        for index, line in enumerate(self.lines):
            match = _FENCE.match(line)
            if match is None:
                continue
            if start < 0:
                start, mark, info = index, match.group(1), match.group(2)
            elif match.group(1).startswith(mark) and not match.group(2).strip():
                first = self.span.line + start
                span = Span(self.span.path, first, self.span.line + index)
                lines = tuple(self.lines[start + 1 : index])
                yield Fence(span, language_of(info), lines, first + 1, True, self.item)
                start = -1
