"""DB parameter groups: what they hold, how it is changed, and who uses them."""

import re

from steadyhand.lab.cloud.seam import Parameters, Refusal
from steadyhand.lab.rds.life import modifying
from steadyhand.lab.rds.model import Group
from steadyhand.lab.rds.operations import validation as v
from steadyhand.lab.rds.operations.shapes import describe_group, describe_parameter
from steadyhand.lab.rds.operations.validation import Shape
from steadyhand.lab.rds.parameters import Parameter, why_not
from steadyhand.lab.rds.room import Room

METHODS = ("immediate", "pending-reboot")
SOURCES = ("user", "system", "engine-default")


def describe(room: Room, asked: Parameters) -> Shape:
    v.filters(asked, ())
    rows = [room.groups[name] for name in sorted(room.groups)]
    if asked.get("DBParameterGroupName"):
        rows = [v.group(room, asked)]
    return v.page(asked, rows, "DBParameterGroups", describe_group)


def create(room: Room, asked: Parameters) -> Shape:
    name = v.wanted(asked, "DBParameterGroupName")
    if not re.fullmatch(r"[A-Za-z](?:[A-Za-z0-9.]|-(?!-))*(?<!-)", name) or len(name) > 255:
        raise v.refuse(
            "The parameter DBParameterGroupName is not a valid identifier. Identifiers must begin"
            " with a letter; must contain only ASCII letters, digits, and hyphens; and must not end"
            " with a hyphen or contain two consecutive hyphens."
        )
    if name.lower().startswith("default."):
        raise v.refuse("The prefix default. is reserved for default parameter groups.")
    if name.lower() in room.groups:
        raise Refusal(
            "DBParameterGroupAlreadyExists", f"Parameter group {name.lower()} already exists"
        )
    family, description = v.wanted(asked, "DBParameterGroupFamily"), v.wanted(asked, "Description")
    if family != room.family:
        raise v.refuse(f"ParameterGroupFamily {family} is not a valid parameter group family")
    if len(room.groups) >= 50:
        raise Refusal("DBParameterGroupQuotaExceeded", "DBParameterGroup quota exceeded")
    made = Group(name.lower(), family, description, tags=v.tags(asked))
    room.groups[made.name] = made
    return {"DBParameterGroup": describe_group(made)}


def delete(room: Room, asked: Parameters) -> Shape:
    group = v.group(room, asked)
    _own(group)
    if any(live.instance.parameter_group == group.name for live in room.lives.values()):
        raise Refusal(
            "InvalidDBParameterGroupState",
            "One or more database instances are still members of this parameter group "
            f"{group.name}, so the group cannot be deleted",
        )
    del room.groups[group.name]
    return {}


def _own(group: Group) -> None:
    if group.name.startswith("default."):
        raise v.refuse(f"Cannot modify a default parameter group: {group.name}")


def parameters(room: Room, asked: Parameters) -> Shape:
    group = v.group(room, asked)
    source = asked.get("Source")
    if source is not None and source not in SOURCES:
        raise v.refuse(f"Invalid parameter source: {source}")
    rows = [one for one in room.parameters.values() if source in (None, _source(group, one))]
    return v.page(asked, rows, "Parameters", lambda one: describe_parameter(one, group))


def _source(group: Group, parameter: Parameter) -> str:
    if parameter.name in group.values:
        return "user"
    return "engine-default" if parameter.value is None else "system"


def modify(room: Room, asked: Parameters) -> Shape:
    """Change parameters, all of them or none; those that use the group follow at once."""
    group = v.group(room, asked)
    _own(group)
    given = asked.get("Parameters") or []
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html
    if not given:
        raise v.refuse("The parameter Parameters must be provided and must not be blank.")
    if len(given) > 20:
        raise v.combination("A maximum of 20 parameters can be modified in a single request.")
    rows = [_judged(room, one) for one in given]
    for name, value, method in rows:
        group.values[name], group.methods[name] = value, method
        room.tell(
            *("db-parameter-group", group.name),
            f"Updated parameter {name} to {value} with apply method {method}",
            "configuration change",
        )
    _follow(room, group, {name for name, _, _ in rows})
    return {"DBParameterGroupName": group.name}


def _judged(room: Room, one: Parameters) -> tuple[str, str, str]:
    parameter = _known(room, one)
    value = v.wanted(one, "ParameterValue")
    method = _method(one, parameter)
    trouble = why_not(parameter, value)
    if trouble is not None:
        raise v.refuse(trouble)
    return parameter.name, value, method


def _known(room: Room, one: Parameters) -> Parameter:
    name = v.wanted(one, "ParameterName").lower()
    parameter = room.parameters.get(name)
    if parameter is None:
        raise v.refuse(f"Could not find parameter with name: {name}")
    if not parameter.modifiable:
        raise v.refuse(f"The parameter {name} cannot be modified.")
    return parameter


def _method(one: Parameters, parameter: Parameter) -> str:
    method = v.wanted(one, "ApplyMethod")
    if method not in METHODS:
        raise v.refuse(f"Invalid apply method: {method}")
    if method == "immediate" and parameter.static:
        raise v.combination("cannot use immediate apply method for static parameter")
    return method


def reset(room: Room, asked: Parameters) -> Shape:
    group = v.group(room, asked)
    _own(group)
    every = v.flag(asked, "ResetAllParameters")
    given = asked.get("Parameters") or []
    if every == bool(given):
        raise v.combination("Specify either ResetAllParameters or a list of parameters.")
    if every:
        names = set(group.values)
        group.methods.update(
            {n: "pending-reboot" if room.parameters[n].static else "immediate" for n in names}
        )
    else:
        rows = [(_known(room, one), one) for one in given]
        methods = {parameter.name: _method(one, parameter) for parameter, one in rows}
        group.methods |= methods
        names = set(methods)
    for name in names:
        group.values.pop(name, None)
    _follow(room, group, names)
    return {"DBParameterGroupName": group.name}


def _follow(room: Room, group: Group, names: set[str]) -> None:
    for live in room.lives.values():
        if live.instance.parameter_group == group.name:
            modifying.use_parameters(room, live, names)
