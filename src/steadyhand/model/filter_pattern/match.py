"""A filter pattern in, a function from one log event to yes or no out.

AWS's page says what matches; where it is silent, this follows what public users measured with
`aws logs test-metric-filter`: a quoted number compares as text (`= "123"` finds 123, not 123.0), an
absent, null, boolean or compound property is neither = nor != to anything, the last field of a
line takes all that is left of it, and blanks or tabs separate fields. One thing is not followed:
AWS's `*` does not go back (`*11` misses 111), which nobody can want.
"""

import json
from collections.abc import Callable
from typing import Any

from steadyhand.model.filter_pattern.gate import gate
from steadyhand.model.filter_pattern.lines import line_matcher
from steadyhand.model.filter_pattern.pattern import (
    Compare,
    Condition,
    Every,
    FieldsPattern,
    Is,
    JsonPattern,
    Missing,
    Number,
    Pattern,
    Regex,
    Sign,
    Some,
    State,
    Step,
    Term,
    Terms,
    Text,
)
from steadyhand.model.filter_pattern.values import ORDER, text_test

Matcher = Callable[[str], bool]
Test = Callable[[Any], bool]


def matcher(pattern: Pattern) -> Matcher:
    """Compile a pattern. The function is pure and takes the text of one event."""
    match pattern:
        case Terms():
            return _terms(pattern)
        case JsonPattern(condition):
            return _json(condition)
        case FieldsPattern(fields):
            return line_matcher(fields)


def everything(_text: str) -> bool:
    return True


# --- terms -------------------------------------------------------------------------------------


def _terms(pattern: Terms) -> Matcher:
    required, excluded = pattern.of(Sign.REQUIRED), pattern.of(Sign.EXCLUDED)
    optional = pattern.of(Sign.OPTIONAL)
    if optional and not required and not excluded:
        return _any_term(optional)
    # AWS ignores the optional terms beside others.
    every = _every_term(required)
    if not excluded:
        return every
    unwanted = _any_term(excluded)
    if not required:
        return lambda text: not unwanted(text)
    return lambda text: every(text) and not unwanted(text)


def _every_term(terms: tuple[Term, ...]) -> Matcher:
    match [_holds(term) for term in terms]:
        case []:
            return everything
        case [one]:
            return one
        case [one, two]:
            return lambda text: one(text) and two(text)
        case several:
            return lambda text: all(holds(text) for holds in several)


def _any_term(terms: tuple[Term, ...]) -> Matcher:
    match [_holds(term) for term in terms]:
        case [one]:
            return one
        case [one, two]:
            return lambda text: one(text) or two(text)
        case several:
            return lambda text: any(holds(text) for holds in several)


def _holds(term: Term) -> Matcher:
    if isinstance(term.value, Regex):
        search = term.value.compiled.search
        return lambda text: search(text) is not None
    wanted = term.value.text
    if not wanted.strip():
        return everything  # " " is the documented way to ask for every event
    return lambda text: wanted in text


# --- JSON --------------------------------------------------------------------------------------

NUMERIC = (int, float)  # and not bool, which is an int elsewhere
_ABSENT = object()
_decode = json.JSONDecoder().decode


def _json(condition: Condition) -> Matcher:
    passes = gate(condition)
    holds = _json_condition(condition)

    def matches(text: str) -> bool:
        # A key or a value can also be written with \uXXXX; such a line is decoded in any case.
        if not passes(text) and "\\u" not in text:
            return False
        try:
            document = _decode(text)
        except (ValueError, RecursionError):
            return False
        return isinstance(document, dict | list) and holds(document)

    return matches


def _json_condition(condition: Condition) -> Test:
    match condition:
        case Every(parts):
            return _every([_json_condition(part) for part in parts])
        case Some(parts):
            return _some([_json_condition(part) for part in parts])
        case Missing(selector):
            reach = _reach(selector.steps)
            return lambda document: not reach(document)
        case Is(selector, state):
            wanted = {State.NULL: None, State.TRUE: True, State.FALSE: False}[state]
            return _any_value(selector.steps, lambda value: value is wanted)
        case Compare(selector, operator, value):
            if selector is None:
                raise AssertionError("a test on JSON has a selector")
            return _any_value(selector.steps, _json_value(operator, value))


def _every(tests: list[Test]) -> Test:
    return lambda thing: all(test(thing) for test in tests)


def _some(tests: list[Test]) -> Test:
    return lambda thing: any(test(thing) for test in tests)


def _any_value(steps: tuple[Step, ...], test: Test) -> Test:
    if None in steps:
        reach = _reach(steps)
        return lambda document: any(test(value) for value in reach(document))
    follow = _follow(steps)

    def holds(document: object) -> bool:
        value = follow(document)
        return value is not _ABSENT and test(value)

    return holds


def _follow(steps: tuple[Step, ...]) -> Callable[[object], object]:
    """Follow a path without wildcards; `_ABSENT` where it ends early."""

    def follow(node: object) -> object:
        for step in steps:
            if isinstance(node, dict) and isinstance(step, str):
                node = node.get(step, _ABSENT)
            elif isinstance(node, list) and isinstance(step, int) and step < len(node):
                node = node[step]
            else:
                return _ABSENT
        return node

    return follow


def _reach(steps: tuple[Step, ...]) -> Callable[[object], list[object]]:
    """Follow a path that may have a wildcard, to all values it leads to."""
    if None not in steps:
        follow = _follow(steps)
        return lambda document: [v for v in [follow(document)] if v is not _ABSENT]
    at = steps.index(None)
    before, after = _follow(steps[:at]), _follow(steps[at + 1 :])

    def reach(document: object) -> list[object]:
        node = before(document)
        inner = list(node.values()) if isinstance(node, dict) else node
        if not isinstance(inner, list):
            return []
        return [value for each in inner if (value := after(each)) is not _ABSENT]

    return reach


def _json_value(operator: str, value: Text | Number | Regex) -> Test:
    if isinstance(value, Number):
        number = value.value
        if operator not in {"=", "!="}:
            compare = ORDER[operator]
            return lambda found: type(found) in NUMERIC and compare(found, number)
        same, text = operator == "=", value.text

        def equals(found: object) -> bool:
            if type(found) in NUMERIC:
                return (found == number) is same
            return isinstance(found, str) and (found == text) is same

        return equals
    holds, wanted = text_test(value), operator == "="

    def compares(found: object) -> bool:
        if type(found) in NUMERIC:
            found = str(found)
        return isinstance(found, str) and holds(found) is wanted

    return compares
