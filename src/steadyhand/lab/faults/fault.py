"""What a fault is: a way to break the lab, the way back, and how a person would notice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from steadyhand.lab.lab import Lab


class BadParameter(Exception):
    """A parameter is missing or makes no sense; the message says which."""


@dataclass(frozen=True)
class Fault:
    """`inject` returns what is worth knowing of what it did; `clear` undoes it, and may be called
    when there is nothing left to undo."""

    name: str
    summary: str
    notice: str
    inject: Callable[[Lab, Mapping[str, Any]], dict[str, Any]]
    clear: Callable[[Lab], None]
    parameters: Mapping[str, str] = field(default_factory=dict)


def text(given: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = given.get(name, default)
    if not value:
        raise BadParameter(f"the parameter {name} is missing")
    return str(value)


def number(given: Mapping[str, Any], name: str, default: float) -> float:
    try:
        value = float(given.get(name, default))
    except (TypeError, ValueError):
        raise BadParameter(f"the parameter {name} must be a number") from None
    if value < 0:
        raise BadParameter(f"the parameter {name} must not be negative")
    return value


def times(given: Mapping[str, Any]) -> int | None:
    """How often an answer fault strikes; None (from 0) means: until it is cleared."""
    return int(number(given, "times", 0)) or None
