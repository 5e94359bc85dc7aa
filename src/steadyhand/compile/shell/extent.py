"""Lines of shell text in, the line a statement ends on out. Quotes, heredocs, `\\`, loops, blocks.

What bash accepts ends where its grammar says. For what it refuses there is a scanner, which only
knows what lets a statement go on beyond the end of a line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from steadyhand.compile.shell.syntax import read_statement

_OPENS = {"if": "fi", "case": "esac", "{": "}"}
_LOOPS = frozenset({"for", "while", "until", "select"})
# After these words a command begins.
_BEFORE_COMMAND = frozenset("if then elif else while until do { ! time".split())
_WORD_END = frozenset(" \t\n;|&()<>\"'`")
_HEREDOC = re.compile(r"<<(-?)[ \t]*(?:'([^'\n]+)'|\"([^\"\n]+)\"|\\?([\w.+-]+))")
_STRING = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.", re.DOTALL)
LONGEST = 400  # lines; a quote that is open longer than that was never meant as one


def end_of_statement(lines: Sequence[str], start: int, most: int = LONGEST) -> int | None:
    """Give the index after the last line of the statement that begins on lines[start].

    None where it does not end within the lines, or within `most` of them. Pure.
    """
    if not lines[start].endswith("\\") and isinstance(read_statement(lines[start]), int):
        return start + 1
    text = "\n".join(lines[start : start + most])
    end = read_statement(text)
    if isinstance(end, int):
        return start + text.count("\n", 0, end) + 1
    guess = _Scan(text).run()
    return None if guess is None else start + text.count("\n", 0, guess) + 1


@dataclass
class _Scan:
    text: str
    at: int = 0
    open: list[str] = field(default_factory=list)  # what closes each thing that is open
    command: bool = True  # a command may begin here
    more: bool = False  # an operator waits for its right side
    heredocs: list[tuple[str, bool]] = field(default_factory=list)

    def run(self) -> int | None:
        """Give the offset of the newline (or end) that ends the statement, or None."""
        while self.at < len(self.text):
            if self.open and self.open[-1] == '"':
                self._quoted()
            elif self.text[self.at] == "\n":
                if self._newline():
                    return self.at
            else:
                self._code()
        return None if self.open or self.heredocs or self.more else len(self.text)

    def _newline(self) -> bool:
        if self.heredocs:
            return self._skip_heredocs()
        if not self.open and not self.more:
            return True
        self.at += 1
        self.command = True
        return False

    def _skip_heredocs(self) -> bool:
        at = self.at
        for delimiter, tabs in self.heredocs:
            indent = r"\t*" if tabs else ""
            ends = re.compile(rf"\n{indent}{re.escape(delimiter)}[ \t]*(?=\n|$)")
            match = ends.search(self.text, at)
            if match is None:
                self.at = len(self.text)
                return False
            at = match.end()
        self.heredocs = []
        self.at = at
        if not self.open and not self.more:
            return True
        self.command = True
        return False

    def _quoted(self) -> None:
        char = self.text[self.at]
        if char == "\\":
            self.at += 2
        elif char == '"':
            self.open.pop()
            self.at += 1
        elif self.text.startswith("$((", self.at):
            self._balanced("(", ")", 1)
        elif self.text.startswith("$(", self.at):
            self._push(")", 2)
        elif char == "`":
            self._backtick()
        else:
            self.at += 1

    def _code(self) -> None:
        char = self.text[self.at]
        match char:
            case "\\":
                self.at += 2
            case " " | "\t":
                self.at += 1
            case "#" if self._word_starts():
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            case "'":
                self._single(1)
            case '"':
                self.open.append('"')
                self._word_read(1)
            case "`":
                self._backtick()
            case "$":
                self._dollar()
            case "(":
                if self.text.startswith("((", self.at):
                    self._balanced("(", ")", 0)
                else:
                    self._push(")", 1)
            case ")":
                self._close_parenthesis()
            case "<" if self.text.startswith("<<", self.at):
                self._heredoc()
            case ";" | "&" | "|":
                self._operator()
            case "<" | ">":
                self.at += 1
            case _:
                self._word()

    def _word_starts(self) -> bool:
        return self.at == 0 or self.text[self.at - 1] in " \t\n;|&()"

    def _word_read(self, by: int) -> None:
        self.at += by
        self.command = self.more = False

    def _push(self, closer: str, by: int) -> None:
        self.open.append(closer)
        self.at += by
        self.command, self.more = True, False

    def _single(self, by: int) -> None:
        end = self.text.find("'", self.at + by)
        if end < 0:
            self.open.append("'")
            self.at = len(self.text)
        else:
            self.at = end + 1
            self.command = self.more = False

    def _backtick(self) -> None:
        if self.open and self.open[-1] == "`":
            self.open.pop()
            self._word_read(1)
        else:
            self._push("`", 1)

    def _dollar(self) -> None:
        rest = self.text[self.at : self.at + 3]
        if rest.startswith("$'"):
            match = re.compile(r"\$'(?:[^'\\]|\\.)*'", re.DOTALL).match(self.text, self.at)
            if match is None:
                self._single(2)
            else:
                self._word_read(match.end() - self.at)
        elif rest == "$((":
            self._balanced("(", ")", 1)
        elif rest.startswith("$("):
            self._push(")", 2)
        elif rest.startswith("${"):
            self._balanced("{", "}", 1)
        else:
            self._word_read(1)

    def _balanced(self, opener: str, closer: str, by: int) -> None:
        quoted = bool(self.open) and self.open[-1] == '"'
        depth, at = 0, self.at + by
        while at < len(self.text):
            string = None if quoted else _STRING.match(self.text, at)
            if string is not None:
                at = string.end()
                continue
            depth += (self.text[at] == opener) - (self.text[at] == closer)
            at += 1
            if depth == 0:
                self._word_read(at - self.at)
                return
        self.open.append(closer)
        self.at = len(self.text)

    def _close_parenthesis(self) -> None:
        self.at += 1
        if self.open and self.open[-1] == ")":
            self.open.pop()
            # `f()` is followed by a body, `$( )` by the rest of its word.
            self.command, self.more = True, False
        elif self.open and self.open[-1] == "esac":
            self.command = True

    def _heredoc(self) -> None:
        if self.text.startswith("<<<", self.at):
            self.at += 3
            return
        match = _HEREDOC.match(self.text, self.at)
        if match is None:
            self.at += 2
            return
        delimiter = match.group(2) or match.group(3) or match.group(4)
        self.heredocs.append((delimiter, match.group(1) == "-"))
        self.at = match.end()

    def _operator(self) -> None:
        char = self.text[self.at]
        double = self.text.startswith(char * 2, self.at)
        before = self.text[self.at - 1 : self.at]
        self.at += 2 if double else 1
        if char == "&" and not double and (before in {">", "<"} or self.text[self.at :][:1] == ">"):
            return  # `2>&1` and `&>`
        self.command = True
        self.more = (char == "|") or (char == "&" and double)

    def _word(self) -> None:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in _WORD_END:
            if self.text[self.at] == "\\":
                self.at += 1
            elif self.text[self.at] == "$" and self.at > start:
                break
            self.at += 1
        word = self.text[start : self.at]
        began, self.command, self.more = self.command, False, False
        if not began:
            return
        if word in _OPENS:
            self.open.append(_OPENS[word])
        elif word in _LOOPS:
            self.open.append("done")
        elif self.open and word == self.open[-1]:
            self.open.pop()
        self.command = word in _BEFORE_COMMAND
