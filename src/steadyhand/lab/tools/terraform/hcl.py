"""Text of Terraform's language in, its blocks out: literals, lists, maps, `var.x`, `type.name.key`.

A part of the language, enough for what the lab declares. What is beyond it (functions, operators,
heredocs, `for`) is refused with its line, never passed over.
https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+|(?:\#|//)[^\n]*|/\*.*?\*/)
    |(?P<newline>\n)
    |(?P<number>-?\d+(?:\.\d+)?)
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)
    |(?P<sign>[={}\[\],:])""",
    re.VERBOSE | re.DOTALL,
)
WORDS = {"true": True, "false": False, "null": None}
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


class BadText(Exception):
    """Not of the language, or beyond what is read here; `line` is 1-based."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Reference:
    """A name that stands for a value somewhere else: "var.cpu"."""

    name: str
    line: int


@dataclass(frozen=True)
class Block:
    kind: str  # "resource"
    labels: tuple[str, ...]
    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    blocks: Sequence["Block"] = ()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int


def parse(text: str) -> Block:
    """Give a file as a block without a kind. Raises BadText."""
    return _Reader(_tokens(text)).body("", (), 1)


def _tokens(text: str) -> list[_Token]:
    found, at, line = [], 0, 1
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise BadText(line, f"this lab's terraform does not read {text[at : at + 10]!r}")
        if match.lastgroup != "space":
            found.append(_Token(str(match.lastgroup), match.group(), line))
        line += match.group().count("\n")
        at = match.end()
    return [*found, _Token("end", "", line)]


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _skip(self, also: str = "") -> None:
        while self._peek().kind == "newline" or (also and self._peek().text == also):
            self._take()

    def body(self, kind: str, labels: tuple[str, ...], line: int) -> Block:
        """Read up to the closing brace, or to the end of the file where `kind` is empty."""
        values: dict[str, Any] = {}
        blocks: list[Block] = []
        while True:
            self._skip()
            token = self._take()
            if (token.text == "}" and kind) or (token.kind == "end" and not kind):
                return Block(kind, labels, line, values, tuple(blocks))
            if token.kind == "end":
                raise BadText(token.line, "Unclosed configuration block")
            if token.kind != "name":
                raise BadText(token.line, "Argument or block definition required")
            if self._peek().text == "=":
                self._take()
                if token.text in values:
                    raise BadText(token.line, f'Attribute redefined: "{token.text}"')
                values[token.text] = self.value()
            else:
                blocks.append(self._block(token))

    def _block(self, first: _Token) -> Block:
        labels = []
        while self._peek().kind in ("string", "name"):
            labels.append(self._take().text.strip('"'))
        opened = self._take()
        if opened.text != "{":
            raise BadText(opened.line, "Invalid block definition")
        return self.body(first.text, tuple(labels), first.line)

    def value(self) -> Any:
        token = self._take()
        match token.kind, token.text:
            case "number", text:
                return float(text) if "." in text else int(text)
            case "string", text:
                return _string(text, token.line)
            case "name", text:
                return WORDS[text] if text in WORDS else Reference(text, token.line)
            case "sign", "[":
                return self._list()
            case "sign", "{":
                return self._map()
        raise BadText(token.line, "Invalid expression")

    def _list(self) -> list[Any]:
        found: list[Any] = []
        while True:
            self._skip(",")
            if self._peek().text == "]":
                self._take()
                return found
            if self._peek().kind == "end":
                raise BadText(self._peek().line, "Unclosed list")
            found.append(self.value())

    def _map(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            self._skip(",")
            key = self._take()
            if key.text == "}":
                return found
            if key.kind not in ("name", "string") or self._take().text not in ("=", ":"):
                raise BadText(key.line, "Invalid expression")
            found[key.text.strip('"')] = self.value()


def _string(text: str, line: int) -> str:
    if "${" in text or "%{" in text:
        raise BadText(line, "this lab's terraform reads no templates")
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m.group(1), m.group()), text[1:-1])
