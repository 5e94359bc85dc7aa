"""Markdown text in, a flat list of blocks with their lines out. Knows no shell and no meaning.

markdown-it-py does the reading; nothing of it leaves this package.
"""

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
from steadyhand.compile.markdown.parse import parse

__all__ = [
    "Block",
    "Document",
    "Fence",
    "Heading",
    "Item",
    "Other",
    "Paragraph",
    "Row",
    "Table",
    "Words",
    "parse",
]
