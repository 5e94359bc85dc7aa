"""The words of an option in, the value that the CLI makes of them out, by the option's shape. Pure.

Knows JSON, shorthand and plain words, and which of them the CLI takes where. Whether the service
allows the value, `validation` says.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from steadyhand.lint.aws.argument import HOLE, Argument
from steadyhand.lint.aws.known.shapes import Shape
from steadyhand.lint.aws.values import shorthand

COMPLEX = frozenset({"structure", "list", "map"})
_FROM_FILE = ("file://", "fileb://", "http://", "https://")
_LEFT_OUT = re.compile(r"\.\.\.|…|<[^<>]*>|x{3,}|X{3,}|//|/\*|\[options?\]")
# Lists of structures with one member, which the CLI takes as plain words.
# https://docs.aws.amazon.com/cli/latest/reference/elb/register-instances-with-load-balancer.html
PLAIN_WORDS = frozenset(
    {
        ("firehose", "PutRecordBatch", "Records"),
        ("workspaces", "RebootWorkspaces", "RebootWorkspaceRequests"),
        ("workspaces", "RebuildWorkspaces", "RebuildWorkspaceRequests"),
        ("workspaces", "TerminateWorkspaces", "TerminateWorkspaceRequests"),
        ("elb", "RemoveTags", "Tags"),
        ("elb", "DescribeInstanceHealth", "Instances"),
        ("elb", "DeregisterInstancesFromLoadBalancer", "Instances"),
        ("elb", "RegisterInstancesWithLoadBalancer", "Instances"),
    }
)


class NotReadable(ValueError):
    """The CLI refuses the text. `kind` is "type" or "syntax"; `wanted` is what it takes.

    `text` is the part of the word that is meant.
    """

    def __init__(self, kind: str, argument: Argument, wanted: str, text: str = "") -> None:
        super().__init__(wanted)
        self.kind = kind
        self.argument = argument
        self.wanted = wanted
        self.text = text or argument.text


class Value(Struct, frozen=True):
    """What an option's words mean. `elements` are the words of a list, each with its value."""

    whole: Any
    elements: tuple[tuple[Any, Argument], ...] = ()
    uncounted: bool = False  # the list may become longer, or shorter


UNKNOWN = Value(HOLE)


def read(shape: Shape, arguments: Sequence[Argument], *, plain_words: bool = False) -> Value:
    """Read an option's words. Raises NotReadable for what the CLI would not take."""
    if any(argument.text.startswith(_FROM_FILE) for argument in arguments):
        return UNKNOWN
    if shape.type == "list":
        return _list(shape, arguments, plain_words)
    return _one(shape, arguments[0]) if arguments else UNKNOWN


def _one(shape: Shape, argument: Argument) -> Value:
    text = argument.text
    if shape.is_json_header or shape.is_document:
        return Value(_json(argument))
    if shape.type not in COMPLEX:
        return Value(_scalar(shape, argument))
    if text.strip(HOLE) == "":
        return UNKNOWN if text else _no_shorthand(argument, "`key=value`")
    if text.lstrip().startswith("{"):
        return Value(_json(argument))
    if text.strip().startswith("[") or _holds_document(shape):
        raise NotReadable("syntax", argument, "a JSON object")
    if shape.member_names == ("Value",) and "=" not in text:
        return Value({"Value": text})
    return Value(_shorthand(shape, argument))


def _list(shape: Shape, arguments: Sequence[Argument], plain_words: bool) -> Value:
    if not arguments:
        return Value([])
    first, element = arguments[0].text.strip(), shape.element
    if len(arguments) == 1 and first.startswith("["):
        return Value(_json(arguments[0]))
    one: Callable[[Argument], Any]
    if first.startswith(("[", "{")) or element.type not in COMPLEX or _holds_document(element):
        one = partial(_plain_element, element)
    elif plain_words:
        one = partial(_only_member, element.member_names[0])
    else:
        one = partial(_shorthand, element)
    elements = tuple((one(argument), argument) for argument in arguments)
    holes = any(not argument.known or argument.elided for argument in arguments)
    return Value([value for value, _ in elements], elements, holes)


def _only_member(name: str, argument: Argument) -> dict[str, str]:
    return {name: argument.text}


