"""A word of tree-sitter's tree in, a `Word` of literal, parameter and dynamic parts out.

Literals are values after quote removal. What bash decides later (expansions, globs, braces, `~`)
is dynamic; a variable that nothing in the procedure sets is a parameter.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from steadyhand.compile.shell.placeholders import Form, Found, masked
from steadyhand.model.document.shell import Part, PartKind, Word

# The shell itself sets these, or a session has them in any case.
SHELL_VARIABLES = frozenset(
    "HOME PWD OLDPWD USER LOGNAME SHELL PATH HOSTNAME RANDOM SRANDOM SECONDS EPOCHSECONDS LINENO "
    "IFS PPID UID EUID TMPDIR LANG TERM PIPESTATUS REPLY OPTARG OPTIND EDITOR BASH BASHPID "
    "BASH_VERSION FUNCNAME".split()
)
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "0": "\0"}


@dataclass
class Source:
    """A statement's text while it is read: placeholders known before, variables found on the way.

    `known` are the names that the procedure sets before, `own` those that the statement sets. In a
    `closed` text no variable comes from outside: it is part of a command that was read before.
    `names` are the places of those variables around which tree-sitter has been given braces.
    """

    text: str
    placeholders: tuple[Found, ...]
    known: Collection[str]
    closed: bool = False
    own: frozenset[str] = frozenset()
    variables: dict[Found, None] = field(default_factory=dict)
    names: tuple[tuple[int, int], ...] = ()
    _columns: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        clean = self.text if self.text.isascii() else masked(self.text, self.placeholders)
        if self.names or not clean.isascii():
            at = 0
            for edge in sorted({edge for name in self.names for edge in name}):
                self._columns += [*_bytes(clean, at, edge), edge]
                at = edge
            self._columns += [*_bytes(clean, at, len(clean)), len(clean)]

    def offset(self, column: int) -> int:
        """Turn an offset of the text into tree-sitter's byte offset."""
        return bisect_left(self._columns, column) if self._columns else column

    def column(self, offset: int) -> int:
        """Turn tree-sitter's byte offset into an offset of the text."""
        return self._columns[offset] if self._columns else offset

    def range(self, node: Node) -> tuple[int, int]:
        start, end = self.column(node.start_byte), self.column(node.end_byte)
        while start < end and node.type == "simple_expansion" and self.text[start] != "$":
            start += 1  # inside quotes the grammar counts blanks before it as its own
        return start, end

    def raw(self, node: Node) -> str:
        start, end = self.range(node)
        return self.text[start:end]

    def outside(self, name: str, start: int, end: int, default: str | None = None) -> Found | None:
        """Record a variable that comes from outside; None for one that the procedure sets."""
        if self.closed or name in SHELL_VARIABLES or name in self.own or name in self.known:
            return None
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            return None
        one = Found(name, self.text[start:end], start, end, Form.VARIABLE, default)
        self.variables[one] = None
        return one


def _bytes(text: str, start: int, end: int) -> Iterable[int]:
    """Give the offset of each byte's character in a part of a text."""
    if text.isascii():
        return range(start, end)
    return (at for at in range(start, end) for _ in text[at].encode())


def with_braces(text: str, names: Iterable[tuple[int, int]]) -> str:
    """Put braces around the names at these places: `$B` → `${B}`. Pure."""
    pieces: list[str] = []
    at = 0
    for start, end in names:
        pieces += [text[at:start], "{", text[start:end], "}"]
        at = end
    return "".join([*pieces, text[at:]])


def word(node: Node, source: Source) -> Word:
    """Turn a word into its parts."""
    if node.type == "concatenation" and _expands_braces(source.raw(node)):
        return Word((Part(PartKind.DYNAMIC, source.raw(node)),))
    parts = tuple(_parts(node, source))
    return Word(parts or (Part(PartKind.LITERAL, ""),))


def heredoc(node: Node, source: Source) -> Word | None:
    """Turn a heredoc's text into parts; in one that ends at a quoted word, nothing expands."""
    kinds = {child.type: child for child in node.named_children}
    if (body := kinds.get("heredoc_body")) is None:
        return None
    start, end = source.range(body)
    if re.search(r"[\\'\"]", source.raw(kinds["heredoc_start"])):
        return Word(tuple(_cut(source, start, end, "'")))
    return Word(tuple(_gaps(body, source, start, end, '"')))


def _expands_braces(raw: str) -> bool:
    return re.search(r"\{[^{}\s]*(,|\.\.)[^{}\s]*\}", raw) is not None and raw[0] not in "\"'"


