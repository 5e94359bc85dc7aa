"""Shell text in, for each of its characters in which quotes it stands out. A scanner, no grammar.

The compiled words say what is quoted, but not where it was written; this finds the place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from msgspec import Struct

CODE, SINGLE, DOUBLE, ESCAPED = "u", "'", '"', "\\"
COMMENT, HEREDOC, ARITHMETIC = "#", "<", "="
_HERE = re.compile(r"<<-?[ \t]*(?:'([^'\n]+)'|\"([^\"\n]+)\"|\\?([\w.+-]+))")
_SINGLE = re.compile(r"\$'(?:[^'\\]|\\.)*'?|'[^']*'?", re.DOTALL)
_ARITHMETIC = re.compile(r"\$?\(\([^\n]*?\)\)")
_COMMENT = re.compile(r"#[^\n]*")
_EXPANSION = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_ESCAPED_IN_DOUBLE = frozenset('$`"\\\n')
_PLAIN = re.compile(r"[^\\\"'`$#()<\n]+")  # outside of quotes nothing of this means anything here
_PLAIN_IN_DOUBLE = re.compile(r"[^\\\"`$]+")
_WORD_START = frozenset(" \t\n;|&()")


class Expansion(Struct, frozen=True):
    """`$name` or `${name}` at text[start:end]; `context` is one of the constants above."""

    name: str
    start: int
    end: int
    context: str


def expansions(text: str) -> Iterator[Expansion]:
    """Find whatever is spelled like a plain expansion, where bash makes nothing of it too. Pure."""
    if "$" not in text:
        return
    where = contexts(text)
    for match in _EXPANSION.finditer(text):
        name = match.group(1) or match.group(2)
        yield Expansion(name, match.start(), match.end(), where[match.start()])


@lru_cache(maxsize=4096)
def contexts(text: str) -> str:
    """Give one of the constants for each character. Pure."""
    return _Scan(text).run()


@dataclass
class _Scan:
    text: str
    at: int = 0
    open: list[str] = field(default_factory=list)  # what closes each thing that is open
    out: list[str] = field(default_factory=list)
    heredocs: list[str] = field(default_factory=list)  # delimiters of those on this line

    def run(self) -> str:
        while self.at < len(self.text):
            if self.open and self.open[-1] == '"':
                self._in_double()
            else:
                self._in_code()
        return "".join(self.out)[: len(self.text)]

    def _take(self, kind: str, count: int = 1) -> None:
        self.out.append(kind * count)
        self.at += count

    def _match(self, pattern: re.Pattern[str], kind: str) -> bool:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self._take(kind, match.end() - self.at)
        return match is not None

    def _nests(self) -> bool:
        """Take what opens or closes a substitution, in double quotes or out of them."""
        if self.text.startswith("$(", self.at):
            self.open.append(")")
            self._take(CODE, 2)
        elif self.text[self.at] == "`":
            if "`" in self.open:
                while self.open.pop() != "`":
                    pass
            else:
                self.open.append("`")
            self._take(CODE)
        else:
            return False
        return True

    def _in_double(self) -> None:
        if self._match(_PLAIN_IN_DOUBLE, DOUBLE):
            return
        char = self.text[self.at]
        if char == "\\" and self.text[self.at + 1 : self.at + 2] in _ESCAPED_IN_DOUBLE:
            self._take(ESCAPED, 2)
        elif char == '"':
            self.open.pop()
            self._take(CODE)
        elif not self._match(_ARITHMETIC, ARITHMETIC) and not self._nests():
            self._take(DOUBLE)

    def _in_code(self) -> None:
        if self._match(_PLAIN, CODE):
            return
        char = self.text[self.at]
        starts = self.at == 0 or self.text[self.at - 1] in _WORD_START
        if char == "\n":
            self._newline()
        elif char == "\\":
            self._take(ESCAPED, 2)
        elif char == '"':
            self.open.append('"')
            self._take(CODE)
        elif char == "#" and starts:
            self._match(_COMMENT, COMMENT)
        elif not (
            self._heredoc()
            or self._match(_SINGLE, SINGLE)
            or self._match(_ARITHMETIC, ARITHMETIC)
            or self._nests()
        ):
            if char == "(":
                self.open.append(")")
            elif char == ")" and self.open and self.open[-1] == ")":
                self.open.pop()
            self._take(CODE)

    def _heredoc(self) -> bool:
        match = _HERE.match(self.text, self.at)
        if match is None or self.text.startswith("<<<", self.at):
            return False
        self.heredocs.append(match.group(1) or match.group(2) or match.group(3))
        self._take(CODE, match.end() - self.at)
        return True

    def _newline(self) -> None:
        self._take(CODE)
        for delimiter in self.heredocs:
            ends = re.compile(rf"^[ \t]*{re.escape(delimiter)}[ \t]*$", re.MULTILINE)
            match = ends.search(self.text, self.at)
            self._take(HEREDOC, (len(self.text) if match is None else match.end()) - self.at)
        self.heredocs = []
