"""An inline token in, its words without marks, its links and its anchor out."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from urllib.parse import unquote

from markdown_it.token import Token
from msgspec.structs import replace

from steadyhand.compile.markdown.blocks import Words
from steadyhand.compile.mojibake import repair
from steadyhand.model.document.runbook import Link
from steadyhand.model.document.span import Span

# HTML that only says how text looks; any other tag in a sentence is a placeholder, `<task-id>`.
_LOOKS = frozenset(
    "a abbr b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn "
    "div dl dt em font h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p picture pre q rp rt "
    "ruby s samp small span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul "
    "var wbr".split()
)
_TAG = re.compile(r"</?([a-zA-Z][\w-]*)")
_LINE_ENDS = frozenset({"softbreak", "hardbreak"})
_BREAKS = frozenset({"br", "hr", "p", "li", "div", "tr", "td"})
_ANCHOR = re.compile(r"(?:\s+#+)?\s*\{:?\s*#([\w.-]+)[^{}]*\}\s*$")
_CHECKBOX = re.compile(r"\[([ xX])\]\s+")
# A paragraph of nothing but the marks of a site generator: MDX, Hugo, Jinja, a table of contents.
_MARKUP = re.compile(
    r"(?:\s*(?:\{\{[<%].*?[%>]\}\}|\{%.*?%\}|\{\{[^{}]*\}\}|\{/\*.*?\*/\}|\{#.*?#\}|"
    r"</?[A-Z][\w.]*(?:\s[^<>]*)?/?>|:::+|\[\[_TOC_\]\]|\[TOC\]|"
    r"import\s+['\"][^'\"]+['\"];?|import\s+[\w{}*,$ ]+\s+from\s+['\"][^'\"]+['\"];?|"
    r"export\s+(?:default|const|function|let)\b[^;]*;?|===[!+]?\s+\"[^\"]*\"))+\s*",
    re.DOTALL,
)


def words_of(token: Token) -> Words:
    """Give the words of inline text, with the label that stands in bold before anything else."""
    return _words(_children(token))


def fields_of(token: Token) -> tuple[Words, ...]:
    """Cut inline text where a line begins with a label in bold and a colon; () if none does."""
    children = _children(token)
    cuts = [at for at in range(1, len(children)) if _begins_field(children, at)]
    if not cuts:
        return ()
    return tuple(_words(children[a:b]) for a, b in pairwise((0, *cuts, len(children))))


def _begins_field(children: Sequence[Token], at: int) -> bool:
    if children[at].type != "strong_open" or children[at - 1].type not in _LINE_ENDS:
        return False
    end = next(i for i in range(at, len(children)) if children[i].type == "strong_close")
    after = plain(children[end + 1 : end + 2])
    return plain(children[at + 1 : end]).endswith(":") or after.startswith(":")


def _children(token: Token) -> list[Token]:
    return [c for c in token.children or [] if c.type != "text" or c.content]


def _words(children: Sequence[Token]) -> Words:
    text = plain(children)
    codes = tuple(c.content for c in children if c.type == "code_inline")
    linked = (
        bool(children)
        and children[0].type == "link_open"
        and children[-1].type == "link_close"
        and sum(c.type == "link_open" for c in children) == 1
    )
    if not children or children[0].type != "strong_open":
        return Words(text, "", text, linked, codes)
    end = next(i for i, c in enumerate(children) if c.type == "strong_close")
    label = plain(children[1:end])
    rest = plain(children[end + 1 :])
    return Words(text, label.rstrip(" :"), rest.lstrip(" :–—-"), linked, codes)


def links_of(token: Token, span: Span) -> Iterator[Link]:
    """Give the links and images of inline text, each with the lines of its block."""
    children = token.children or []
    for at, child in enumerate(children):
        if child.type == "link_open":
            end = next(i for i in range(at, len(children)) if children[i].type == "link_close")
            text = plain(children[at + 1 : end])
            yield Link(unquote(str(child.attrs.get("href", ""))), text, span)
        elif child.type == "image":
            yield Link(unquote(str(child.attrs.get("src", ""))), child.content, span)


def checkbox(words: Words) -> tuple[bool | None, Words]:
    """Take a checkbox off the front of an item's words; None where there is none."""
    match = _CHECKBOX.match(words.text)
    if match is None:
        return None, words
    text = words.text[match.end() :]
    return match.group(1) != " ", replace(words, text=text, rest=text)


def anchored(words: Words) -> tuple[str, Words]:
    """Take the anchor that a heading says itself off its end: `Restart {#restart}`."""
    match = _ANCHOR.search(words.text)
    if match is None:
        return "", words
    text = words.text[: match.start()]
    rest = _ANCHOR.sub("", words.rest)
    return match.group(1), replace(words, text=text, rest=rest)


def is_markup(source: str) -> bool:
    """Tell whether a paragraph's source is nothing but marks of a site generator. Pure."""
    return source[:1] in "{<:[ie=" and _MARKUP.fullmatch(source) is not None


def plain(children: Sequence[Token]) -> str:
    """Write inline tokens as text."""
    pieces = []
    for child in children:
        match child.type:
            case "text" | "code_inline" | "text_special" | "image":
                pieces.append(child.content)
            case "softbreak" | "hardbreak":
                pieces.append(" ")
            case "html_inline":
                pieces.append(_of_tag(child.content))
    return repair("".join(pieces)).strip()


def _of_tag(source: str) -> str:
    match = _TAG.match(source)
    if match is None:
        return ""  # a comment
    name = match.group(1).lower()
    if name in _BREAKS:
        return " "
    return "" if name in _LOOKS else source