def _parts(node: Node, source: Source) -> Iterator[Part]:
    start, end = source.range(node)
    match node.type:
        case "word" | "number" | "variable_name" | "test_operator" | "regex" | "extglob_pattern":
            yield from _cut(source, start, end, "")
        case "raw_string":
            yield from _cut(source, start + 1, end - 1, "'")
        case "ansi_c_string":
            raw = source.text[start + 2 : end - 1]
            coded = _CODED.search(raw) is not None  # characters by their numbers
            yield Part(*(PartKind.DYNAMIC, raw) if coded else (PartKind.LITERAL, _ansi(raw)), True)
        case "string":
            yield from _gaps(node, source, start + 1, end - 1, '"')
        case "translated_string":
            yield from _gaps(node.children[-1], source, start + 2, end - 1, '"')
        case "concatenation" | "command_name":
            if len(node.children) == 1:
                yield from _parts(node.children[0], source)
            else:
                yield from _gaps(node, source, start, end, "")
        case "simple_expansion" | "expansion":
            yield _expansion(node, source, quoted=False)
        case _:
            yield Part(PartKind.DYNAMIC, source.text[start:end])


def _gaps(node: Node, source: Source, start: int, end: int, quote: str) -> Iterator[Part]:
    """Give the parts of a node's children, and what stands between them as literal text.

    The grammar leaves some blanks of a string out of its children.
    """
    at = start
    said = False
    for child in node.children:
        if quote and child.type not in _EXPANSIONS:
            continue
        first, last = source.range(child)
        if first > at:
            yield from _cut(source, at, first, quote)
        if child.type in {"simple_expansion", "expansion"}:
            yield _expansion(child, source, quoted=bool(quote))
        elif quote:
            yield Part(PartKind.DYNAMIC, source.text[first:last], True)
        else:
            yield from _parts(child, source)
        said, at = True, last
    if at < end or not said:
        yield from _cut(source, at, end, quote)


_EXPANSIONS = frozenset(
    {"simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"}
)


def _expansion(node: Node, source: Source, quoted: bool) -> Part:
    start, end = source.range(node)
    raw = source.text[start:end]
    plain = re.fullmatch(r"\$(\w+)|\$\{(\w+)(?::?\?[^{}]*)?\}|\$\{(\w+):?-([\w./:@-]*)\}", raw)
    if plain is not None:
        name = plain.group(1) or plain.group(2) or plain.group(3)
        if (one := source.outside(name, start, end, plain.group(4))) is not None:
            return Part(PartKind.PARAMETER, one.name, quoted)
    return Part(PartKind.DYNAMIC, raw, quoted)


def _cut(source: Source, start: int, end: int, quote: str) -> Iterator[Part]:
    """Cut literal text at the placeholders in it."""
    at = start
    first = bisect_left(source.placeholders, start, key=lambda one: one.start)
    for one in source.placeholders[first:]:
        if one.start >= end:
            break
        if one.end <= end:
            if one.start > at:
                yield from _literal(source.text[at : one.start], quote, at == start)
            if one.form is Form.SAMPLE:
                yield Part(PartKind.LITERAL, one.spelling, bool(quote), one.name)
            else:
                yield Part(PartKind.PARAMETER, one.name, bool(quote))
            at = one.end
    if at < end or (at == start and quote):
        yield from _literal(source.text[at:end], quote, at == start)


_SPECIAL = re.compile(r"[\\*?~]")
_GLOBS = re.compile(r"(\\.|\\\n)|([*?]+)", re.DOTALL)
_FIRST_GLOBS = re.compile(r"(\\.|\\\n)|(^~[\w.-]*|[*?]+)", re.DOTALL)


def _literal(text: str, quote: str, first: bool) -> Iterator[Part]:
    if quote == "'":
        yield Part(PartKind.LITERAL, text, True)
    elif quote:
        yield Part(PartKind.LITERAL, re.sub(r"\\([$`\"\\\n])", _unescaped, text), True)
    elif not _SPECIAL.search(text):
        yield Part(PartKind.LITERAL, text)
    else:
        pattern = _FIRST_GLOBS if first else _GLOBS
        at = 0
        plain = ""
        for match in pattern.finditer(text):
            plain += text[at : match.start()]
            at = match.end()
            if match.group(1):
                plain += _unescaped(re.match(r"\\(.)", match.group(1), re.DOTALL))
            elif "://" in text:
                plain += match.group()  # a URL's `?` matches no file
            else:
                if plain:
                    yield Part(PartKind.LITERAL, plain)
                yield Part(PartKind.DYNAMIC, match.group())
                plain = ""
        if plain + text[at:]:
            yield Part(PartKind.LITERAL, plain + text[at:])


def _unescaped(match: re.Match[str] | None) -> str:
    return "" if match is None or match.group(1) == "\n" else match.group(1)


_CODED = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[xuUc1-7]|0[0-7])")


def _ansi(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        return _ANSI.get(match.group(1), match.group(1))

    return re.sub(r"\\(.)", one, text, flags=re.DOTALL)
