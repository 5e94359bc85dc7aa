"""The stored facts about the AWS CLI in, as types out: what it adds to the models and takes away.

`generate.py` writes them from the CLI itself. Read once for each process.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from steadyhand.lint.aws.known.options import Edition, Option, Options, Takes

Json = Mapping[str, Any]


class Command(Struct, frozen=True):
    """A command that no operation of a model stands behind, or a group of them."""

    options: Options
    subcommands: tuple[str, ...]
    edition: Edition


class Difference(Struct, frozen=True):
    """How one operation's options differ from what its model gives."""

    without: frozenset[str]
    options: Options


class Facts(Struct, frozen=True, eq=False):
    """What `data/cli.json` says. Keys of `commands` and `operations` are words: `ecs deploy`."""

    v1: str  # the versions it was taken from
    v2: str
    global_options: Options
    models: Mapping[str, str]  # the model behind a service's command, where the names differ
    hidden: frozenset[str]  # models that are no command of the same name
    removed: Mapping[str, Edition]  # operations that one or both versions leave out
    added: Mapping[str, str]  # operation under another name → the model's operation
    operations: Mapping[str, Difference]
    commands: Mapping[str, Command]


@cache
def facts() -> Facts:
    """Read the facts that the package carries."""
    return read(json.loads((Path(__file__).parent / "data/cli.json").read_bytes()))


def read(stored: Json) -> Facts:
    """Turn the stored form into types. Pure."""
    return Facts(
        stored["v1"],
        stored["v2"],
        _options(stored["globals"]),
        stored["models"],
        frozenset(stored["hidden"]),
        {name: Edition(value) for name, value in stored["removed"].items()},
        stored["added"],
        {
            name: Difference(frozenset(one.get("without", ())), _options(one.get("options", {})))
            for name, one in stored["operations"].items()
        },
        {
            name: Command(
                _options(one.get("options", {})),
                tuple(one.get("subcommands", ())),
                Edition(one.get("edition", Edition.BOTH)),
            )
            for name, one in stored["commands"].items()
        },
    )


def _options(stored: Json) -> Options:
    return {name: _option(name, one) for name, one in stored.items()}


def _option(name: str, one: Json) -> Option:
    return Option(
        name,
        Takes(one.get("takes", Takes.ONE)),
        bool(one.get("required")),
        tuple(one.get("choices", ())),
        bool(one.get("number")),
        str(one.get("member", "")),
        None,
        Edition(one.get("edition", Edition.BOTH)),
    )
