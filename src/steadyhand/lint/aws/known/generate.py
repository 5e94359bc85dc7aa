"""The AWS CLI itself in, `data/cli.json` out: what it adds to botocore's models and takes away.

`python -m steadyhand.lint.aws.known.generate [AC_INDEX]`. A program for developers: it needs
awscli 1.x installed, and for what only version 2 has, that version's completion index:
`awscli/data/ac.index` in any distribution of it (the PyPI package `aws-cdk-asset-awscli-v2` carries
one). Only facts are taken: names, whether required, how many words. Nothing is sent anywhere.
"""

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from steadyhand.lint.aws.known import models, options
from steadyhand.lint.aws.known.facts import Facts
from steadyhand.lint.aws.known.options import Edition, Takes
from steadyhand.lint.aws.known.shapes import Operation, Service

TARGET = Path(__file__).with_name("data") / "cli.json"
NOTHING = Facts("", "", {}, {}, frozenset(), {}, {}, {}, {})
_V2 = "2.38.5"  # the version whose index was read
# Choices that version 2 has and its index does not tell; printed by `aws --output x sts help`.
_V2_CHOICES = {
    "--output": ("json", "text", "table", "yaml", "yaml-stream", "off"),
    "--cli-binary-format": ("base64", "raw-in-base64-out"),
    "--cli-error-format": ("legacy", "json", "yaml", "text", "table", "enhanced"),
}
Options = dict[str, dict[str, Any]]
Tree = dict[tuple[str, ...], Any]
"""A command of the CLI, by its words; `None` stands for the CLI itself."""


def main() -> None:
    """Write the facts of the installed awscli, and of version 2 where its index is given."""
    directory = models.directory()
    assert directory is not None, "botocore is not installed"
    known = models.at(directory, NOTHING)
    second = version_2(Path(sys.argv[1])) if len(sys.argv) > 1 else {}
    first, top = version_1()
    stored = compare(first, top, second, known)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(_shown(stored))


# --- version 1: its own tables -------------------------------------------------------------------


def version_1() -> tuple[Tree, Options]:
    """Build every command's table of arguments with the CLI's own code."""
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        os.environ[variable] = os.devnull
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()
    tree: Tree = {}
    for name, command in driver._get_command_table().items():
        tree.update(_walk((name,), command))
    return tree, _arguments(driver._get_argument_table())


