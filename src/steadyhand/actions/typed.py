"""A line typed at a program's prompt in; what it may do, and whether it may be sent, out. Pure.

SQL at psql's prompt, commands at redis-cli's, and shells are read; of other prompts nothing is
known. What starts a program past the gate on this machine may not be sent at all.
"""

import re
import shlex
from collections.abc import Callable

from msgspec import Struct

from steadyhand.actions.classify import classify_argv, classify_text
from steadyhand.actions.sql import NOT_CODE, classify_sql
from steadyhand.actions.words import Argv, destroy, read
from steadyhand.actions.wrappers import RUNNERS
from steadyhand.model.effect import Classified


class Typed(Struct, frozen=True):
    """What a line comes to. `held` is what the program still waits for the end of."""

    classified: Classified
    held: str = ""
    refused: str = ""  # why it may not be sent


Reader = Callable[[str, str], Typed]  # what is held, the line


def reader_for(argv: Argv) -> Reader | None:
    """Give what reads the lines that are typed to a program; None where nobody here can."""
    name = argv[0].rpartition("/")[2]
    if name == "psql":
        return _psql
    if name in {"redis-cli", "valkey-cli"}:
        return _redis
    runner = RUNNERS.get(name)
    runs = runner(argv) if runner is not None else None
    return _shell if runs is not None and runs.interactive else None


# psql's own commands that show something. https://www.postgresql.org/docs/current/app-psql.html
_SHOWS = re.compile(
    r"\\(d\w*|l|z|conninfo|timing|x|a|t|H|q|\?|h|p|r|sf|sv|encoding|errverbose|\.)[+S]*"
)
_ENDS = re.compile(r"\\gx?(?=\s|$)")
_OWN = re.compile(r"\\(\S*)")
_STARTS = "psql's {} may start a program, write a file or run what nobody here has read"


def _psql(held: str, line: str) -> Typed:
    text = f"{held}\n{line}" if held else line
    code = NOT_CODE.sub("''", text)
    own = [found[0] for found in _OWN.finditer(code)]
    if "\\" in code and "`" in code:
        return Typed(_unread("psql"), held, _STARTS.format("`…`"))
    for one in own:
        if not (_SHOWS.fullmatch(one) or _ENDS.fullmatch(one)):
            return Typed(_unread("psql"), held, _STARTS.format(one))
    sent = _ENDS.search(code)
    if sent is not None and code[sent.end() :].strip():
        return Typed(_unread("psql"), held, _STARTS.format("\\g with an argument"))
    if sent is None and ";" not in code:
        reset = any(one in {"\\r", "\\q"} for one in own)
        kept = "" if reset else held if own else text
        return Typed(read("it is not sent to the database yet"), kept if kept.strip() else "")
    done = sent is not None or code.rstrip().endswith(";")
    sql = text if sent is None else _ENDS.sub("", text)
    return Typed(classify_sql(sql), "" if done else text)


def _redis(_held: str, line: str) -> Typed:
    try:
        words = shlex.split(line)
    except ValueError:
        return Typed(destroy("unknown: its quotes do not end"))
    if not words or words[0].lower() in {"quit", "exit", "help", "clear"}:
        return Typed(read("redis-cli asks the server nothing"))
    if words[0].startswith((":", "-")):
        return Typed(_unread("redis-cli"))
    return Typed(classify_argv(("redis-cli", *words)))


def _shell(_held: str, line: str) -> Typed:
    return Typed(classify_text(line) if line.strip() else read("it is empty"))


def _unread(program: str) -> Classified:
    return destroy(f"unknown: nobody here knows what {program} makes of it")


def classify_typed(argv: Argv, held: str, line: str) -> Typed:
    """Say what a line may do that is typed to a program."""
    reader = reader_for(argv)
    return Typed(_unread(argv[0])) if reader is None else reader(held, line)
