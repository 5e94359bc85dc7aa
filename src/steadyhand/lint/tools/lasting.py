"""A document in, its commands that never end by themselves out, and what would end each.

What runs in the background, behind `timeout` or into `head` is no such command.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.actions import classify, classify_argv
from steadyhand.actions.words import Argv, as_argv, shown
from steadyhand.lint.changes.calls import calls_of, program, short
from steadyhand.lint.subject import Subject
from steadyhand.model.document.runbook import Procedure, Step
from steadyhand.model.document.shell import Command

# A loop whose condition is always true, and what leaves one.
_LOOP = re.compile(
    r"\bwhile\s+(?:true|:|1|\[\[?\s+(?:1|true)\s+\]\]?|\(\(\s*1\s*\)\))\s*(?:;|\n|$)"
    r"|\buntil\s+false\b|\bfor\s*\(\(\s*;\s*;\s*\)\)"
)
_LEAVES = re.compile(r"\b(?:break|exit|return|kill|timeout)\b")


class Lasting(Struct, frozen=True):
    """A command without an end; `word` is the text that makes it so, `bound` what would end it."""

    procedure: Procedure
    step: Step
    name: str
    word: str
    bound: str
    nth: int = 0  # which one of the words like it


def lasting(subject: Subject) -> Iterator[Lasting]:
    """Give the commands of a document that never end, one for each step. Pure."""
    for procedure in subject.runbook.procedures:
        for step in procedure.steps:
            if (found := _in_step(procedure, step)) is not None:
                yield found


def asking(procedure: Procedure, step: Step, command: Command) -> Argv:
    """Find the program that needs a terminal in a command, behind `sudo` and the like. Pure.

    Of a shell that is opened somewhere, it is what opens it.
    """
    inside = (call.argv for call in calls_of(procedure, step, command))
    asks = (a for a in inside if classify_argv(a).interactive and program(a) not in _SHELLS)
    return next(asks, as_argv(command))


_SHELLS = frozenset("sh bash ash dash zsh fish".split())


def _in_step(procedure: Procedure, step: Step) -> Lasting | None:
    for at, command in enumerate(step.commands):
        if command.background or not classify(command).endless:
            continue
        if not _is_cut(step.commands[at + 1 :], command):
            runs = (call.argv for call in calls_of(procedure, step, command))
            endless = [argv for argv in runs if classify_argv(argv).endless]
            argv = (endless or [as_argv(command)])[-1]
            word = _word(argv)
            nth = list(as_argv(command)).count(word) - 1
            return Lasting(procedure, step, _named(argv), word, _bound(argv), max(nth, 0))
    statement = step.statement
    if statement is None or statement.defines or _in_background(step):
        return None
    loop = next((m for m in _LOOP.finditer(step.text) if _is_code(step.text, m.start())), None)
    if loop is not None and not _LEAVES.search(step.text):
        word = loop.group().strip(" ;\n")
        return Lasting(procedure, step, word, word, "count the rounds: `for i in {1..30}; do …`")
    return None


def _is_code(text: str, at: int) -> bool:
    """Tell whether a place stands outside of quotes."""
    before = re.sub(r"\\.", "", text[:at])
    return before.count("'") % 2 == 0 and before.count('"') % 2 == 0


def _in_background(step: Step) -> bool:
    return any(command.background for command in step.commands)


def _is_cut(following: tuple[Command, ...], command: Command) -> bool:
    """Tell whether the pipeline ends once a command behind this one has seen enough."""
    for one in following:
        if one.nested != command.nested:
            continue
        if not one.piped:
            return False
        argv = as_argv(one)
        if argv[:1] == ("head",) or (argv[:1] == ("sed",) and "q" in " ".join(argv[1:])):
            return True
        if argv[:1] == ("grep",) and any(re.match(r"-\w*[mqlL]|--max|--quiet", w) for w in argv):
            return True
        if argv[:1] == ("awk",) and "exit" in " ".join(argv):
            return True
    return False


def _named(argv: Argv) -> str:
    word = _word(argv)
    return shown((short(argv), word)) if word in _FLAGS else shown((short(argv),))


_FLAGS = ("--follow", "-f", "-w", "--watch", "-F")
_ENDS = {
    "ping": "give a count: `ping -c 4 …`",
    "vmstat": "give a count behind the interval: `vmstat 1 5`",
    "iostat": "give a count behind the interval: `iostat 1 5`",
    "mpstat": "give a count behind the interval: `mpstat 1 5`",
    "sar": "give a count behind the interval: `sar 1 5`",
    "top": "one look is `top -b -n 1`",
    "docker stats": "one look is `docker stats --no-stream`",
    "tcpdump": "give a count: `tcpdump -c 100 …`",
    "watch": "run the command inside of it once, or give it a time: `timeout 300 watch …`",
    "kafka-console-consumer.sh": "add `--max-messages 10` or `--timeout-ms 10000`",
    "kafka-console-consumer": "add `--max-messages 10` or `--timeout-ms 10000`",
    "kubectl port-forward": "put it in the background with `&`, and `kill %1` when it has served",
    "docker compose up": "add `-d`",
    "docker-compose up": "add `-d`",
    "openssl": "give it an input that ends: `</dev/null`",
}


def _bound(argv: Argv) -> str:
    name = short(argv)
    known = _ENDS.get(name) or _ENDS.get(program(argv))
    flag = _word(argv)
    if known is None and flag.startswith("-"):
        return f"leave `{flag}` out, or give it a time: `timeout 60 {name} …`"
    return known or f"give it a time: `timeout 60 {name} …`"


def _word(argv: Argv) -> str:
    """Give the word to mark: the flag that follows, or the program."""
    return next((word for word in reversed(argv[1:]) if word in _FLAGS), program(argv))
