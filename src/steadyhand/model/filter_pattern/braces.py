"""What stands in braces in, a condition on JSON out."""

import re

from steadyhand.model.filter_pattern.conditions import OPERATOR, count, no_junction, some, value
from steadyhand.model.filter_pattern.pattern import (
    Compare,
    Condition,
    Is,
    JsonPattern,
    Missing,
    Selector,
    State,
    Step,
)
from steadyhand.model.filter_pattern.scanner import Scanner

KEY = re.compile(r"[\w-]+")
INDEX = re.compile(r"\[(\d{1,9})\]", re.ASCII)
BRACKET_KEY = re.compile(r"""\[\s*(?:'([^']*)'|"([^"]*)")\s*\]""")
# AWS's page asks for quotes around everything but letters, digits and `_`, and shows 123.123.*
# without them.
VALUE = re.compile(r"[\w.*+-]+")
KEYWORD = re.compile(r"[A-Za-z]+(?:\s+[A-Za-z]+)*")


def json_pattern(scanner: Scanner) -> JsonPattern:
    """Parse what stands between the braces. Raises BadPattern."""
    scanner.skip()
    if scanner.done():
        raise scanner.bad("there is no condition in the braces", 'write { $.level = "ERROR" }')
    condition = some(scanner, lambda: _test(scanner))
    scanner.skip()
    if not scanner.done():
        raise no_junction(scanner, "a condition")
    count(condition)
    return JsonPattern(condition)


def _test(scanner: Scanner) -> Condition:
    column = scanner.at + 1
    if scanner.char() == "!":
        raise scanner.bad("there is no `!` before a condition", "write != or NOT EXISTS")
    selector = _selector(scanner)
    scanner.skip()
    if (operator := scanner.take(OPERATOR)) is not None:
        return Compare(selector, operator, value(scanner, operator, VALUE), column)
    at = scanner.at
    word = (scanner.take(KEYWORD) or "").upper().split()
    match word:
        case ["NOT", "EXISTS"]:
            return Missing(selector)
        case ["IS", ("NULL" | "TRUE" | "FALSE") as state]:
            return Is(selector, State(state))
        case ["EXISTS", *_] | ["IS", "NOT", *_]:
            help = f"for a property with a value write {selector.text} = *"
            raise scanner.bad(f"`{' '.join(word[:2])}` is not supported", help, at)
        case ["IS", *_]:
            raise scanner.bad("`IS` is for NULL, TRUE and FALSE", "compare other values with =", at)
        case _:
            help = f'compare it: {selector.text} = "value", or {selector.text} = * for any value'
            raise scanner.bad(f"nothing is asked of {selector.text}", help, at)


def _selector(scanner: Scanner) -> Selector:
    start = scanner.at
    if scanner.eat("$") is None:
        if scanner.done():
            raise scanner.bad("a condition is missing here", "write one, or leave the rest out")
        name = KEY.match(scanner.ahead().lstrip("\"'"))
        written = f"$.{name.group()}" if name else "$.name"
        raise scanner.bad("a property begins with `$.`", f"write {written}")
    steps: list[Step] = []
    while not scanner.done() and scanner.char() in ".[":
        steps.append(_step(scanner))
    text = scanner.text[start : scanner.at]
    if not steps:
        name = KEY.match(scanner.text, scanner.at, scanner.end)
        help = f"write $.{name.group()}" if name else "write $.name"
        raise scanner.bad("a property begins with `$.`", help, start)
    if steps.count(None) > 1:
        help = "write the name or the index of the others"
        raise scanner.bad("a property can have one wildcard only", help, start)
    return Selector(tuple(steps), text, start + 1)


def _step(scanner: Scanner) -> Step:
    start = scanner.at
    dotted = scanner.eat(".") is not None
    if scanner.char() == "[":
        if scanner.eat("[*]"):
            return None
        if (found := INDEX.match(scanner.text, scanner.at, scanner.end)) is not None:
            scanner.at = found.end()
            return int(found[1])
        if (found := BRACKET_KEY.match(scanner.text, scanner.at, scanner.end)) is not None:
            scanner.at = found.end()
            return str(found[1] if found[1] is not None else found[2])
        raise scanner.bad("an index is a number", "write [0], [*] or ['a.key']", start)
    if dotted and scanner.eat("*"):
        return None
    name = scanner.take(KEY)
    if name is None:
        rest = scanner.ahead().strip("\"'")
        found = re.match(r"""[^\s"'=<>!)]+""", rest)
        help = f"write ['{found.group()}'] for it" if found else "write $.name"
        raise scanner.bad("a name has letters, digits, `-` and `_` only", help)
    return name
