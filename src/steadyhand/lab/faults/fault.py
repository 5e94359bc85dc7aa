"""What a fault is: a way to break the lab, the way back, and how a person would notice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from steadyhand.lab.ecs.fleet import Running
from steadyhand.lab.lab import Lab
from steadyhand.lab.live import Live


class BadParameter(Exception):
    """A parameter is missing or makes no sense; the message says which."""


@dataclass(frozen=True)
class Scene:
    """Where a fault happens: the system, and what `inject` keeps for `clear`."""

    lab: Lab
    live: Live
    given: Mapping[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def running(self) -> Running:
        """The service that is meant: `service`, or the system's first. Raises BadParameter."""
        services = self.live.parts.services
        wanted = str(self.given.get("service", services[0].name))
        for service in services:
            if service.name == wanted:
                return self.lab.fleet.services[(service.cluster, service.name)]
        raise BadParameter(f"{self.live.parts.name} has no service {wanted}")


@dataclass(frozen=True)
class Fault:
    """`inject` returns what is worth knowing of what it did; `clear` undoes it, and may be called
    when there is nothing left to undo. Every fault takes `system`, the name of a system."""

    name: str
    summary: str
    notice: str
    inject: Callable[[Scene], dict[str, Any]]
    clear: Callable[[Scene], None]
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
