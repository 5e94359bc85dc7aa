"""A command with words that bash or a person fills in later in, one that the real CLI can read out.

Each such word becomes the least value that its option's shape allows, so that what the CLI then
refuses is the command's own fault.
"""

import json
from collections.abc import Sequence
from typing import Any

from steadyhand.lint.aws import Models
from steadyhand.lint.aws.argument import HOLE, Argument, arguments
from steadyhand.lint.aws.argv import Taken, take
from steadyhand.lint.aws.commands import target
from steadyhand.lint.aws.known.options import INPUT_JSON
from steadyhand.lint.aws.known.shapes import Shape
from steadyhand.model.document.shell import Word

_FROM_FILE = ("file://", "fileb://")


def filled(words: Sequence[Word], models: Models) -> list[str]:
    """Fill a command; `words[0]` is `aws` and is left out."""
    given = arguments(words[1:], 1)
    top = take(models.facts.global_options, given)
    found = target(top.rest, models)
    taken = take(found.options or {}, found.rest)
    shapes = {value.index: shape for value, shape in _values(taken)}
    if (whole := taken.last(INPUT_JSON)) is not None and found.operation is not None:
        shapes[whole.values[0].index] = found.operation.input
    return [_text(argument, shapes.get(argument.index)) for argument in given]


def _values(taken: Taken) -> list[tuple[Argument, Shape | None]]:
    return [
        (value, _of_one_word(given.option.shape, len(given.values)))
        for given in taken.given
        for value in given.values
    ]


def _of_one_word(shape: Shape | None, words: int) -> Shape | None:
    if shape is None or shape.type != "list":
        return shape
    return shape.element if words > 1 or shape.element.type == "string" else shape


def _text(argument: Argument, shape: Shape | None) -> str:
    text = argument.text
    if shape is None:
        return text.replace(HOLE, "1")
    if text.strip(HOLE) and not text.startswith(_FROM_FILE):
        return text.replace(HOLE, "1")
    least = _least(shape, 0)
    return least if isinstance(least, str) else json.dumps(least)


def _least(shape: Shape, depth: int) -> Any:
    if depth > 5:
        return {}
    match shape.type:
        case "structure":
            names = shape.required or (shape.member_names[:1] if shape.is_union else ())
            members = {name: shape.member(name) for name in names}
            return {n: _least(m, depth + 1) for n, m in members.items() if m is not None}
        case "map":
            return {}
        case "list":
            return [_least(shape.element, depth + 1)] * int(shape.traits.get("min", 1))
        case "integer" | "long" | "float" | "double":
            return int(shape.traits.get("min", 1))
        case "boolean":
            return True
        case "timestamp":
            return "2026-01-01T00:00:00Z"
        case _:
            return shape.enum[0] if shape.enum else "x" * max(1, int(shape.traits.get("min", 1)))
