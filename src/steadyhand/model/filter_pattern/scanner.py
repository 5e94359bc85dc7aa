"""A text and a place in it: the little that both halves of the parser share."""

import re

from steadyhand.model.filter_pattern.pattern import BadPattern, Regex, Text
from steadyhand.model.filter_pattern.regex import translate

BLANK = re.compile(r"\s*")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
ESCAPED = re.compile(r'\\(["\\])')
PERCENT = re.compile(r"%((?:[^%\\]|\\.)*)%", re.DOTALL)
CHUNK = re.compile(r"\S*")
CURLY = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"}


class Scanner:
    """What is read moves `at`; nothing is read beyond `end`."""

    def __init__(self, text: str, at: int, end: int) -> None:
        self.text = text
        self.at = at
        self.end = end

    def skip(self) -> None:
        """Go past blanks."""
        found = BLANK.match(self.text, self.at, self.end)
        self.at = found.end() if found else self.at

    def done(self) -> bool:
        """Tell whether nothing is left. A method, for the place moves between two calls."""
        return self.at >= self.end

    def char(self) -> str:
        """Give the character at the place; "" at the end."""
        return self.text[self.at] if self.at < self.end else ""

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """Read what the pattern finds here, if anything."""
        found = pattern.match(self.text, self.at, self.end)
        if found is None or not found.group():
            return None
        self.at = found.end()
        return found.group()

    def eat(self, *what: str) -> str | None:
        """Read the first of these texts that stands here."""
        for text in what:
            if self.text.startswith(text, self.at, self.end):
                self.at += len(text)
                return text
        return None

    def ahead(self) -> str:
        """Give the text up to the next blank."""
        found = CHUNK.match(self.text, self.at, self.end)
        return found.group() if found else ""

    def bad(self, message: str, help: str, at: int | None = None) -> BadPattern:
        return BadPattern(message, (self.at if at is None else at) + 1, help)

    def quoted(self) -> Text:
        """Read a phrase in double quotes, of which the first stands here."""
        found = QUOTED.match(self.text, self.at, self.end)
        if found is None:
            raise self.bad("this double quote is never closed", 'put one `"` behind the phrase')
        self.at = found.end()
        return Text(ESCAPED.sub(r"\1", found[1]), quoted=True)

    def regex(self) -> Regex:
        """Read a regular expression between percent signs, of which the first stands here."""
        found = PERCENT.match(self.text, self.at, self.end)
        if found is None:
            help = "put one behind the expression: %ERROR%"
            raise self.bad("this percent sign is never closed", help)
        value = translate(found[1], found.start(1) + 1)
        self.at = found.end()
        return value


def in_quotes(text: str) -> str:
    """Write a text as a phrase of the language."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def as_term(text: str) -> str:
    """Write a text as a term, in quotes where it needs them."""
    return text if re.fullmatch(r"\w+", text) else in_quotes(text)
