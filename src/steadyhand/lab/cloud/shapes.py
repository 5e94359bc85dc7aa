"""An operation's parameters in; what the service's own model forbids in them, out, in AWS's words.

Ranges, lengths, enums and patterns come from botocore's models, which carry AWS's; what a service
asks beyond them (states, combinations) is the room's part.
"""

import importlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from steadyhand.lab.cloud.room import Parameters, Refusal

Shape = Any  # botocore's, which carries no types


@lru_cache(maxsize=32)
def service_model(service: str) -> Any:
    return importlib.import_module("botocore.session").get_session().get_service_model(service)


def check(service: str, operation: str, asked: Parameters, code: str = "ValidationError") -> None:
    """Refuse what the model forbids, all of it in one message, as most services do.

    https://smithy.io/2.0/spec/constraint-traits.html
    """
    found = list(violations(service, operation, asked))
    if found:
        plural = "s" if len(found) > 1 else ""
        told = "; ".join(
            f"Value {_shown(value)} at '{path}' failed to satisfy constraint: {constraint}"
            for path, value, constraint in found
        )
        raise Refusal(code, f"{len(found)} validation error{plural} detected: {told}")


def violations(
    service: str, operation: str, asked: Parameters
) -> Iterator[tuple[str, object, str]]:
    """Give every forbidden value: its path, itself, and the constraint in AWS's words."""
    shape = service_model(service).operation_model(operation).input_shape
    if shape is not None:
        yield from _walk(shape, asked, "")


def _walk(shape: Shape, value: Any, path: str) -> Iterator[tuple[str, object, str]]:
    if shape.type_name == "structure" and isinstance(value, dict):
        for name in shape.required_members:
            if value.get(name) is None:
                yield _join(path, name), None, "Member must not be null"
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _walk(member, value[name], _join(path, name))
        return
    if shape.type_name == "list" and isinstance(value, list):
        yield from _sized(shape, value, path)
        for number, one in enumerate(value, 1):
            yield from _walk(shape.member, one, f"{path}.{number}.member")
        return
    if shape.type_name == "map" and isinstance(value, dict):
        yield from _sized(shape, value, path)
        for key, one in value.items():
            yield from _walk(shape.key, key, f"{path}.key")
            yield from _walk(shape.value, one, f"{path}.{key}.member")
        return
    if shape.type_name in ("integer", "long", "float", "double"):
        yield from _ranged(shape, value, path)
    elif isinstance(value, str) and shape.type_name == "string":
        yield from _text(shape, value, path)


def _join(path: str, name: str) -> str:
    first = name[:1].lower() + name[1:]
    return f"{path}.{first}" if path else first


def _sized(shape: Shape, value: Any, path: str) -> Iterator[tuple[str, object, str]]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield path, value, f"Member must have length greater than or equal to {least}"
    if most is not None and len(value) > most:
        yield path, value, f"Member must have length less than or equal to {most}"


def _ranged(shape: Shape, value: Any, path: str) -> Iterator[tuple[str, object, str]]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and float(value) < least:
        yield path, value, f"Member must have value greater than or equal to {least}"
    if most is not None and float(value) > most:
        yield path, value, f"Member must have value less than or equal to {most}"


def _text(shape: Shape, value: str, path: str) -> Iterator[tuple[str, object, str]]:
    yield from _sized(shape, value, path)
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        yield path, value, f"Member must satisfy enum value set: [{', '.join(enum)}]"
    pattern = shape.metadata.get("pattern")
    if pattern and not _fits(pattern, value):
        yield path, value, f"Member must satisfy regular expression pattern: {pattern}"


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:  # a few of them are Java's alone (\p{L}); they are not looked at
        return None


def _fits(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return "'[" + ", ".join(map(str, value)) + "]'"
    return f"'{value}'"
