"""A text in, a filter pattern out, or BadPattern with what to write instead.

Which characters need double quotes is AWS's rule; that a word with a hyphen is read as a word and
an exclusion is not documented but reported (a search for ORDER-ITEM-1 finds nothing):
https://github.com/jorgebastida/awslogs/issues/381
"""

import re
from collections.abc import Iterator

from steadyhand.model.filter_pattern.braces import json_pattern
from steadyhand.model.filter_pattern.brackets import fields_pattern
from steadyhand.model.filter_pattern.pattern import (
    BadPattern,
    Pattern,
    Sign,
    Term,
    Terms,
    Text,
)
from steadyhand.model.filter_pattern.scanner import CURLY, Scanner, as_term, in_quotes

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
LONGEST = 1024
WORD = re.compile(r"\w+")
JSON_LOOK = re.compile(r'"([\w-]+)"\s*:\s*"([^"]+)"')
REGEX_LOOK = re.compile(r"[*^$\[\]{}\\]|\.[*+]")
CLOSING = {"{": "}", "[": "]"}


def parse_pattern(text: str) -> Pattern:
    """Parse a filter pattern. Raises BadPattern, and nothing else. Pure.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """
    if len(text) > LONGEST:
        help = f"at most {LONGEST} characters are allowed"
        raise BadPattern(f"the pattern has {len(text)} characters", LONGEST + 1, help)
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    opening = text[start : start + 1]
    if opening in CLOSING:
        closing = CLOSING[opening]
        if end - start < 2 or text[end - 1] != closing:
            message = f"a pattern that begins with `{opening}` must end with `{closing}`"
            raise BadPattern(message, max(start, end - 1) + 1, _unclosed_help(text[start:end]))
        inside = Scanner(text, start + 1, end - 1)
        return json_pattern(inside) if opening == "{" else fields_pattern(inside)
    return Terms(tuple(_terms(Scanner(text, start, end))))


def _unclosed_help(text: str) -> str:
    if re.match(r"\[\w+\]\w", text):
        return f"a regular expression stands between percent signs: %{text}%"
    if (found := re.match(r"\[\w+\]", text)) is not None:
        return f"to look for `{found.group()}` itself, put it into double quotes"
    return f"add it, or put the text into double quotes: {in_quotes(text)}"


def _terms(scanner: Scanner) -> Iterator[Term]:
    while True:
        before = scanner.at
        scanner.skip()
        if scanner.done():
            return
        yield _term(scanner, glued=before == scanner.at and _after_word(scanner))


def _after_word(scanner: Scanner) -> bool:
    return scanner.at > 0 and not scanner.text[scanner.at - 1].isspace()


def _term(scanner: Scanner, glued: bool) -> Term:
    column = scanner.at + 1
    sign = Sign(scanner.eat("?", "-") or "")
    if sign is Sign.EXCLUDED:
        scanner.skip()  # the page once showed `"ERROR" - "Exiting"`
    if scanner.char() == '"':
        phrase = scanner.quoted()
        if not phrase.text:
            help = 'leave the pattern out to get every event, or write " "'
            raise BadPattern("a phrase cannot be empty", column, help)
        return Term(sign, phrase, column, glued)
    if scanner.char() == "%":
        return Term(sign, scanner.regex(), column, glued)
    word = scanner.take(WORD)
    if word is None:
        if sign is not Sign.REQUIRED and (scanner.done() or scanner.char().isspace()):
            help = f"write the term right behind it, or {in_quotes(sign)} for the character"
            raise BadPattern(f"nothing follows the `{sign}`", column, help)
        raise _stray(scanner)
    if scanner.char() and scanner.char() not in '-"%' and not scanner.char().isspace():
        raise _stray(scanner)
    return Term(sign, Text(word), column, glued)


# --- what to do about a character that needs quotes --------------------------------------------


def _stray(scanner: Scanner) -> BadPattern:
    """Make the refusal of the character that stands here, which no bare term may contain."""
    char = scanner.char()
    message = f"`{char}` must stand in double quotes in a term"
    return scanner.bad(message, _advice(scanner))


def _advice(scanner: Scanner) -> str:
    char, chunk, whole = scanner.char(), _chunk(scanner), scanner.text.strip()
    bare = chunk.lstrip("?-")
    if "|" in chunk:
        alone = re.search(r'["%]|\s[?-]', whole) is None or not chunk.strip("|")
        return _either((whole if alone else chunk).split("|"), "`|` is no `or`")
    if "&&" in chunk:
        words = [word for word in re.split(r"[\s&]+", scanner.text) if word]
        return "terms side by side must all occur already: " + " ".join(map(as_term, words))
    if '\\"' in chunk:
        plain = whole.replace('\\"', '"')
        return f"leave the backslashes out: {plain}"
    if (found := JSON_LOOK.fullmatch(whole)) is not None:
        return f'write {{ $.{found[1]} = "{found[2]}" }}, or the text itself: {in_quotes(whole)}'
    if char in CURLY or char == "'":
        plain = bare.strip("'\"" + "".join(CURLY))
        return f"only straight double quotes make a phrase: {in_quotes(plain)}"
    if "$." in chunk:
        return "a condition on JSON stands in braces: { " + whole + " }"
    if re.fullmatch(r"\*?\w+\*?", bare):
        return f"a term is found anywhere in the event, so write just {bare.strip('*')}"
    if "," in chunk and (words := [word for word in chunk.split(",") if word]) and len(words) > 1:
        return _either(words, "a comma separates nothing")
    if REGEX_LOOK.search(bare):
        return f"a regular expression stands between percent signs: %{bare}%"
    signed = re.search(r'(?:^|\s)[?-]|["%]', whole) is not None
    return f"write {in_quotes(bare if signed else whole)}"


def _either(words: list[str], why: str) -> str:
    plain = [word.strip(' ?"') for word in words]
    terms = [f"?{as_term(word)}" for word in plain if word]
    return f"{why}; for events with any of them write {' '.join(terms)}"


def _chunk(scanner: Scanner) -> str:
    """Give the text between blanks around the place."""
    start = scanner.at
    while start > 0 and not scanner.text[start - 1].isspace():
        start -= 1
    return Scanner(scanner.text, start, scanner.end).ahead()
