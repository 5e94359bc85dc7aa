"""A condition in, a cheap test of the whole text out that every matching event passes.

It looks for literals with `in`, so that most lines are never decoded or split.
"""

import re
from collections.abc import Callable

from steadyhand.model.filter_pattern.pattern import (
    Compare,
    Condition,
    Every,
    Is,
    Missing,
    Selector,
    Some,
    Text,
)

# What JSON writes as itself (but for \uXXXX, which the caller looks for).
PLAIN = re.compile(r"[\w .:,=@#-]+", re.ASCII)
# A number is written in many ways; a text of other characters cannot be one.
NUMERIC_LOOK = re.compile(r"[0-9.e+\-infa]*", re.IGNORECASE)

Clause = frozenset[str]  # at least one of these is in the text


def gate(*conditions: Condition) -> Callable[[str], bool]:
    """Compile the clauses that all of the conditions imply. The function is pure."""
    clauses = {clause for condition in conditions for clause in _clauses(condition)}
    # The longest are the rarest, so they go first.
    ordered = sorted(clauses, key=lambda clause: (-min(map(len, clause)), sorted(clause)))
    singles = [literal for clause in ordered if len(clause) == 1 for literal in clause]
    wider = [tuple(clause) for clause in ordered if len(clause) > 1]
    if not wider:
        return _all_of(singles)
    every = _all_of(singles)

    def passes(text: str) -> bool:
        return every(text) and all(any(one in text for one in clause) for clause in wider)

    return passes


def _all_of(literals: list[str]) -> Callable[[str], bool]:
    match literals:
        case []:
            return lambda _text: True
        case [one]:
            return lambda text: one in text
        case [one, two]:
            return lambda text: one in text and two in text
        case _:
            return lambda text: all(literal in text for literal in literals)


def _clauses(condition: Condition) -> set[Clause]:
    match condition:
        case Every(parts):
            return {clause for part in parts for clause in _clauses(part)}
        case Some(parts):
            return _either([_clauses(part) for part in parts])
        case Missing():
            return set()
        case Is(selector):
            return _keys(selector)
        case Compare(selector, operator, value):
            literal = isinstance(value, Text) and operator == "=" and _literal(value.text)
            # A value is rarer than its key: where there is one, looking for the key gains nothing.
            return literal or (_keys(selector) if selector is not None else set())


def _either(branches: list[set[Clause]]) -> set[Clause]:
    """Take the best clause of each branch: one of them holds."""
    if not all(branches):
        return set()
    best = [
        max(branch, key=lambda clause: (min(map(len, clause)), sorted(clause)))
        for branch in branches
    ]
    return {frozenset().union(*best)}


def _keys(selector: Selector) -> set[Clause]:
    return {
        frozenset({step})
        for step in selector.steps
        if isinstance(step, str) and PLAIN.fullmatch(step)
    }


def _literal(text: str) -> set[Clause]:
    piece = max(text.split("*"), key=len)
    if not PLAIN.fullmatch(piece) or NUMERIC_LOOK.fullmatch(piece):
        return set()
    return {frozenset({piece})}
