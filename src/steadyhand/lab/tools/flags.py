"""Words and the options a command knows, in; their values and the operands out.

Two dialects: that of pflag (gh, docker: `--name value`, `-n value`, `-nvalue`) and that of Go's
flag package (terraform: `-name=value`). Knows no command.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NUMBER = re.compile(r"[+-]?\d+")


class BadFlag(Exception):
    """An option nobody knows, or without its value; the message is the real parser's."""


@dataclass(frozen=True)
class Flags:
    """`valued` options take a value, `switches` none; `short` leads from a letter to a name."""

    valued: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()
    short: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    values: Mapping[str, Sequence[str]]
    operands: tuple[str, ...]

    def last(self, name: str, default: str = "") -> str:
        return self.values[name][-1] if name in self.values else default

    def all(self, name: str) -> Sequence[str]:
        return self.values.get(name, ())

    def has_value(self, name: str) -> bool:
        return name in self.values

    def has(self, name: str) -> bool:
        """Whether a switch is on; `--name=false` turns it off."""
        return self.last(name, "false").lower() in ("true", "1", "t")


def flags(valued: str = "", switches: str = "", **short: str) -> Flags:
    return Flags(frozenset(valued.split()), frozenset(switches.split()), short)


# https://pkg.go.dev/github.com/spf13/pflag: the messages are its own
def parse_posix(known: Flags, words: Sequence[str]) -> Parsed:
    """Raises BadFlag."""
    values: dict[str, list[str]] = {}
    operands: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--":
            operands += left
            break
        if word.startswith("--"):
            _long(known, word, left, values)
        elif word.startswith("-") and word != "-":
            _letters(known, word, left, values)
        else:
            operands.append(word)
    return Parsed(values, tuple(operands))


def _long(known: Flags, word: str, left: list[str], values: dict[str, list[str]]) -> None:
    name, equals, value = word[2:].partition("=")
    if name in known.switches:
        values.setdefault(name, []).append(value if equals else "true")
    elif name not in known.valued:
        raise BadFlag(f"unknown flag: --{name}")
    elif equals or left:
        values.setdefault(name, []).append(value if equals else left.pop(0))
    else:
        raise BadFlag(f"flag needs an argument: --{name}")


def _letters(known: Flags, word: str, left: list[str], values: dict[str, list[str]]) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = known.short.get(letter)
        if name is None:
            raise BadFlag(f"unknown shorthand flag: {letter!r} in {word}")
        if name in known.switches:
            values.setdefault(name, []).append("true")
        elif letters or left:
            values.setdefault(name, []).append(letters.removeprefix("=") or left.pop(0))
            return
        else:
            raise BadFlag(f"flag needs an argument: {letter!r} in {word}")


# https://pkg.go.dev/flag: options end at the first word that is none
def parse_go(known: Flags, words: Sequence[str]) -> Parsed:
    """Raises BadFlag."""
    values: dict[str, list[str]] = {}
    left = list(words)
    while left and left[0].startswith("-") and left[0] != "-":
        word = left.pop(0)
        if word == "--":
            break
        name, equals, value = word.removeprefix("-").removeprefix("-").partition("=")
        if name in known.switches:
            values.setdefault(name, []).append(value if equals else "true")
        elif name not in known.valued:
            raise BadFlag(f"flag provided but not defined: -{name}")
        elif equals or left:
            values.setdefault(name, []).append(value if equals else left.pop(0))
        else:
            raise BadFlag(f"flag needs an argument: -{name}")
    return Parsed(values, tuple(left))
