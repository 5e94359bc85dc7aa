"""Every command of the servers' own table has an effect, and none that writes is a read."""

from collections.abc import Iterator
from typing import Any

import pytest

from steadyhand.actions import classify_argv
from steadyhand.actions.redis import CHANGES, DESTROYS, KINDS, READS
from steadyhand.lint.tools.redis import commands
from steadyhand.model.effect import Aspect, Effect

# Only other servers than Redis and Valkey have these.
ELSEWHERE = frozenset({"dfly", "sentinel"})


def _table() -> Iterator[tuple[str, list[str]]]:
    for name, entry in commands().items():
        kinds: dict[str, Any] = entry.get("kinds") or {"": entry}
        for kind, details in kinds.items():
            if name not in ELSEWHERE:
                yield f"{name} {kind}".strip(), details.get("flags", [])


TABLE = dict(_table())


def test_the_table_is_all_of_it() -> None:
    assert len(TABLE) > 450


def test_every_command_has_an_effect() -> None:
    for name, flags in TABLE.items():
        found = classify_argv(("redis-cli", *name.split()))
        assert not found.reason.startswith("unknown"), name
        if "write" in flags:
            assert found.effect > Effect.READ, name
        if "readonly" in flags and not name.startswith(("eval", "fcall")):
            assert found.effect is Effect.READ, name


def test_every_command_stands_once() -> None:
    assert not READS & CHANGES
    assert not (READS | CHANGES) & DESTROYS
    own = {name for name in KINDS if not name.startswith("sentinel ")}
    assert own <= TABLE.keys(), own - TABLE.keys()
    assert TABLE.keys() >= (READS | CHANGES | DESTROYS)


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("GET k", ()),
        ("KEYS *", (Aspect.DISRUPTIVE,)),
        ("FLUSHALL", (Aspect.DISRUPTIVE, Aspect.DESTRUCTIVE)),
        ("DEL k", (Aspect.DESTRUCTIVE,)),
        ("CLIENT KILL ADDR a", (Aspect.DISRUPTIVE,)),
        ("XGROUP DESTROY s g", (Aspect.DESTRUCTIVE,)),
        ("SWAPDB 0 1", (Aspect.REVERSIBLE, Aspect.DISRUPTIVE)),
        ("LMOVE a b LEFT RIGHT", ()),
    ],
)
def test_what_else_is_true_of_a_command(text: str, aspects: tuple[Aspect, ...]) -> None:
    assert classify_argv(("redis-cli", *text.split())).aspects == aspects
