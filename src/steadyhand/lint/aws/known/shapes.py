"""One service's model as botocore ships it in, its operations, waiters and shapes out. Pure.

Knows the format of `service-2`, `waiters-2` and `paginators-1`, and nothing of the command line but
the spelling of names.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from msgspec import Struct

from steadyhand.lint.aws.known.names import cli_name, operation_name

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """A type of the model where it is used; `traits` are its own and those of the reference."""

    name: str
    traits: Json
    model: "Json" = field(repr=False, compare=False)

    @property
    def shapes(self) -> Json:
        found: Json = self.model["shapes"]
        return found

    @property
    def any_case(self) -> bool:
        """Whether the service may take its choices in any case: EC2's own protocol."""
        return bool(self.model.get("metadata", {}).get("protocol") == "ec2")

    @property
    def type(self) -> str:
        return str(self.traits["type"])

    @property
    def is_document(self) -> bool:
        return bool(self.traits.get("document"))

    @property
    def is_union(self) -> bool:
        return bool(self.traits.get("union"))

    @property
    def is_json_header(self) -> bool:
        """Whether the CLI takes JSON here although the type is string."""
        return bool(self.traits.get("jsonvalue")) and self.traits.get("location") == "header"

    @property
    def is_streaming(self) -> bool:
        return bool(self.traits.get("streaming"))

    @property
    def enum(self) -> tuple[str, ...]:
        return tuple(self.traits.get("enum", ()))

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.traits.get("required", ()))

    @property
    def documentation(self) -> str:
        return str(self.traits.get("documentation", ""))

    @property
    def member_names(self) -> tuple[str, ...]:
        return tuple(self.traits.get("members", ()))

    def member(self, name: str) -> "Shape | None":
        reference = self.traits.get("members", {}).get(name)
        return None if reference is None else self._refer(reference)

    def members(self) -> Iterator[tuple[str, "Shape"]]:
        for name, reference in self.traits.get("members", {}).items():
            yield name, self._refer(reference)

    @property
    def element(self) -> "Shape":
        """The shape of a list's elements."""
        return self._refer(self.traits["member"])

    @property
    def key(self) -> "Shape":
        return self._refer(self.traits["key"])

    @property
    def value(self) -> "Shape":
        """The shape of a map's values."""
        return self._refer(self.traits["value"])

    def _refer(self, reference: Json) -> "Shape":
        return refer(reference, self.model)


def refer(reference: Json, model: Json) -> Shape:
    """Resolve a reference to a shape, with the reference's own traits on top."""
    name = str(reference["shape"])
    return Shape(name, {**model["shapes"][name], **reference}, model)


class Operation(Struct, frozen=True):
    """One operation of the API."""

    name: str
    input: Shape | None
    output: Shape | None
    paginator: Json | None

    def page_size(self) -> Shape | None:
        """Give the member that `--page-size` sets, if the operation has one."""
        if self.paginator is None or self.input is None or "limit_key" not in self.paginator:
            return None
        return self.input.member(self.paginator["limit_key"])


@dataclass(frozen=True, eq=False)
class Service:
    """One service's model. Made by `Service.of`."""

    name: str
    api: Json = field(repr=False)
    read: Callable[[str], Json | None] = field(repr=False, compare=False)

    @classmethod
    def of(cls, name: str, api: Json, read: Callable[[str, str], Json | None]) -> "Service":
        return cls(name, api, lambda kind: read(name, kind))

    @cached_property
    def operations(self) -> dict[str, str]:
        """The API's names of the operations, by the CLI's."""
        return {operation_name(name): name for name in self.api["operations"]}

    @cached_property
    def waiters(self) -> dict[str, str]:
        """The API's operation behind each waiter, by the CLI's name of the waiter."""
        known = (self.read("waiters-2") or {}).get("waiters", {})
        return {cli_name(name): str(waiter["operation"]) for name, waiter in known.items()}

    @cached_property
    def _paginators(self) -> Json:
        found: Json = (self.read("paginators-1") or {}).get("pagination", {})
        return found

    def operation(self, name: str) -> Operation:
        """Give an operation by the API's name of it. Raises KeyError when there is none."""
        raw = self.api["operations"][name]
        return Operation(
            name,
            refer(raw["input"], self.api) if "input" in raw else None,
            refer(raw["output"], self.api) if "output" in raw else None,
            self._paginators.get(name),
        )
