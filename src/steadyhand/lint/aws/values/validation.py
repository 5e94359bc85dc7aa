"""A value and its shape in, what botocore or the service would refuse in it out. Pure.

botocore's own check (types, required and unknown members, least values) decides what is refused
before anything is sent; choices, greatest values and forms are left to the service, and checked
here from the same model: https://github.com/boto/botocore/blob/develop/botocore/validate.py
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from steadyhand.lint.aws.argument import HOLE, stands_in
from steadyhand.lint.aws.known.names import nearest
from steadyhand.lint.aws.known.shapes import Shape
from steadyhand.lint.aws.problems import Kind
from steadyhand.lint.aws.values import limits

_NAMES = {
    "structure": "an object",
    "map": "an object",
    "list": "a list",
    "string": "a string",
    "integer": "a whole number",
    "long": "a whole number",
    "float": "a number",
    "double": "a number",
    "boolean": "true or false",
    "timestamp": "a time such as `2026-01-31T08:00:00Z`",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "boolean": (bool,),
}
_SHOWN = 8  # choices listed in a message


class Wrong(Struct, frozen=True):
    """One thing that is wrong in a value. `path` leads to it: `tags[0].key`."""

    kind: Kind
    path: str
    message: str  # with {where} for the place
    text: str = ""
    right: str = ""
    help: str = ""


def validate(value: Any, shape: Shape, path: str = "", *, open: bool = False) -> Iterator[Wrong]:
    """Check a value; `open` says that another option may still add keys to it."""
    if _unknown(value) or shape.is_document or shape.is_json_header or shape.type == "blob":
        return
    if _is_bracketed(value, shape):
        return
    if shape.type == "timestamp":
        yield from _time(value, path)
    elif not _has_type(value, shape.type):
        yield _wrong_type(value, shape, path)
    elif shape.type == "structure":
        yield from _structure(value, shape, path, open)
    elif shape.type == "map":
        for key, one in value.items():
            yield from validate(key, shape.key, path, open=open)
            yield from validate(one, shape.value, _join(path, key), open=open)
    elif shape.type == "list":
        if not open and not any(_unknown(one) for one in value):
            yield from _length(len(value), shape, path, "values")
        for index, one in enumerate(value):
            yield from validate(one, shape.element, f"{path}[{index}]", open=open)
    elif shape.type == "string":
        yield from _string(value, shape, path)
    elif shape.type in {"integer", "long", "float", "double"}:
        yield from number(value, shape, path)


def _has_type(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES.get(kind, (object,)))


def _unknown(value: Any) -> bool:
    return isinstance(value, str) and HOLE in value


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _is_bracketed(value: Any, shape: Shape) -> bool:
    """Whether shorthand made a list of what is a placeholder: `Password=[password]`."""
    return shape.type == "string" and isinstance(value, list) and len(value) == 1


def _wrong_type(value: Any, shape: Shape, path: str) -> Wrong:
    wanted = _NAMES[shape.type]
    shown = str(value) if not isinstance(value, dict | list | bool | None) else ""
    got = f"`{shown}`" if shown else _KINDS.get(type(value), "something else")
    return Wrong(
        Kind.WRONG_TYPE, path, f"{{where}} wants {wanted}, not {got}", shown, "", f"write {wanted}"
    )


_KINDS: dict[type, str] = {
    dict: "an object",
    list: "a list",
    bool: "true or false",
    type(None): "null",
}


def _structure(value: dict[str, Any], shape: Shape, path: str, open: bool) -> Iterator[Wrong]:
    known = shape.member_names
    left_out = open or any(stands_in(key) for key in value)
    if shape.is_union and len(value) != 1 and not left_out:
        shown = _listed(known)
        yield Wrong(
            Kind.MISSING_KEY, path, f"{{where}} wants exactly one of {shown}", "", "", f"of {shown}"
        )
    for name in shape.required:
        if name not in value and not left_out:
            yield Wrong(
                Kind.MISSING_KEY, path, f"{{where}} needs `{name}`", "", "", f"add `{name}`"
            )
    for key, one in value.items():
        member = shape.member(key)
        if member is not None:
            yield from validate(one, member, _join(path, key), open=open)
        elif not stands_in(key):
            right = nearest(key, known) or ""
            hint = f"did you mean `{right}`?" if right else f"it knows {_listed(known)}"
            yield Wrong(Kind.UNKNOWN_KEY, path, f"{{where}} has no key `{key}`", key, right, hint)


def _string(value: str, shape: Shape, path: str) -> Iterator[Wrong]:
    if stands_in(value):
        return
    yield from _text_length(value, shape, path)
    pattern = shape.traits.get("pattern")
    if shape.enum and not limits.is_choice(value, shape.enum, any_case=shape.any_case):
        yield choice(value, shape.enum, path)
    # An ARN is often written with words in place of its numbers.
    checkable = pattern and value and not shape.enum and not value.startswith("arn:")
    if checkable and not limits.has_form(value, str(pattern)):
        said = f"`{value}` has not the form that {{where}} wants"
        yield Wrong(Kind.WRONG_FORM, path, said, value, help=f"it must match `{pattern}`")


def choice(value: str, choices: tuple[str, ...], path: str = "") -> Wrong:
    """Say that a value is none of the choices."""
    right = nearest(value, choices) or ""
    hint = f"did you mean `{right}`?" if right else f"one of {_listed(choices)}"
    return Wrong(
        Kind.INVALID_CHOICE, path, f"{{where}} has no choice `{value}`", value, right, hint
    )


def number(value: float, shape: Shape, path: str = "") -> Iterator[Wrong]:
    """Check a number against the shape's range."""
    low, high, documented = limits.number_range(shape)
    source = "the documentation allows" if documented else "the service takes"
    if low is not None and value < low:
        hint = f"{source} {low} to {high}" if high is not None else f"{source} {low} or more"
        yield Wrong(
            Kind.OUT_OF_RANGE, path, f"`{value}` is below {low}, the least for {{where}}",
            str(value), "", hint,
        )  # fmt: skip
    elif high is not None and value > high:
        hint = f"{source} {low} to {high}" if low is not None else f"{source} up to {high}"
        yield Wrong(
            Kind.OUT_OF_RANGE, path, f"`{value}` is above {high}, the greatest for {{where}}",
            str(value), "", hint,
        )  # fmt: skip


