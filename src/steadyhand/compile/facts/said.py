"""A document's blocks in, what they say out: a heading, paragraph or item each, with its place.

Tables and code blocks are not among them. Knows no fact.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.compile.markdown import Document, Heading, Item, Paragraph, Words
from steadyhand.compile.sections import Section
from steadyhand.model.document.span import Span


class Place(StrEnum):
    HEADING = "heading"
    ITEM = "item"
    PARAGRAPH = "paragraph"


class Said(Struct, frozen=True):
    """Something a document says. `above` are the label in force and the headings, nearest first.

    `raw` is the source as it stands, with its marks. `procedure` is the anchor of the procedure it
    stands in, "" in none.
    """

    text: str
    label: str
    rest: str
    raw: str
    span: Span
    place: Place
    above: tuple[str, ...]
    procedure: str
    ordered: bool = False
    first: bool = False  # the first item of its list
    group: int = 0
    checked: bool | None = None

    @property
    def nearest(self) -> str:
        return self.above[0] if self.above else ""


_FIELD = re.compile(
    r"\s*(?:[-*+>]\s+)?(?:\*\*|__)[^*_\n]{2,40}?(?:\*\*\s*:|:\s*\*\*|__\s*:|:\s*__)"
)
_MARKS = re.compile(
    r"\*\*|__|`|~~|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<![\w_])_(?=\S)|(?<=\S)_(?![\w_])"
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[\W\dA-Z])")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_LEAD = re.compile(r"^\s*(?:>\s*)*(?:[-*+]\s+(?:\[[ xX]\]\s+)?|\d+[.)]\s+|#{1,6}\s+)?")


def plain(line: str) -> str:
    """Take the marks off one line of Markdown. Pure."""
    return _MARKS.sub("", _LINK.sub(r"\1", _LEAD.sub("", line))).strip(" \\")


def sentences(text: str) -> list[str]:
    """Cut a text into its sentences. Pure."""
    return [part for part in _SENTENCE.split(text) if part]


def everything_said(
    document: Document, sections: Sequence[Section], owning: frozenset[str]
) -> Iterator[Said]:
    """Give headings, paragraphs and items in their order. `owning` are anchors of procedures."""
    for section in sections:
        procedure = section.id if section.id in owning else ""
        above = tuple(reversed(section.parents))
        if section.heading is not None:
            block = section.heading
            yield _said(document, block.words, block.span, Place.HEADING, above, procedure)
            above = (block.words.text, *above)
        yield from _within(document, section, above, procedure)


def _within(
    document: Document, section: Section, above: tuple[str, ...], procedure: str
) -> Iterator[Said]:
    label = ""
    seen: set[int] = set()
    for index in section.blocks:
        block = document.blocks[index]
        match block:
            case Heading():
                continue
            case Paragraph():
                if block.item is None:
                    last = block.parts[-1]
                    label = last.text.rstrip(" :") if _labels(last) else ""
                chain = _chain(document, block.item)
                over = tuple(filter(None, (*chain, label, *above)))
                yield from _paragraph(document, block, over, procedure)
            case Item():
                over = tuple(filter(None, (*_chain(document, block.item), label, *above)))
                one = _said(document, block.words, block.span, Place.ITEM, over, procedure)
                yield replace(
                    one,
                    ordered=block.ordered,
                    first=block.group not in seen,
                    group=block.group,
                    checked=block.checked,
                )
                seen.add(block.group)
            case _:
                continue


def _paragraph(
    document: Document, block: Paragraph, above: tuple[str, ...], procedure: str
) -> Iterator[Said]:
    """Give a paragraph; one of bold fields, a line each, is as many things said."""
    first, last = block.span.line, min(block.span.end_line, len(document.lines))
    fields = [n for n in range(first, last + 1) if _FIELD.match(document.lines[n - 1])]
    if len(fields) < 2 or fields[0] != first:
        yield _said(document, block.words, block.span, Place.PARAGRAPH, above, procedure)
        return
    for at, start in enumerate(fields):
        end = fields[at + 1] - 1 if at + 1 < len(fields) else last
        text = plain(" ".join(document.lines[start - 1 : end]))
        head, _, rest = text.partition(":")
        words = Words(text, head.strip(), rest.strip())
        span = Span(document.path, start, end)
        yield _said(document, words, span, Place.PARAGRAPH, above, procedure)


def _said(
    document: Document,
    words: Words,
    span: Span,
    place: Place,
    above: tuple[str, ...],
    procedure: str,
) -> Said:
    raw = "\n".join(document.lines[span.line - 1 : span.end_line])
    return Said(words.text, words.label, words.rest, raw, span, place, above, procedure)


def _labels(words: Words) -> bool:
    """Tell whether a paragraph is a label over what follows it."""
    if words.label and not words.rest.strip(" :"):
        return True
    if words.label and re.fullmatch(r"\([^()]*\)\s*:?", words.rest):
        return True
    return words.text.endswith(":") and len(words.text.split()) <= 8


def _chain(document: Document, item: int | None) -> tuple[str, ...]:
    """Give the labels of the items around a block, the nearest first."""
    found: list[str] = []
    while item is not None:
        block = document.blocks[item]
        if not isinstance(block, Item):
            break
        found.append(block.words.label or block.words.text.rstrip(" :"))
        item = block.item
    return tuple(found)
