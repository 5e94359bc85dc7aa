"""Shell text and an offset in, the end of the word, quote or expansion that begins there out.

Knows how bash's words are written, not what a command is: `syntax` knows that and is called for
what stands in `$( )`. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_PLAIN = re.compile(r"[^ \t\n;&|<>()'\"\\$`]+")
_BLANK = re.compile(r"(?:[ \t]+|\\(?:\n|\Z))+")
_COMMENT = re.compile(r"#[^\n]*")
_IN_DOUBLE = re.compile(r"[^\"\\$`]+")
_IN_BRACE = re.compile(r"[^\"'\\$`}]+")
_ANSI = re.compile(r"\$'(?:[^'\\]|\\.)*'", re.DOTALL)
_BACKTICK = re.compile(r"`(?:[^`\\]|\\.)*`", re.DOTALL)
_STRING = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.", re.DOTALL)
_ARRAY = re.compile(r"[A-Za-z_]\w*(?:\[[^\]\n]*\])?\+?=")
_NUMBER = re.compile(r"(?:\d+|\{[A-Za-z_]\w*\})(?=[<>])")
_REDIRECT = re.compile(r"&>>|&>|<<<|<<-|<<|<>|<&|>>|>\||>&|<(?!\()|>(?!\()")
DEEPEST = 40  # levels of nesting; nobody reads more


class Wrong(Exception):
    """What bash does not accept, and at which offset it sees that."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class Unfinished(Wrong):
    """The text ends before the statement does; the offset is that of what waits for its end."""