def _plain_element(element: Shape, argument: Argument) -> Any:
    if not argument.known and argument.text.strip(HOLE) == "":
        return HOLE
    if element.type not in COMPLEX:
        return _scalar(element, argument)
    opening = "[" if element.type == "list" else "{"
    if not argument.text.lstrip().startswith(opening):
        wanted = "a JSON array" if element.type == "list" else "a JSON object"
        raise NotReadable("syntax", argument, wanted)
    return _json(argument)


def _holds_document(shape: Shape) -> bool:
    """Whether the shape is a document, or a list or map of such: the CLI takes JSON alone."""
    match shape.type:
        case "list":
            return _holds_document(shape.element)
        case "map":
            return _holds_document(shape.value)
        case _:
            return shape.is_document


def _scalar(shape: Shape, argument: Argument) -> Any:
    text = argument.text
    if not argument.known:
        return HOLE
    match shape.type:
        case "integer" | "long":
            return _number(int, argument, "a whole number")
        case "float" | "double":
            return _number(float, argument, "a number")
        case "boolean":
            return text.lower() != "false"
        case _:
            return text


def _number(kind: Callable[[str], Any], argument: Argument, wanted: str) -> Any:
    try:
        return kind(argument.text)
    except ValueError:
        raise NotReadable("type", argument, wanted) from None


def _json(argument: Argument) -> Any:
    text = argument.text
    try:
        return json.loads(_with_quoted_holes(text))
    except (ValueError, RecursionError) as error:
        if not argument.known or _LEFT_OUT.search(text):
            return HOLE
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "too deep"
        raise NotReadable("syntax", argument, f"JSON ({_plain_reason(reason)})") from None


def _plain_reason(reason: str) -> str:
    return reason[:1].lower() + reason[1:]


def _with_quoted_holes(text: str) -> str:
    """Put quotes around what is unknown outside of strings, so that the rest can be read."""
    if HOLE not in text:
        return text
    pieces = re.findall(rf'"(?:\\.|[^"\\])*"|{HOLE}+|.', text, re.DOTALL)
    return "".join(f'"{HOLE}"' if piece.startswith(HOLE) else piece for piece in pieces)


def _shorthand(shape: Shape, argument: Argument) -> Any:
    if argument.text.strip(HOLE) == "" and argument.text:
        return HOLE
    try:
        found = shorthand.parse(argument.text)
    except shorthand.ShorthandError as error:
        if not argument.known or _LEFT_OUT.search(argument.text):
            return HOLE
        return _no_shorthand(argument, f"{error.wanted} {_place(argument.text, error.at)}")
    return _fitted(found, shape, argument)


def _place(text: str, at: int) -> str:
    if at >= len(text):
        return "at its end"
    return f"before `{text[at : at + 20].splitlines()[0]}`" if text[at:].strip() else "at its end"


def _no_shorthand(argument: Argument, wanted: str) -> Any:
    raise NotReadable("syntax", argument, wanted)


def _fitted(value: Any, shape: Shape | None, argument: Argument) -> Any:
    """Make of shorthand's strings what the shape wants, where the CLI does."""
    if shape is None or value == HOLE:
        return value
    match shape.type:
        case "structure" if isinstance(value, dict):
            if shape.is_document:
                raise NotReadable("syntax", argument, "a JSON object")
            return {key: _fitted(one, shape.member(key), argument) for key, one in value.items()}
        case "map" if isinstance(value, dict):
            return {key: _fitted(one, shape.value, argument) for key, one in value.items()}
        case "list":
            if not isinstance(value, list):
                return [value]
            return [_fitted(one, shape.element, argument) for one in value]
        case "integer" | "long" | "float" | "double":
            return _shorthand_number(value, shape, argument)
        case "boolean" if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
    return value


def _shorthand_number(value: Any, shape: Shape, argument: Argument) -> Any:
    whole = shape.type in {"integer", "long"}
    if isinstance(value, str) and HOLE in value:
        return HOLE
    try:
        return int(value) if whole else float(value)
    except (ValueError, TypeError):
        wanted = "a whole number" if whole else "a number"
        raise NotReadable("type", argument, wanted, str(value)) from None
