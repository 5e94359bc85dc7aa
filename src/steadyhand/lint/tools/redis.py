"""A command for Redis or Valkey in, what every server would refuse out: its name, its arguments.

From servers and lists up to Redis 8 and Valkey 9 by `generate/redis.py`. Commands of modules
(`JSON.GET`) are not judged, nor is a word that is known only when the command runs.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from steadyhand.actions.words import HOLE, Argv
from steadyhand.lint.tools.catalogue import nearest


class RedisProblem(Struct, frozen=True):
    """`subject` is the word that is wrong."""

    subject: str
    message: str
    help: str


@cache
def commands() -> dict[str, dict[str, Any]]:
    """Give all commands by name: `arity` (as COMMAND says it), `flags`, `kinds`."""
    data = Path(__file__).parent / "data/redis.json"
    content: dict[str, dict[str, Any]] = json.loads(data.read_text())
    return content


def check_redis(words: Argv, *, more: bool = False) -> tuple[RedisProblem, ...]:
    """Check a command with its arguments; `more`: others come at run time. Pure."""
    if not words:
        return ()
    name = words[0].lower()
    if re.fullmatch(r"[a-z][a-z_-]*", name) is None:
        return _quoted(words[0])
    if (entry := commands().get(name)) is None:
        return (_unknown(words[0], commands(), f"there is no command `{words[0].upper()}`"),)
    kinds = entry.get("kinds")
    if kinds and len(words) > 1 and HOLE not in words[1]:
        kind = words[1].lower()
        if kind not in kinds:
            said = f"`{name.upper()}` knows no `{words[1].upper()}`"
            return (_unknown(words[1], kinds, said),)
        return _arity(f"{name} {kind}", kinds[kind], words, more)
    return _arity(name, entry, words, more)


def _quoted(word: str) -> tuple[RedisProblem, ...]:
    first = word.split(" ")[0].lower()
    if " " not in word or first not in commands():
        return ()
    message = f"quotes make one word of `{word}`, and no command has that name"
    return (RedisProblem(word, message, f"write the words without quotes: `{word}`"),)


def _unknown(word: str, among: dict[str, Any], message: str) -> RedisProblem:
    meant = nearest(word.lower(), among, 0.75)
    help = f"did you mean `{meant.upper()}`?" if meant else "https://valkey.io/commands/ lists them"
    return RedisProblem(word, f"{message} in Redis or Valkey", help)


def _arity(name: str, entry: dict[str, Any], words: Argv, more: bool) -> tuple[RedisProblem, ...]:
    arity = entry.get("arity")
    if arity is None or any(HOLE in word for word in words):
        return ()
    own = len(name.split())
    least, given = abs(arity) - own, len(words) - own
    wrong = (given < least and not more) or (given > least and arity > 0)
    if not wrong:
        return ()
    wants = f"{'at least ' if arity < 0 else ''}{least} argument{'' if least == 1 else 's'}"
    message = f"`{name.upper()}` wants {wants} and is given {given or 'none'}"
    page = f"https://valkey.io/commands/{name.replace(' ', '-')}/"
    return (RedisProblem(words[0], message, f"see {page}"),)