def _walk(path: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    from awscli.clidriver import ServiceCommand, ServiceOperation

    if isinstance(command, ServiceCommand):
        yield path, {"service": command._service_name}
        children = command._get_command_table()
    elif isinstance(command, ServiceOperation):
        model = command._operation_model
        yield path, {"operation": model.name, "options": _arguments(command.arg_table)}
        return
    else:
        own = {c["name"] for c in command.SUBCOMMANDS}  # not what another command's hook adds
        children = {
            name: child
            for name, child in command.subcommand_table.items()
            if name in own or path[1:] == ("wait",)
        }
        yield path, {"options": _arguments(command.arg_table), "children": tuple(children)}
    for name, child in children.items():
        yield from _walk((*path, name), child)


def _arguments(table: Mapping[str, Any]) -> Options:
    found: Options = {}
    for argument in table.values():
        parser = argparse.ArgumentParser(add_help=False, conflict_handler="resolve")
        argument.add_to_parser(parser)
        for action in parser._actions:
            name = (action.option_strings or [argument.name])[0]
            found[name] = _facts_of(argument, action)
    return found


def _facts_of(argument: Any, action: argparse.Action) -> dict[str, Any]:
    takes = "1" if action.nargs is None else str(action.nargs)
    shape = getattr(argument, "argument_model", None)
    return {
        "takes": Takes(takes),
        "required": bool(action.required and action.option_strings)
        or (not action.option_strings and takes in {"1", "2", "+"}),
        "choices": [str(choice) for choice in action.choices or ()],
        "number": action.type is int,
        "member": getattr(argument, "_serialized_name", None) or "",
        "shape": getattr(shape, "name", ""),
    }


# --- version 2: its completion index -------------------------------------------------------------


def version_2(index: Path) -> Tree:
    """Read every command and option out of the completion index."""
    tree: Tree = {}
    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as database:
        for command, parent in database.execute("select command, parent from command_table"):
            path = (*parent.split(".")[1:], command) if parent else ()
            tree[path] = {"options": {}}
        rows = database.execute(
            "select command, parent, argname, type_name, nargs, positional_arg, required"
            " from param_table"
        )
        for command, parent, name, type_name, nargs, positional, required in rows:
            path = (*parent.split(".")[1:], command) if parent else ()
            takes = "0" if type_name == "boolean" else str(nargs or "1")
            alone = str(positional) == "1"  # but it says so of no `outfile`
            needed = str(required) == "1" or (alone and takes in {"1", "2", "+"})
            one = {"takes": Takes(takes), "required": needed}
            tree[path]["options"][name if alone else f"--{name}"] = one
    return tree


# --- what differs --------------------------------------------------------------------------------


def compare(first: Tree, top: Options, second: Tree, known: models.Models) -> dict[str, Any]:
    """Say where the CLI and its models differ, as `facts` stores it.

    `first` comes with models of its own, older than `known` or newer; `second` too. What one of
    them lacks because its models are older is no difference.
    """
    import awscli

    vendored = models.at(Path(awscli.__file__).parent / "botocore" / "data", NOTHING)
    stored: dict[str, Any] = {
        "v1": awscli.__version__,
        "v2": _V2 if second else "",
        "globals": {name: _packed(one) for name, one in top.items()},
        "models": {},
        "hidden": [],
        "removed": {},
        "added": {},
        "operations": {},
        "commands": {},
    }
    for path, one in first.items():
        if "service" in one:
            if (one["service"],) != path:
                stored["models"][path[0]] = one["service"]
        elif "operation" not in one:
            if path[1:] != ("wait",):
                stored["commands"][" ".join(path)] = _command(one)
        elif path[1] != "wait":
            _operation(path, one, vendored.service(first[path[:1]]["service"]), stored)
    _removed(first, second, vendored, stored)
    if second:
        _version_2_differs(first, second, known, stored)
    tops = {path[0] for path in (*first, *second) if path}
    stored["hidden"] = sorted(set(stored["models"].values()) - tops)
    return stored


def _command(one: Mapping[str, Any]) -> dict[str, Any]:
    packed: dict[str, Any] = {}
    if one["children"]:
        packed["subcommands"] = list(one["children"])
    if one["options"]:
        packed["options"] = {name: _packed(option) for name, option in one["options"].items()}
    return packed


def _operation(
    path: tuple[str, ...], one: Mapping[str, Any], service: Service | None, stored: dict[str, Any]
) -> None:
    assert service is not None
    if service.operations.get(path[1]) != one["operation"]:
        stored["added"][" ".join(path)] = one["operation"]
    operation = service.operation(one["operation"])
    derived = options.operation_options(service.name, operation)
    gone = [
        name
        for name, option in derived.items()
        if option.edition is not Edition.V2 and name not in one["options"]
    ]
    changed = {}
    for name, option in one["options"].items():
        packed = _packed(_without_what_is_no_member(option, operation))
        mine = derived.get(name)
        if mine is None or not _same(packed, mine):
            changed[name] = packed
    if gone or changed:
        entry = {"without": gone} if gone else {}
        stored["operations"][" ".join(path)] = entry | ({"options": changed} if changed else {})


def _without_what_is_no_member(option: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
    """Forget the member where the option does not take the member's own shape."""
    shape = operation.input and operation.input.member(option["member"])
    same = shape is not None and shape.name == option["shape"]
    return {**option, "member": option["member"] if same else ""}


def _packed(option: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("takes", "required", "choices", "number", "member", "edition")
    packed = {key: option[key] for key in keys if option.get(key)}
    if packed.get("takes") == Takes.ONE:
        del packed["takes"]
    return packed


def _same(packed: dict[str, Any], mine: options.Option) -> bool:
    if mine.name == options.SKELETON:
        return True
    own = _packed(
        {
            "takes": mine.takes,
            "required": mine.required,
            "choices": list(mine.choices),
            "number": mine.number or (mine.shape is not None and mine.shape.type == "long"),
            "member": mine.member,
        }
    )
    # The CLI cannot demand one of `--x` and `--no-x`; botocore does, before anything is sent.
    ignored = {"required"} if mine.takes is Takes.NOTHING else set()
    return {k: v for k, v in own.items() if k not in ignored} == packed


def _removed(first: Tree, second: Tree, vendored: models.Models, stored: dict[str, Any]) -> None:
    commands = {one["service"]: path[0] for path, one in first.items() if "service" in one}
    for model in sorted(vendored.names):
        service = vendored.service(model)
        for operation in service.operations if service is not None else ():
            path = (commands.get(model, model), operation)
            if path not in first:
                edition = Edition.V1 if path in second else Edition.BOTH
                stored["removed"][" ".join(path)] = edition


def _version_2_differs(
    first: Tree, second: Tree, known: models.Models, stored: dict[str, Any]
) -> None:
    tops = {path[0] for path in second if len(path) == 1}
    for top in sorted(tops - {path[0] for path in first} - known.names):
        if (model := _model_behind(top, second, known)) is not None:
            stored["models"][top] = model
            tops.discard(top)
    for path, one in sorted(second.items()):
        service = known.service(stored["models"].get(path[0], path[0])) if path else None
        modelled = (
            service is not None and len(path) > 1 and path[1] in (*service.operations, "wait")
        )
        if not path:
            _version_2_globals(one["options"], stored["globals"])
        elif path in first and "options" in first[path]:
            _version_2_options(path, one["options"], first[path]["options"], service, stored)
        elif (
            path not in first and not modelled and (len(path) > 1 or path[0] in tops - known.names)
        ):
            entry = stored["commands"].setdefault(" ".join(path), {})
            entry["edition"] = Edition.V2
            entry["options"] = {name: _packed(o) for name, o in one["options"].items()}
            children = [p[-1] for p in second if p[:-1] == path]
            if children:
                entry["subcommands"] = sorted(children)
    for name, entry in stored["commands"].items():
        path = tuple(name.split())
        if path not in second and path[:1] in second:
            entry["edition"] = Edition.V1


def _model_behind(top: str, second: Tree, known: models.Models) -> str | None:
    wanted = {path[1] for path in second if len(path) == 2 and path[0] == top} - {"wait"}
    for name in sorted(known.names):
        service = known.service(name)
        if service is not None and wanted and wanted <= set(service.operations):
            return name
    return None


def _version_2_globals(second: Options, stored: Options) -> None:
    for name, one in second.items():
        entry = stored.setdefault(name, _packed({**one, "edition": Edition.V2}))
        if name in _V2_CHOICES:
            entry["choices"] = list(_V2_CHOICES[name])
    for name, entry in stored.items():
        if name not in second:
            entry["edition"] = Edition.V1


def _version_2_options(
    path: tuple[str, ...], second: Options, first: Options, service: Service | None, stored: Any
) -> None:
    """Store the options that only version 2 has, and what only version 1 demands.

    What version 2 hides is not in its index, so of other options nothing can be said.
    """
    modelled = service is not None and len(path) == 2 and path[1] in service.operations
    mine = set(first)
    if service is not None and modelled:
        operation = service.operation(service.operations[path[1]])
        mine |= set(options.operation_options(service.name, operation))
    where = stored["operations" if modelled else "commands"]
    for name, one in first.items():
        if one["required"] and name not in second and f"--{name}" not in second:
            entry = where.setdefault(" ".join(path), {}).setdefault("options", {})
            entry[name] = _packed({**one, "required": False})
    more = {
        name: _packed({**one, "edition": Edition.V2, "required": False})
        for name, one in second.items()
        if name not in mine and name.lstrip("-") not in mine and name != options.INPUT_YAML
    }
    if more and (modelled or " ".join(path) in stored["commands"]):
        where.setdefault(" ".join(path), {}).setdefault("options", {}).update(more)


def _shown(stored: Mapping[str, Any]) -> str:
    """Write one entry a line, so that a new version shows in a diff."""
    lines = []
    for key, value in stored.items():
        if isinstance(value, dict):
            entries = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(value.items())]
            lines.append(f"{json.dumps(key)}: {{\n" + ",\n".join(entries) + "\n}")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
