"""A folder of `.tf` files in; the resources, outputs and backend that they declare, out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steadyhand.lab.tools.call import Failed
from steadyhand.lab.tools.terraform.hcl import BadText, Block, Reference, parse
from steadyhand.lab.tools.terraform.telling import error


@dataclass(frozen=True)
class Resource:
    kind: str  # "aws_ecs_service"
    name: str
    values: Mapping[str, Any]

    @property
    def address(self) -> str:
        return f"{self.kind}.{self.name}"


@dataclass(frozen=True)
class Project:
    """Every value is known: variables are put in. `backend` is bucket and key, or empty."""

    resources: tuple[Resource, ...]
    outputs: Mapping[str, Any]  # a value, or a Reference to a resource's attribute
    backend: str
    warnings: tuple[tuple[str, str], ...] = ()


def read(folder: Path) -> list[tuple[str, Block]]:
    """Parse every `.tf` file. Raises Failed."""
    found = []
    for file in sorted(folder.glob("*.tf")):
        text = file.read_text()
        try:
            found.append((file.name, parse(text)))
        except BadText as bad:
            line = text.splitlines()[bad.line - 1] if bad.line <= text.count("\n") else ""
            shown = ["", f"  on {file.name} line {bad.line}:", f"  {bad.line}: {line}"]
            raise Failed(1, *error(str(bad), *shown)) from None
    if not found:
        raise Failed(1, *error("No configuration files", "", *_NO_FILES))
    return found


_NO_FILES = (
    "Plan requires configuration to be present. Planning without a configuration",
    "would mark everything for destruction, which is normally not what is desired.",
    "If you would like to destroy everything, run plan with the -destroy option.",
    "Otherwise, create a Terraform configuration file (.tf file) and try again.",
)


def backend_of(files: Sequence[tuple[str, Block]]) -> str:
    """Where the state is: "bucket/key" of the S3 backend; empty where none is declared."""
    for block in _all(files, "terraform"):
        for inner in block.blocks:
            if inner.kind == "backend":
                given = [str(inner.values.get(name, "")) for name in ("bucket", "key")]
                return "/".join(part for part in given if part) or "local"
    return ""


def load(
    files: Sequence[tuple[str, Block]], given: Sequence[Mapping[str, Any]], named: Mapping[str, str]
) -> Project:
    """Put the variables in: `given` are files of values, the later ones win; `named` are `-var`.

    Raises Failed.
    """
    declared = {block.labels[0]: block for block in _all(files, "variable")}
    values = {n: b.values["default"] for n, b in declared.items() if "default" in b.values}
    undeclared = []
    for file in given:
        undeclared += [name for name in file if name not in declared]
        values |= {name: value for name, value in file.items() if name in declared}
    for name, text in named.items():
        if name not in declared:
            said = f'A variable named "{name}" was assigned on the command line, but the root'
            more = "module does not declare a variable of that name."
            raise Failed(1, *error("Value for undeclared variable", "", said, more))
        values[name] = _typed(declared[name], text)
    for name in declared:
        if name not in values:
            said = f'The root module input variable "{name}" is not set, and has no default value.'
            raise Failed(1, *error("No value for required variable", "", said))
    warnings = tuple(
        ("Value for undeclared variable", f'The root module does not declare "{name}".')
        for name in undeclared
    )
    resources = tuple(
        Resource(
            block.labels[0], block.labels[1], {k: _put(v, values) for k, v in block.values.items()}
        )
        for block in _all(files, "resource")
    )
    outputs = {b.labels[0]: _put(b.values.get("value"), values) for b in _all(files, "output")}
    return Project(resources, outputs, backend_of(files), warnings)


def _all(files: Sequence[tuple[str, Block]], kind: str) -> list[Block]:
    return [block for _, top in files for block in top.blocks if block.kind == kind]


def _typed(variable: Block, text: str) -> Any:
    kind = variable.values.get("type")
    if isinstance(kind, Reference) and kind.name == "number":
        try:
            return int(text)
        except ValueError:
            said = f"Unsuitable value for var.{variable.labels[0]}: a number is required."
            raise Failed(1, *error("Invalid value for input variable", "", said)) from None
    return text


def _put(value: Any, values: Mapping[str, Any]) -> Any:
    match value:
        case Reference() if value.name.startswith("var."):
            name = value.name.removeprefix("var.")
            if name not in values:
                said = f'An input variable with the name "{name}" has not been declared.'
                raise Failed(1, *error("Reference to undeclared input variable", "", said))
            return values[name]
        case list():
            return [_put(one, values) for one in value]
        case dict():
            return {key: _put(one, values) for key, one in value.items()}
        case _:
            return value
