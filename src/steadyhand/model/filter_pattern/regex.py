"""A regular expression as CloudWatch Logs allows it in, the same one for Python out.

It knows no groups: without them no quantifier can stand around another, which is what makes the
time of a match explode.
"""

import re

from steadyhand.model.filter_pattern.pattern import BadPattern, Regex

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
# The blank is not in the page's list, but in one of its examples.
SYMBOLS = frozenset(":_#=@/;,- ")
CLASSES = frozenset("dDsSwW")
BLANKS = frozenset("tnr")
HEX = re.compile(r"\\x[0-9A-Fa-f]{2}")
REPEAT = re.compile(r"\{\d*(?:,\d*)?\}")
LARGEST_REPEAT = 1000


def translate(source: str, column: int) -> Regex:
    """Translate what stands between two percent signs; `column` is where it begins.

    Raises BadPattern for what AWS does not support or what is no regular expression.
    """
    if not source:
        raise BadPattern("there is nothing between the percent signs", column, "write %ERROR%")
    reader = _Reader(source, column)
    while reader.at < len(source):
        reader.step()
    if reader.open is not None:
        raise reader.bad(
            "this `[` is never closed", r"close it, or write \[ for itself", reader.open
        )
    try:
        compiled = re.compile("".join(reader.out), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern(
            f"this is no regular expression: {error}", column, "correct it, or use a phrase"
        ) from None
    return Regex(source, compiled, tuple(reader.unlisted))


class _Reader:
    """A place in the source, what was written so far, and whether a character class is open."""

    def __init__(self, source: str, column: int) -> None:
        self.source = source
        self.column = column
        self.at = 0
        self.out: list[str] = []
        self.open: int | None = None
        self.unlisted: list[str] = []
        self.repeatable = False  # there is something that a quantifier can stand after

    def bad(self, message: str, help: str, at: int | None = None) -> BadPattern:
        return BadPattern(message, self.column + (self.at if at is None else at), help)

    def put(self, length: int, text: str, repeatable: bool = True) -> None:
        self.out.append(text)
        self.at += length
        self.repeatable = repeatable

    def step(self) -> None:
        char = self.source[self.at]
        if char == "\\":
            self._escape()
        elif self.open is not None:
            self._in_class(char)
        elif char in "*+?{":
            self._quantifier(char)
        elif char == "[":
            self._open_class()
        elif char in "^|":
            self.put(1, char, repeatable=False)
        elif char == "$":
            self.put(1, r"\Z", repeatable=False)  # Python's `$` also stands before a last newline
        elif char == ".":
            self.put(1, char)
        elif char in "]}":
            self.put(1, "\\" + char)
        else:
            self._plain(char)

    def _plain(self, char: str) -> None:
        if char.isascii() and (char.isalnum() or char in SYMBOLS):
            self.put(1, re.escape(char))
            return
        if char in "()":
            help = f"there are no groups; for the character itself write \\x{ord(char):02X}"
            raise self.bad(f"`{char}` is not supported in a regular expression", help)
        if char.isascii():
            help = f"write \\x{ord(char):02X} for it"
        else:
            help = "only ASCII is supported; write . for it, or use a phrase in double quotes"
        raise self.bad(f"`{char}` is not supported in a regular expression", help)

    def _escape(self) -> None:
        if (found := HEX.match(self.source, self.at)) is not None:
            self.put(4, found.group())
            return
        char = self.source[self.at + 1 : self.at + 2]
        if not char:
            raise self.bad(r"nothing follows the last `\`", r"write \\ for a backslash")
        if char in CLASSES or char in BLANKS:
            self.put(2, f"\\{char}")
        elif char in "bB" and self.open is None:
            self.unlisted.append(f"\\{char}")
            self.put(2, f"\\{char}", repeatable=False)
        elif char.isalnum() or not char.isascii():
            help = r"the classes are \d \s \w and \D \S \W, any other character is \xhh"
            raise self.bad(f"`\\{char}` is not supported", help)
        elif char in "()":
            help = f"write \\x{ord(char):02X}"
            raise self.bad(f"`{char}` is not supported, not even after a backslash", help)
        else:
            self.put(2, re.escape(char))

    def _quantifier(self, char: str) -> None:
        text, lazy = char, ""
        if char == "{":
            found = REPEAT.match(self.source, self.at)
            if found is None or found.group() in {"{}", "{,}"}:
                raise self.bad("`{` begins a number of times", r"write {2,4}, or \{ for itself")
            text = found.group()
            if any(int(number) > LARGEST_REPEAT for number in re.findall(r"\d+", text)):
                raise self.bad(f"`{text}` repeats too often", f"stay below {LARGEST_REPEAT}")
        if not self.repeatable:
            raise self.bad(f"there is nothing for `{text}` to repeat", f"write \\{char} for itself")
        if self.source[self.at + len(text) : self.at + len(text) + 1] == "?":
            lazy = "?"  # it finds the same events
        self.put(len(text) + len(lazy), text + lazy, repeatable=False)

    def _open_class(self) -> None:
        self.open = self.at
        negated = self.source[self.at + 1 : self.at + 2] == "^"
        self.put(1 + negated, "[^" if negated else "[")
        if self.source[self.at : self.at + 1] == "]":
            self.put(1, r"\]")  # a first `]` stands for itself

    def _in_class(self, char: str) -> None:
        if char == "]":
            self.open = None
            self.put(1, "]")
        elif char == "-":
            first = self.out[-1] in {"[", "[^"}
            last = self.source[self.at + 1 : self.at + 2] in {"]", ""}
            after_range = "-" in self.out[-2:]
            self.put(1, r"\-" if first or last or after_range else "-")
        elif char in "^$?[{}|*+.":
            self.put(1, "\\" + char)  # no operators in here, and never Python's nested sets
        else:
            self._plain(char)
