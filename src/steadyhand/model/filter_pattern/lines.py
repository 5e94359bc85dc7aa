"""The fields of a line in, a function from one log event to yes or no out.

Quotes and brackets make one field of what they hold; without `...` the last field takes the rest.
"""

import re
from collections.abc import Callable, Sequence

from steadyhand.model.filter_pattern.conditions import NUMBER
from steadyhand.model.filter_pattern.gate import gate
from steadyhand.model.filter_pattern.pattern import (
    ELLIPSIS,
    Compare,
    Condition,
    Every,
    Field,
    Number,
    Regex,
    Some,
    Text,
)
from steadyhand.model.filter_pattern.values import ORDER, text_test

Matcher = Callable[[str], bool]

_END = r"(?=\s|\Z)"
# Atomic: a field is read in one way only, so that quotes are never split to make a count fit.
TOKEN = rf'(?>"[^"\\]*(?:\\.[^"\\]*)*"{_END}|\[[^\]]*\]{_END}|\S+)'
_WRAPPED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|\[[^\]]*\]', re.DOTALL)


def line_matcher(fields: tuple[Field, ...]) -> Matcher:
    """Compile the fields: literals first, then a plain split where it is safe, then the shape."""
    passes = gate(*(field.condition for field in fields if field.condition is not None))
    tests = [
        (number, _condition(field.condition))
        for number, field in enumerate(fields)
        if field.condition is not None
    ]
    line, quick = _line(fields), _quick(fields)

    def matches(text: str) -> bool:
        if not passes(text):
            return False
        parts = quick(text)
        if parts is None:
            if (found := line.match(text)) is None:
                return False
            return all(test(_unwrapped(found[f"f{number}"])) for number, test in tests)
        return bool(parts) and all(test(parts[number]) for number, test in tests)

    return matches


def _quick(fields: tuple[Field, ...]) -> Callable[[str], Sequence[str] | None]:
    """Split an event where no quote or bracket can be in the way: [] is no match, None unsure.

    The parts are numbered as the fields are.
    """
    rest = len(fields) - 1
    if fields[0].name == ELLIPSIS:

        def last(text: str) -> list[str] | None:
            parts = text.rsplit(None, rest)[-rest:] if rest else []
            if len(parts) < rest:
                return []
            # The end of a field of several words would stand in one of them.
            return None if any('"' in part or "]" in part for part in parts) else ["", *parts]

        return last
    if any(field.name == ELLIPSIS for field in fields[:-1]):
        return lambda _text: None
    enough = rest if fields[-1].name == ELLIPSIS else rest + 1

    def first(text: str) -> list[str] | None:
        parts = text.rstrip().split(None, rest)
        if any(part[0] in '"[' for part in parts[:enough]):
            return None
        return parts if len(parts) >= enough else []

    return first


def _line(fields: tuple[Field, ...]) -> re.Pattern[str]:
    """Write the shape of the line as one regular expression; fields with a condition are groups."""
    pieces, last = [], len(fields) - 1
    open_end = all(field.name != ELLIPSIS for field in fields)
    for number, field in enumerate(fields):
        if field.name == ELLIPSIS:
            pieces.append("")
            continue
        shape = r"\S.*" if open_end and number == last else TOKEN
        pieces.append(shape if field.condition is None else f"(?P<f{number}>{shape})")
    if open_end:
        return re.compile(r"\s*" + r"\s+".join(pieces), re.DOTALL)
    at = pieces.index("")
    head, tail = pieces[:at], pieces[at + 1 :]
    pattern = r"\s*" + r"\s+".join(head)
    if tail:
        some = rf"(?:\s+{TOKEN})*\s+" if head else rf"(?:{TOKEN}\s+)*"
        pattern += some + r"\s+".join(tail) + r"\s*\Z"
    return re.compile(pattern, re.DOTALL)


def _unwrapped(text: str) -> str:
    """Take the quotes or brackets off a field."""
    text = text.rstrip()
    return text[1:-1] if _WRAPPED.fullmatch(text) else text


def _condition(condition: Condition) -> Matcher:
    match condition:
        case Every(parts):
            every = [_condition(part) for part in parts]
            return lambda text: all(holds(text) for holds in every)
        case Some(parts):
            some = [_condition(part) for part in parts]
            return lambda text: any(holds(text) for holds in some)
        case Compare(_, operator, value):
            return _value(operator, value)
        case _:
            raise AssertionError("a test on a field compares")


def _value(operator: str, value: Text | Number | Regex) -> Matcher:
    if not isinstance(value, Number):
        holds, wanted = text_test(value), operator == "="
        return lambda text: holds(text) is wanted
    number = value.value
    if operator in {"=", "!="}:
        same = operator == "="
        return lambda text: (_is_number(text) and float(text) == number) is same
    compare = ORDER[operator]
    return lambda text: _is_number(text) and compare(float(text), number)


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None