@dataclass
class Scanner:
    """A place in a text. `inner` reads the commands of a `$( )` up to, not over, its `)`."""

    text: str
    inner: Callable[["Scanner"], None]
    at: int = 0
    heredocs: list[tuple[str, bool, int]] = field(default_factory=list)  # end, tabs, where
    depth: int = 0
    lines: list[int] = field(default_factory=list)  # line ends that end a command

    def blanks(self) -> None:
        """Pass over blanks, continued lines and a comment."""
        if (match := _BLANK.match(self.text, self.at)) is not None:
            self.at = match.end()
        if self.text.startswith("#", self.at) and (
            self.at == 0 or self.text[self.at - 1] in " \t\n;&|()"
        ):
            match = _COMMENT.match(self.text, self.at)
            self.at = match.end() if match else self.at

    def newline(self) -> None:
        """Pass over the end of a line and the here-documents that begin behind it."""
        self.lines.append(self.at)
        self.at += 1
        for delimiter, tabs, where in self.heredocs:
            indent = r"\t*" if tabs else ""
            ends = re.compile(rf"^{indent}{re.escape(delimiter)}(?:\n|\Z)", re.MULTILINE)
            match = ends.search(self.text, self.at)
            if match is None:
                raise Unfinished(f"the here-document never comes to its end, `{delimiter}`", where)
            self.at = match.end()
        self.heredocs.clear()

    def next(self, *texts: str) -> bool:
        """Tell whether one of these texts stands here."""
        return self.text.startswith(texts, self.at)

    def word(self) -> str:
        """Pass over a word and give it as it is written; "" where none stands here."""
        start, text = self.at, self.text
        while self.at < len(text):
            if (match := _PLAIN.match(text, self.at)) is not None:
                self.at = match.end()
                continue
            char = text[self.at]
            if char in "'\"\\$`":
                self._quoted(char)
            elif char in "<>" and self.next("<(", ">("):
                self.at += 1
                self._commands("(")
            elif char == "(" and self.at > start and self._grouped(start):
                pass
            else:
                break
        return text[start : self.at]

    def redirect(self) -> bool:
        """Pass over a redirection with its target; False where none stands here."""
        start = self.at
        if (match := _NUMBER.match(self.text, self.at)) is not None:
            self.at = match.end()
        operator = _REDIRECT.match(self.text, self.at)
        if operator is None:
            self.at = start
            return False
        self.at = operator.end()
        self.blanks()
        where = self.at
        target = self.word()
        if not target:
            self.unexpected(f"`{operator.group()}` needs a name behind it")
        if operator.group() in {"<<", "<<-"}:
            plain = re.sub(r"\\(.)|['\"]", r"\1", target)
            self.heredocs.append((plain, operator.group() == "<<-", where))
        return True

    def unexpected(self, wanted: str = "") -> None:
        """Raise: what stands here, bash does not expect."""
        if self.at >= len(self.text):
            raise Unfinished(wanted or "the statement is not finished", self.at)
        match = re.match(r";;&?|;&|&&|\|\||\|&|[;&|()<>\n]|[^\s;&|()<>]+", self.text[self.at :])
        near = match.group() if match else self.text[self.at]
        shown = "the end of the line" if near == "\n" else f"`{near[:40]}`"
        raise Wrong(f"bash does not accept {shown} here", self.at)

    def _quoted(self, char: str) -> None:
        match char:
            case "'":
                self._to_quote("'")
            case '"':
                self._double()
            case "\\":
                self.at = min(self.at + 2, len(self.text))
            case "`":
                self._matched(_BACKTICK, "`")
            case _:
                self._dollar(False)

    def _to_quote(self, quote: str) -> None:
        end = self.text.find(quote, self.at + 1)
        if end < 0:
            raise Unfinished(f"the quote {quote} is never closed", self.at)
        self.at = end + 1

    def _matched(self, pattern: re.Pattern[str], opened: str) -> None:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise Unfinished(f"the quote {opened} is never closed", self.at)
        self.at = match.end()

    def _double(self) -> None:
        start = self.at
        self.at += 1
        while self.at < len(self.text):
            if (match := _IN_DOUBLE.match(self.text, self.at)) is not None:
                self.at = match.end()
                continue
            char = self.text[self.at]
            if char == '"':
                self.at += 1
                return
            if char == "\\":
                self.at += 2
            elif char == "`":
                self._matched(_BACKTICK, "`")
            else:
                self._dollar(True)
        raise Unfinished('the quote " is never closed', start)

    def _dollar(self, quoted: bool) -> None:
        self.deeper()
        if self.next("$((") and (end := self.arithmetic(self.at + 1)) is not None:
            self.at = end
        elif self.next("$("):
            self.at += 1
            self._commands("$(")
        elif self.next("${"):
            self._brace(quoted)
        elif not quoted and self.next("$'"):
            self._matched(_ANSI, "'")
        else:
            self.at += 1
        self.depth -= 1

    def deeper(self) -> None:
        """Count a level. Raises Wrong where there are more than anybody writes."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Wrong("it is nested too deep to be read", self.at)

    def _brace(self, quoted: bool) -> None:
        start = self.at
        self.at += 2
        while self.at < len(self.text):
            if (match := _IN_BRACE.match(self.text, self.at)) is not None:
                self.at = match.end()
                continue
            char = self.text[self.at]
            if char == "}":
                self.at += 1
                return
            if char == "'" and quoted:
                self.at += 1
            elif char == "$":
                self._dollar(quoted)
            else:
                self._quoted(char)
        raise Unfinished("`${` is never closed", start)

    def arithmetic(self, start: int) -> int | None:
        """Give the end of `((…))` that begins at an offset; None where it is no such thing."""
        depth, at = 0, start
        while at < len(self.text):
            string = _STRING.match(self.text, at)
            if string is not None:
                at = string.end()
                continue
            char = self.text[at]
            depth += (char == "(") - (char == ")")
            at += 1
            if depth == 1 and char == ")" and not self.text.startswith(")", at):
                return None  # `((a); b)`: a shell in a shell
            if depth == 0:
                return at
        return None

    def _commands(self, opened: str) -> None:
        """Pass over `( … )`; `at` is at the bracket."""
        start = self.at
        self.deeper()
        self.at += 1
        self.inner(self)
        self.depth -= 1
        if self.at >= len(self.text):
            raise Unfinished(f"`{opened}` is never closed", start)
        if not self.next(")"):
            self.unexpected()
        self.at += 1

    def _grouped(self, start: int) -> bool:
        """Pass over the brackets of an array's values or of a pattern; False for any others."""
        if _ARRAY.fullmatch(self.text, start, self.at) is not None:
            self._group(True)
            return True
        if self.text[self.at - 1] in "?*+@!" and self.text[self.at - 2 : self.at - 1] != "$":
            self._group(False)
            return True
        return False

    def _group(self, values: bool) -> None:
        start = self.at
        self.deeper()
        self.at += 1
        while self.at < len(self.text):
            if values:
                self.blanks()
            if self.next(")"):
                self.at += 1
                self.depth -= 1
                return
            if self.next("\n"):
                self.newline()
            elif self.next("(") and not values:
                self._group(False)
            elif not self.word():
                if values or not self.next("|", "&", ";", "<", ">", " ", "\t"):
                    self.unexpected("`(` is never closed")
                self.at += 1
        raise Unfinished("`(` is never closed", start)
