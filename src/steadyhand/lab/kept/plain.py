"""One of moto's values in, the same value as JSON has it out; and back. Pure.

Any object of moto's is its attributes. What is of no kind known here is refused, not left out.
"""

import base64
from datetime import datetime
from enum import Enum
from importlib import import_module
from typing import Any

# A dict of one of these keys is not a dict: it stands for a value that JSON does not have.
TIME, BYTES, ENUM, SET, OBJECT = "~time", "~bytes", "~enum", "~set", "~object"
TRUSTED = "moto."  # no class from elsewhere is ever made


class NotPlain(TypeError):
    """There is no way to keep this; the message says what."""


def plain(value: Any) -> Any:
    """Raises NotPlain."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return {ENUM: [_name(type(value)), value.name]}
        case str():
            return str(value)
        case datetime():
            return {TIME: value.isoformat()}
        case bytes():
            return {BYTES: base64.b64encode(value).decode()}
        case list() | tuple():
            return [plain(one) for one in value]
        case set() | frozenset():
            return {SET: sorted(plain(one) for one in value)}
        case dict():
            return {_key(key): plain(inner) for key, inner in value.items()}
        case _:
            return {OBJECT: [_name(type(value)), plain(vars(value))]}


def _key(key: object) -> str:
    if not isinstance(key, str) or key.startswith("~"):
        raise NotPlain(f"a dict with the key {key!r}")
    return key


def _name(kind: type) -> str:
    if not kind.__module__.startswith(TRUSTED):
        raise NotPlain(f"a value of {kind.__module__}.{kind.__qualname__}")
    return f"{kind.__module__}:{kind.__qualname__}"


def read(value: Any) -> Any:
    """The value again. Raises ValueError, AttributeError, ImportError where it cannot be."""
    match value:
        case list():
            return [read(one) for one in value]
        case {"~time": str(text)}:
            return datetime.fromisoformat(text)
        case {"~bytes": str(text)}:
            return base64.b64decode(text)
        case {"~set": list(members)}:
            return {read(one) for one in members}
        case {"~enum": [str(name), str(member)]}:
            return _class(name)[member]
        case {"~object": [str(name), dict(attributes)]}:
            return made(_class(name), read(attributes))
        case dict():
            return {key: read(inner) for key, inner in value.items()}
        case _:
            return value


def made(kind: Any, attributes: dict[str, Any]) -> Any:
    """An object with these attributes, and without what making one would do beside."""
    one = kind.__new__(kind)
    vars(one).update(attributes)
    return one


def _class(name: str) -> Any:
    module, _, path = name.partition(":")
    if not module.startswith(TRUSTED):
        raise ValueError(f"{name} is not of moto")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found
