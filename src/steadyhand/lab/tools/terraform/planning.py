"""A project and what AWS says, in; the changes that would make them agree, and how Terraform
prints them, out. Knows no command line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from steadyhand.lab.tools.call import Failed
from steadyhand.lab.tools.terraform.hcl import Reference
from steadyhand.lab.tools.terraform.project import Project, Resource
from steadyhand.lab.tools.terraform.resources import KINDS, REFUSALS, Aws
from steadyhand.lab.tools.terraform.telling import attributes, error, value

Doing = Literal["create", "update", "replace"]
HOW: dict[Doing, tuple[str, str, str]] = {
    "create": ("+", "will be created", "  + create"),
    "update": ("~", "will be updated in-place", "  ~ update in-place"),
    "replace": ("-/+", "must be replaced", "-/+ destroy and then create replacement"),
}


@dataclass(frozen=True)
class Change:
    """What is to be done to a resource; `wanted` holds only the attributes that differ."""

    resource: Resource
    doing: Doing
    before: Mapping[str, Any]
    wanted: Mapping[str, Any]


def real(project: Project, aws: Aws) -> dict[str, Mapping[str, Any]]:
    """Ask AWS for each declared resource: address → attributes. Raises Failed."""
    found = {}
    for resource in project.resources:
        kind = KINDS.get(resource.kind)
        if kind is None:
            said = f'The provider hashicorp/aws does not support resource type "{resource.kind}".'
            raise Failed(1, *error("Invalid resource type", "", said, "(in the lab)"))
        for name in kind.identity:
            if name not in resource.values:
                said = f'The argument "{name}" is required, but no definition was found.'
                raise Failed(1, *error("Missing required argument", "", said))
        try:
            there = kind.read(aws, resource.values)
        except REFUSALS as refused:
            said = f"reading {resource.address}: {refused}"
            raise Failed(1, *error(said, "", f"  with {resource.address},")) from None
        if there is not None:
            found[resource.address] = there
    return found


def changes(project: Project, there: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    """Hold what is declared against what is there. Pure."""
    found: list[Change] = []
    for resource in project.resources:
        kind, before = KINDS[resource.kind], there.get(resource.address)
        declared = {n: resource.values[n] for n in kind.attributes if n in resource.values}
        if before is None:
            found.append(Change(resource, "create", {}, dict(resource.values)))
            continue
        wanted = {n: v for n, v in declared.items() if not _same(before.get(n), v)}
        if wanted:
            doing: Doing = "replace" if kind.replaces else "update"
            found.append(Change(resource, doing, before, wanted))
    return found


def _same(before: Any, wanted: Any) -> bool:
    return before == wanted or str(before) == str(wanted)


def outputs(project: Project, there: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The values of the outputs; those of nothing that is there are left out."""
    found = {}
    for name, given in project.outputs.items():
        if isinstance(given, Reference):
            address, _, attribute = given.name.rpartition(".")
            if attribute in there.get(address, {}):
                found[name] = there[address][attribute]
        else:
            found[name] = given
    return found


def shown(planned: Sequence[Change]) -> list[str]:
    signs = [HOW[doing][2] for doing in HOW if any(c.doing == doing for c in planned)]
    lines = [
        "",
        "Terraform used the selected providers to generate the following execution",
        "plan. Resource actions are indicated with the following symbols:",
        *signs,
        "",
        "Terraform will perform the following actions:",
        "",
    ]
    for change in planned:
        lines += [*_one(change), ""]
    return [*lines, _counted(planned)]


def _one(change: Change) -> list[str]:
    sign, said, _ = HOW[change.doing]
    resource = change.resource
    rows: dict[str, str] = {}
    for name in sorted(change.wanted):
        after = value(change.wanted[name])
        if change.doing == "create":
            rows[name] = after
        else:
            forced = " # forces replacement" if change.doing == "replace" else ""
            rows[name] = f"{value(change.before.get(name))} -> {after}{forced}"
    inner = "+" if change.doing == "create" else "~"
    lines = [
        f"  # {resource.address} {said}",
        f'{sign:>3} resource "{resource.kind}" "{resource.name}" {{',
    ]
    return [*lines, *attributes(inner, rows), "    }"]


def _counted(planned: Sequence[Change]) -> str:
    new = sum(change.doing != "update" for change in planned)
    changed = sum(change.doing == "update" for change in planned)
    gone = sum(change.doing == "replace" for change in planned)
    return f"Plan: {new} to add, {changed} to change, {gone} to destroy."


def carry_out(change: Change, aws: Aws) -> None:
    """Make AWS agree. Raises Failed with what AWS said."""
    resource = change.resource
    if change.doing == "create":
        said = "the lab's terraform changes resources and makes none"
        raise Failed(1, *error(f"creating {resource.address}: {said}"))
    try:
        KINDS[resource.kind].change(aws, resource.values, change.wanted)
    except REFUSALS as refused:
        said = f"  with {resource.address},"
        raise Failed(1, *error(f"updating {resource.address}: {refused}", "", said)) from None
