"""Markdown text in, a flat list of blocks with their lines out. Knows no shell and no meaning.

markdown-it-py does the reading; nothing of it leaves this module.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from steadyhand.compile.mojibake import repair
from steadyhand.model.runbook import Link, Reason
from steadyhand.model.span import Span


@dataclass(frozen=True)
class Words:
    """Inline text without its marks. `label` is what stands in bold before anything else."""

    text: str = ""
    label: str = ""
    rest: str = ""  # the text after the label
    linked: bool = False  # nothing but a link


@dataclass(frozen=True)
class Heading:
    span: Span
    level: int
    words: Words


@dataclass(frozen=True)
class Paragraph:
    span: Span
    words: Words
    item: int | None = None  # index of the list item it stands in


@dataclass(frozen=True)
class Item:
    """A list item with its first paragraph; `checked` is None where it has no checkbox."""

    span: Span
    words: Words
    ordered: bool
    number: str  # "3" of `3.`; "" in a bullet list
    group: int  # items of one list share it
    checked: bool | None = None
    item: int | None = None


@dataclass(frozen=True)
class Fence:
    """A code block; `lines` without the indentation of the list it stands in."""

    span: Span
    language: str
    lines: tuple[str, ...]
    first: int  # the line of the document that lines[0] is
    closed: bool = True
    item: int | None = None
    margins: tuple[int, ...] = ()  # how much further right each line stands; -1: nobody knows
    faults: tuple[tuple[str, int], ...] = ()  # what is wrong with its fences, and in which line


@dataclass(frozen=True)
class Row:
    span: Span
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    span: Span
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    item: int | None = None


@dataclass(frozen=True)
class Other:
    """A block that can hold neither a step nor a fact: a rule, HTML, front matter."""

    span: Span
    reason: Reason
    item: int | None = None


Block = Heading | Paragraph | Item | Fence | Table | Other


@dataclass(frozen=True)
class Document:
    """A document as blocks in its order. Only `parse` makes one."""

    path: str
    lines: tuple[str, ...]
    digest: str
    blocks: tuple[Block, ...]
    links: tuple[Link, ...] = ()


def parse(path: str, text: str) -> Document:
    """Read Markdown. Never fails: whatever it is, it has lines and blocks. Pure."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    clean = text.removeprefix("\ufeff").encode("utf-8", "replace").decode()
    clean = re.sub(r"\r\n?", "\n", clean)
    reader = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
    walk = _Walk(path)
    for token in _with_parents(reader.parse(clean)):
        walk.take(token)
    return Document(
        path, tuple(clean.split("\n")), digest, tuple(walk.blocks), tuple(walk.links)
    )


def _with_parents(tokens: list[Token]) -> Iterator[Token]:
    """Give block tokens; an inline token gets the lines of what it stands in, if it has none."""
    lines: list[int] | None = None
    for token in tokens:
        lines = token.map or lines
        if token.map is None:
            token.map = lines
        yield token


