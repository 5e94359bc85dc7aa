"""What joins tests, and what they compare with: what the parsers of JSON and of lines share."""

import re
from collections.abc import Callable

from steadyhand.model.filter_pattern.pattern import (
    BadPattern,
    Compare,
    Condition,
    Every,
    Is,
    Missing,
    Number,
    Regex,
    Some,
    Text,
)
from steadyhand.model.filter_pattern.scanner import CURLY, Scanner, in_quotes

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
MOST_REGEXES = 2
MOST_WILDCARDS = 3  # in properties, one of them in each
DEEPEST = 40  # parentheses; a bound of ours, far above any pattern of 1024 characters in use

OPERATOR = re.compile(r"!=|<=|>=|=|<|>")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
WORD = re.compile(r"[A-Za-z]+")

Atom = Callable[[], Condition]


def some(scanner: Scanner, atom: Atom, depth: int = 0) -> Condition:
    """Parse tests between `||`, `&&` and parentheses; `atom` parses one test."""
    parts = [_every(scanner, atom, depth)]
    while _junction(scanner, "||"):
        parts.append(_every(scanner, atom, depth))
    return parts[0] if len(parts) == 1 else Some(tuple(parts))


def _every(scanner: Scanner, atom: Atom, depth: int) -> Condition:
    parts = [_unit(scanner, atom, depth)]
    while _junction(scanner, "&&"):
        parts.append(_unit(scanner, atom, depth))
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _junction(scanner: Scanner, text: str) -> bool:
    scanner.skip()
    return scanner.eat(text) is not None


def _unit(scanner: Scanner, atom: Atom, depth: int) -> Condition:
    scanner.skip()
    opened = scanner.at
    if scanner.eat("(") is None:
        return atom()
    if depth >= DEEPEST:
        raise scanner.bad("there are too many parentheses inside each other", "leave some out")
    condition = some(scanner, atom, depth + 1)
    scanner.skip()
    if scanner.eat(")") is None:
        if scanner.done() or scanner.char() in ",)":
            raise scanner.bad("this parenthesis is never closed", "add a `)`", opened)
        raise no_junction(scanner, "a condition")
    return condition


def no_junction(scanner: Scanner, after: str) -> BadPattern:
    """Refuse what stands after a condition and joins nothing."""
    chunk = scanner.ahead()
    word = WORD.match(chunk)
    if scanner.char() in ",&" or (word and word.group().lower() == "and"):
        help = "join two conditions that must both hold with &&"
    elif scanner.char() == "|" or (word and word.group().lower() == "or"):
        help = "join two conditions of which one must hold with ||"
    elif scanner.char() == ")":
        help = "leave it out, or open it before"
    else:
        help = "put a text with blanks or other signs into double quotes, join conditions with &&"
    return scanner.bad(f"`{chunk}` cannot follow {after}", help)


# --- values ------------------------------------------------------------------------------------


def value(scanner: Scanner, operator: str, bare: re.Pattern[str]) -> Text | Number | Regex:
    if operator == "=" and scanner.char() in ("=", "~", "!"):
        help = "write != for unequal" if scanner.char() == "!" else "a single = compares"
        if scanner.char() == "~":
            help = "a regular expression stands between percent signs: = %ERROR%"
        raise scanner.bad(f"`={scanner.char()}` is no operator", help, scanner.at - 1)
    scanner.skip()
    start = scanner.at
    value = _any_value(scanner, bare)
    if operator not in {"=", "!="} and not isinstance(value, Number):
        written = scanner.text[start : scanner.at]
        number = NUMBER.fullmatch(written.strip('"'))
        help = f"write {operator} {number.group()} without quotes" if number else "use = or !="
        raise scanner.bad(f"`{operator}` compares numbers only, not {written}", help, start)
    return value


def _any_value(scanner: Scanner, bare: re.Pattern[str]) -> Text | Number | Regex:
    if scanner.char() == '"':
        return scanner.quoted()
    if scanner.char() == "%":
        return scanner.regex()
    start = scanner.at
    text = scanner.take(bare)
    after = scanner.char()
    if text is None or (after and not after.isspace() and after not in ",)&|"):
        raise _bad_value(scanner, start)
    if NUMBER.fullmatch(text):
        return Number(float(text), text)
    return Text(text)


def _bad_value(scanner: Scanner, start: int) -> BadPattern:
    """Refuse the character that stands here in a value that began at `start`."""
    chunk = Scanner(scanner.text, start, scanner.end).ahead().rstrip(",)")
    if not scanner.char() or scanner.char() in ",)&|":
        return scanner.bad("there is nothing to compare with", 'write a value: = "text", = 5, = *')
    if chunk.startswith('\\"'):
        plain = chunk.replace('\\"', '"')
        return scanner.bad("a value begins with no backslash", f"leave them out: {plain}")
    if scanner.char() in CURLY or scanner.char() == "'":
        plain = chunk.strip("'\"" + "".join(CURLY))
        return scanner.bad(f"`{scanner.char()}` is no double quote", f"write {in_quotes(plain)}")
    return scanner.bad(
        f"`{scanner.char()}` must stand in double quotes in a value", f"write {in_quotes(chunk)}"
    )


# --- quotas ------------------------------------------------------------------------------------


def count(*conditions: Condition) -> None:
    """Hold AWS's quotas for one pattern."""
    tests = [test for condition in conditions for test in leaves(condition)]
    regexes = [
        test for test in tests if isinstance(test, Compare) and isinstance(test.value, Regex)
    ]
    if len(regexes) > MOST_REGEXES:
        help = "join them with | in one regular expression, or use * in a text"
        message = f"a pattern can have {MOST_REGEXES} regular expressions, not {len(regexes)}"
        raise BadPattern(message, regexes[MOST_REGEXES].column, help)
    wild = [s for test in tests if (s := test.selector) is not None and None in s.steps]
    if len(wild) > MOST_WILDCARDS:
        message = f"a pattern can have {MOST_WILDCARDS} wildcards in its properties"
        raise BadPattern(message, wild[MOST_WILDCARDS].column, "write names or indexes")


def leaves(condition: Condition) -> list[Compare | Is | Missing]:
    """Give the tests of a condition in their order."""
    match condition:
        case Every(parts) | Some(parts):
            return [leaf for part in parts for leaf in leaves(part)]
        case _:
            return [condition]
