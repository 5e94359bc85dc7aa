"""The commands of commands.toml, as data."""

import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path

from steadyhand.model.document.shell import Part, PartKind, Word

FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Case:
    """A command, the kinds that our check says, and what the CLI does: "accepted" or a kind."""

    command: str
    ours: frozenset[str]
    cli: str
    because: str = ""

    @property
    def argv(self) -> list[str]:
        return shlex.split(self.command)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(Word((Part(PartKind.LITERAL, text, True),)) for text in self.argv)


def cases() -> list[Case]:
    stored = tomllib.loads(FILE.read_text())
    found = [Case(command, frozenset(), "accepted") for command in stored["accepted"]]
    for kind, commands in stored["refused"].items():
        found += [Case(command, frozenset({kind}), kind) for command in commands]
    for one in stored["differs"]:
        for command in one["commands"]:
            found.append(Case(command, frozenset(one["ours"]), one["cli"], one["because"]))
    return found