@dataclass
class _Walk:
    """The state of reading a token stream: which items and lists are open."""

    path: str
    blocks: list[Block] = field(default_factory=list)
    items: list[int] = field(default_factory=list)  # indexes of the open items
    lists: list[tuple[bool, int]] = field(default_factory=list)  # ordered, group
    groups: int = 0
    level: int = 0  # of the open heading
    fresh: bool = False  # the open item has had no block yet
    rows: list[Row] = field(default_factory=list)
    table: Span | None = None
    links: list[Link] = field(default_factory=list)

    def span(self, token: Token) -> Span:
        first, last = token.map or (0, 1)
        return Span(self.path, first + 1, max(first + 1, last))

    @property
    def item(self) -> int | None:
        return self.items[-1] if self.items else None

    def take(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self.level = int(token.tag[1:])
            case "heading_close":
                self.level = 0
            case "ordered_list_open" | "bullet_list_open":
                self.groups += 1
                self.lists.append((token.type == "ordered_list_open", self.groups))
                self.fresh = False
            case "ordered_list_close" | "bullet_list_close":
                self.lists.pop()
            case "list_item_open":
                self._open_item(token)
            case "list_item_close":
                self.items.pop()
                self.fresh = False
            case "table_open":
                self.table, self.rows = self.span(token), []
            case "tr_open":
                self.rows.append(Row(self.span(token), ()))
            case "table_close":
                self._close_table()
            case "inline":
                self._inline(token)
            case "fence" | "code_block":
                self._fence(token)
            case "hr":
                self._add(Other(self.span(token), Reason.RULE, self.item))
            case "html_block" | "front_matter":
                self._add(Other(self.span(token), Reason.DECORATION, self.item))

    def _add(self, block: Block) -> None:
        self.blocks.append(block)
        self.fresh = False

    def _open_item(self, token: Token) -> None:
        ordered, group = self.lists[-1]
        line = self.span(token).line
        span = Span(self.path, line, line)
        self.blocks.append(Item(span, Words(), ordered, token.info, group, None, self.item))
        self.items.append(len(self.blocks) - 1)
        self.fresh = True

    def _inline(self, token: Token) -> None:
        words = _words(token)
        self.links += _links(token, self.span(token))
        if self.table is not None:
            row = self.rows[-1]
            self.rows[-1] = Row(row.span, (*row.cells, words.text))
        elif self.level:
            self._add(Heading(self.span(token), self.level, words))
        elif self.fresh and self.items:
            item = self.blocks[self.items[-1]]
            assert isinstance(item, Item)
            end = max(item.span.end_line, self.span(token).end_line)
            checked, words = _checkbox(words)
            span = replace(item.span, end_line=end)
            self.blocks[self.items[-1]] = replace(item, span=span, words=words, checked=checked)
            self.fresh = False
        else:
            self._add(Paragraph(self.span(token), words, self.item))

    def _close_table(self) -> None:
        if self.table is not None and self.rows:
            head, *rows = self.rows
            self._add(Table(self.table, head.cells, tuple(rows), self.item))
        self.table = None

    def _fence(self, token: Token) -> None:
        span = self.span(token)
        lines = tuple(token.content.removesuffix("\n").split("\n")) if token.content else ()
        if token.type == "code_block":
            self._add(Fence(span, "", lines, span.line, True, self.item))
            return
        closed = span.end_line - span.line - 1 == len(lines)
        language = (token.info.split() or [""])[0].strip("{}.").lower()
        faults = () if closed else (("", span.line),)
        self._add(Fence(span, language, lines, span.line + 1, closed, self.item, faults=faults))


def _links(token: Token, span: Span) -> Iterator[Link]:
    """Give the links and images of inline text, each with the lines of its block."""
    children = token.children or []
    for at, child in enumerate(children):
        if child.type == "link_open":
            end = next(i for i in range(at, len(children)) if children[i].type == "link_close")
            text = _plain(children[at + 1 : end])
            yield Link(unquote(str(child.attrs.get("href", ""))), text, span)
        elif child.type == "image":
            yield Link(unquote(str(child.attrs.get("src", ""))), child.content, span)


def _checkbox(words: Words) -> tuple[bool | None, Words]:
    match = re.match(r"\[([ xX])\]\s+", words.text)
    if match is None:
        return None, words
    text = words.text[match.end() :]
    return match.group(1) != " ", replace(words, text=text, rest=text)


def _words(token: Token) -> Words:
    children = [c for c in token.children or [] if c.type != "text" or c.content]
    text = _plain(children)
    linked = (
        bool(children)
        and children[0].type == "link_open"
        and children[-1].type == "link_close"
        and sum(c.type == "link_open" for c in children) == 1
    )
    if not children or children[0].type != "strong_open":
        return Words(text, "", text, linked)
    end = next(i for i, c in enumerate(children) if c.type == "strong_close")
    label = _plain(children[1:end])
    rest = _plain(children[end + 1 :])
    return Words(text, label.rstrip(" :"), rest.lstrip(" :–—-"), linked)


def _plain(children: list[Token]) -> str:
    pieces = []
    for child in children:
        match child.type:
            case "text" | "code_inline" | "text_special":
                pieces.append(child.content)
            case "image":
                pieces.append(child.content)
            case "softbreak" | "hardbreak":
                pieces.append(" ")
    return repair("".join(pieces)).strip()
