"""What a document is cut into: headings, paragraphs, list items, code blocks, tables."""

from msgspec import Struct

from steadyhand.model.document.runbook import Link, Reason
from steadyhand.model.document.span import Span


class Words(Struct, frozen=True):
    """Inline text without its marks. `label` is what stands in bold before anything else."""

    text: str = ""
    label: str = ""
    rest: str = ""  # the text after the label
    linked: bool = False  # nothing but a link
    codes: tuple[str, ...] = ()  # its code spans


class Heading(Struct, frozen=True):
    span: Span
    level: int
    words: Words
    anchor: str = ""  # the one it says itself, `{#restart}`


class Paragraph(Struct, frozen=True):
    """`fields` are its parts where a later line begins with a label of its own, else ()."""

    span: Span
    words: Words
    item: int | None = None  # index of the list item it stands in
    fields: tuple[Words, ...] = ()

    @property
    def parts(self) -> tuple[Words, ...]:
        return self.fields or (self.words,)


class Item(Struct, frozen=True):
    """A list item with its first paragraph; `checked` is None where it has no checkbox."""

    span: Span
    words: Words
    ordered: bool
    number: str  # "3" of `3.`; "" in a bullet list
    group: int  # items of one list share it
    checked: bool | None = None
    item: int | None = None


class Fence(Struct, frozen=True):
    """A code block; `lines` without the indentation of the list it stands in."""

    span: Span
    language: str
    lines: tuple[str, ...]
    first: int  # the line of the document that lines[0] is
    closed: bool = True
    item: int | None = None
    margins: tuple[int, ...] = ()  # how much further right each line stands; -1: nobody knows
    faults: tuple[tuple[str, int], ...] = ()  # what is wrong with its fences, and in which line


class Row(Struct, frozen=True):
    span: Span
    cells: tuple[str, ...]


class Table(Struct, frozen=True):
    span: Span
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    item: int | None = None


class Other(Struct, frozen=True):
    """A block that can hold neither a step nor a fact: a rule, HTML, front matter."""

    span: Span
    reason: Reason
    item: int | None = None


Block = Heading | Paragraph | Item | Fence | Table | Other


class Document(Struct, frozen=True):
    """A document as blocks in its order. Only `parse` makes one."""

    path: str
    lines: tuple[str, ...]
    digest: str
    blocks: tuple[Block, ...]
    links: tuple[Link, ...] = ()
