"""A document's text in, its blocks out, as markdown-it-py reads it. Never fails."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from msgspec.structs import replace

from steadyhand.compile.markdown.blocks import (
    Block,
    Document,
    Fence,
    Heading,
    Item,
    Other,
    Paragraph,
    Row,
    Table,
    Words,
)
from steadyhand.compile.markdown.fences import OPENS, fence_of, margins_of
from steadyhand.compile.markdown.html import html_blocks
from steadyhand.compile.markdown.repairs import repaired
from steadyhand.compile.markdown.words import (
    anchored,
    checkbox,
    fields_of,
    is_markup,
    links_of,
    words_of,
)
from steadyhand.model.document.runbook import Link, Reason
from steadyhand.model.document.span import Span

_DEEPEST = 3  # Markdown in what Markdown takes for indented code
_TOML = re.compile(r"\+\+\+[ \t]*\n(?:.*\n)*?\+\+\+[ \t]*(?:\n|\Z)")


def parse(path: str, text: str) -> Document:
    """Read Markdown. Never fails: whatever it is, it has lines and blocks. Pure."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    clean = text.removeprefix("\ufeff").encode("utf-8", "replace").decode()
    clean = re.sub(r"\r\n?", "\n", clean)
    lines = clean.split("\n")
    front = _toml_lines(clean)
    reader = _reader(path.lower().endswith(".mdx"))

    def read(source: str) -> list[Token]:
        # One of the plugins looks at the first sign of a line, and there may be none at the end.
        return reader.parse(source if source.endswith("\n") else f"{source}\n")

    found = repaired([*[""] * front, *lines[front:]], read)
    walk = _Walk(path, lines, read)
    if front:
        walk.blocks.append(Other(Span(path, 1, front), Reason.DECORATION))
    walk.walk(found.tokens)
    blocks = tuple(_with_faults(walk.blocks, found.faults))
    return Document(path, tuple(lines), digest, blocks, tuple(walk.links))


@cache
def _reader(mdx: bool) -> MarkdownIt:
    """Make the reader; in MDX four blanks make no code block."""
    reader = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
    reader.use(deflist_plugin).use(admon_plugin)
    container_plugin(reader, "any", validate=lambda params, _: bool(params.strip()))
    return reader.disable("code") if mdx else reader


def _toml_lines(text: str) -> int:
    """Count the lines of front matter in TOML."""
    match = _TOML.match(text) if text.startswith("+++") else None
    return match.group().rstrip("\n").count("\n") + 1 if match else 0


def _with_faults(blocks: Sequence[Block], faults: Sequence[tuple[str, int]]) -> Iterator[Block]:
    """Tell each code block what was wrong with its fences before they were mended."""
    waiting = sorted(faults, key=lambda fault: fault[1])
    for block in blocks:
        if isinstance(block, Fence) and waiting:
            mine = [f for f in waiting if block.span.line <= f[1] <= block.span.end_line]
            if mine:
                waiting = [fault for fault in waiting if fault not in mine]
                block = replace(block, faults=(*mine, *block.faults))
        yield block


@dataclass
class _Walk:
    """The state of reading a token stream: which items and lists are open."""

    path: str
    lines: Sequence[str]
    read: Callable[[str], list[Token]]
    blocks: list[Block] = field(default_factory=list)
    items: list[int] = field(default_factory=list)  # indexes of the open items
    lists: list[tuple[bool, int]] = field(default_factory=list)  # ordered, group
    groups: int = 0
    level: int = 0  # of the open heading
    fresh: bool = False  # the open item has had no block yet
    rows: list[Row] = field(default_factory=list)
    table: Span | None = None
    links: list[Link] = field(default_factory=list)
    base: int = 0  # lines above the text that is read
    depth: int = 0

    def walk(self, tokens: Sequence[Token]) -> None:
        """Take block tokens; one without lines of its own has those of what it stands in."""
        lines: list[int] | None = None
        for token in tokens:
            lines = token.map or lines
            if token.map is None:
                token.map = lines
            self.take(token)

    def span(self, token: Token) -> Span:
        first, last = token.map or (0, 1)
        first, last = first + self.base, last + self.base
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
            case "fence":
                self._fence(token)
            case "code_block":
                self._indented(token)
            case "hr":
                self._add(Other(self.span(token), Reason.RULE, self.item))
            case "front_matter":
                self._add(Other(self.span(token), Reason.DECORATION, self.item))
            case "html_block":
                for block in html_blocks(token.content, self.span(token), self.item):
                    self._add(block)

    def _add(self, block: Block) -> None:
        if isinstance(block, Fence):
            block = replace(block, margins=margins_of(block, self.lines))
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
        words = words_of(token)
        span = self.span(token)
        self.links += links_of(token, span)
        if self.table is not None:
            row = self.rows[-1]
            self.rows[-1] = Row(row.span, (*row.cells, words.text))
        elif self.level:
            anchor, words = anchored(words)
            self._add(Heading(span, self.level, words, anchor))
        elif self.fresh and self.items:
            item = self.blocks[self.items[-1]]
            assert isinstance(item, Item)
            checked, words = checkbox(words)
            whole = replace(item.span, end_line=max(item.span.end_line, span.end_line))
            self.blocks[self.items[-1]] = replace(item, span=whole, words=words, checked=checked)
            self.fresh = False
        elif is_markup(token.content):
            self._add(Other(span, Reason.DECORATION, self.item))
        else:
            self._add(Paragraph(span, words, self.item, fields_of(token)))

    def _close_table(self) -> None:
        if self.table is not None and self.rows:
            head, *rows = self.rows
            self._add(Table(self.table, head.cells, tuple(rows), self.item))
        self.table = None

    def _fence(self, token: Token) -> None:
        lines = token.content.removesuffix("\n").split("\n") if token.content else []
        for fence in fence_of(self.span(token), token.info, lines, token.markup, self.item):
            self._add(fence)

    def _indented(self, token: Token) -> None:
        """Read an indented block; one that holds fences was meant as Markdown, further right."""
        span = self.span(token)
        lines = token.content.removesuffix("\n").split("\n")
        fenced = sum(OPENS.match(line) is not None for line in lines)
        if not fenced or self.depth >= _DEEPEST:
            self._add(Fence(span, "", tuple(lines), span.line, True, self.item))
            return
        inside = _Walk(self.path, self.lines, self.read, self.blocks, list(self.items))
        inside.groups, inside.links = self.groups, self.links
        inside.base, inside.depth = span.line - 1, self.depth + 1
        inside.walk(self.read("\n".join(lines)))
        self.groups, self.fresh = inside.groups, False