def _length(length: int, shape: Shape, path: str, of: str, text: str = "") -> Iterator[Wrong]:
    low, high = shape.traits.get("min"), shape.traits.get("max")
    if low is not None and length < low:
        yield Wrong(
            Kind.WRONG_LENGTH, path, f"{{where}} needs at least {low} {of}, here are {length}",
            text, "", f"give {low} {of} or more",
        )  # fmt: skip
    elif high is not None and length > high:
        yield Wrong(
            Kind.WRONG_LENGTH, path, f"{{where}} takes at most {high} {of}, here are {length}",
            text, "", f"give {high} {of} or fewer",
        )  # fmt: skip


_SHORT = 8


def _text_length(value: str, shape: Shape, path: str) -> Iterator[Wrong]:
    """Check a text's length. A made-up identifier may well be shorter than a real one."""
    for wrong in _length(len(value), shape, path, "characters", value):
        if value == "" or len(value) > shape.traits.get("min", 0) or shape.traits["min"] <= _SHORT:
            yield wrong


def _time(value: Any, path: str) -> Iterator[Wrong]:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        yield Wrong(Kind.WRONG_TYPE, path, f"{{where}} wants {_NAMES['timestamp']}", "", "",
                    "write a time")  # fmt: skip
    elif isinstance(value, str) and not stands_in(value) and not limits.is_time(value):
        yield Wrong(
            Kind.WRONG_TYPE, path, f"`{value}` is no time, which {{where}} wants", value, "",
            f"write {_NAMES['timestamp']}",
        )  # fmt: skip


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return f"{shown} …" if len(names) > _SHOWN else shown
