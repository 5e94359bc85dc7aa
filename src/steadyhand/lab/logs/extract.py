"""A filter pattern and a log event in; the values of the event that the pattern names, out. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from steadyhand.model.filter_pattern import BadPattern, Pattern, parse_pattern
from steadyhand.model.filter_pattern.lines import TOKEN
from steadyhand.model.filter_pattern.pattern import (
    ELLIPSIS,
    Compare,
    Condition,
    Every,
    FieldsPattern,
    Is,
    JsonPattern,
    Missing,
    Selector,
    Some,
)

Extract = Callable[[str], str | None]
_WORD = re.compile(rf"\s*({TOKEN})", re.DOTALL)
_ABSENT = object()


class BadReference(Exception):
    """A reference that is none, or does not go with the pattern."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


def read_reference(reference: str, pattern: Pattern) -> Extract:
    """Compile `$.field` of a JSON pattern, or `$field` of one in brackets. Raises BadReference."""
    if reference.startswith(("$.", "$[")):
        if not isinstance(pattern, JsonPattern):
            raise BadReference(reference)
        selector = _selector(reference)
        return lambda text: _text(_follow(selector, text))
    if isinstance(pattern, FieldsPattern) and reference.startswith("$"):
        names = _names(pattern)
        if reference[1:] in names:
            return lambda text: fields(pattern, text).get(reference)
    raise BadReference(reference)


def _selector(reference: str) -> Selector:
    """Let the pattern language itself read the path."""
    try:
        parsed = parse_pattern("{ " + reference + " = * }")
    except BadPattern:
        raise BadReference(reference) from None
    match parsed:
        case JsonPattern(Compare(selector=Selector() as selector)) if None not in selector.steps:
            return selector
    raise BadReference(reference)


def extracted(pattern: Pattern, text: str) -> dict[str, str]:
    """Give what TestMetricFilter shows of an event that matches."""
    match pattern:
        case FieldsPattern():
            return fields(pattern, text)
        case JsonPattern(condition):
            found = {one.text: _text(_follow(one, text)) for one in _selectors(condition)}
            return {name: value for name, value in found.items() if value is not None}
    return {}


def _selectors(condition: Condition) -> Iterator[Selector]:
    match condition:
        case Every(parts) | Some(parts):
            for part in parts:
                yield from _selectors(part)
        case Compare(selector=Selector() as selector) | Is(selector=selector):
            yield selector
        case Missing(selector):
            yield selector


def _follow(selector: Selector, text: str) -> Any:
    try:
        node: Any = json.loads(text)
    except (ValueError, RecursionError):
        return _ABSENT
    for step in selector.steps:
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step, _ABSENT)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return _ABSENT
    return node


def _text(value: Any) -> str | None:
    if value is _ABSENT or value is None or isinstance(value, dict | list):
        return None
    return json.dumps(value) if not isinstance(value, str) else value


def _names(pattern: FieldsPattern) -> list[str]:
    """Give a name to every field: its own, or its number from 1."""
    return [one.name or str(number) for number, one in enumerate(pattern.fields, 1)]


def fields(pattern: FieldsPattern, text: str) -> dict[str, str]:
    """Split a line into the fields of its pattern, each with a `$` before its name."""
    names = _names(pattern)
    spans = [found.span(1) for found in _WORD.finditer(text)]
    if ELLIPSIS in names:
        at = names.index(ELLIPSIS)
        behind = len(names) - at - 1
        chosen = spans[:at] + (spans[len(spans) - behind :] if behind else [])
        names = names[:at] + names[at + 1 :]
    else:
        rest = len(names) - 1
        end = len(text.rstrip())
        chosen = spans[:rest] + ([(spans[rest][0], end)] if len(spans) > rest else [])
    pairs: Mapping[str, tuple[int, int]] = dict(zip(names, chosen, strict=False))
    return {f"${name}": _unwrapped(text[first:last]) for name, (first, last) in pairs.items()}


def _unwrapped(text: str) -> str:
    wrapped = len(text) > 1 and (text[0], text[-1]) in {('"', '"'), ("[", "]")}
    return text[1:-1] if wrapped else text
