"""Files that a statement appends to in, how long they were before it out; and back to that.

Bash appends by itself, past the gate, so a statement that is begun again would append twice. What a
program of the statement appended stays: it is not begun again. Only files of the run's directory.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from msgspec import Struct

from steadyhand.model.document.shell import Command, Statement
from steadyhand.model.effect import Effect
from steadyhand.model.run.state import CallState, Run
from steadyhand.world.words.scripts import body, only_starts, script_at

Sizes = tuple[tuple[str, int], ...]  # path below the run's directory, bytes; -1: not there
_NOT_THERE = -1
_FOLDERS = 1000  # at most looked through, where bash alone knows the one it changes to
_IN_TEXT = re.compile(r">>\s*[\"']?([\w./@+-]+)")  # of a script that is called


class Appending(Struct, frozen=True):
    """What a statement appends to: by bash itself, and by shells that it starts."""

    own: frozenset[str]
    started: frozenset[str]
    folders: tuple[str, ...] | None  # those that it changes to; None: bash alone knows

    @property
    def every(self) -> frozenset[str]:
        return self.own | self.started


def appending(statement: Statement, functions: Iterable[Statement], cwd: str) -> Appending:
    """Say what a statement, and those that define the functions it has, append to."""
    commands = [command for one in (statement, *functions) for command in one.commands]
    inner = list(_inner(commands))
    changes = [c.words[1].literal if len(c.words) > 1 else "" for c in commands if c.name == "cd"]
    folders = [one for one in changes if one is not None]
    return Appending(
        frozenset(_written(commands)),
        frozenset((*_written(inner), *_by_scripts(commands, cwd))),
        tuple(folders) if len(folders) == len(changes) else None,
    )


def left_behind(run: Run) -> str:
    """Name a file that bash itself has written in a run's directory; "" where there is none."""
    ended = (p.step.statement for p in run.plan.steps if p.step.id in run.exit_codes)
    return next((file for one in ended if one for file in _written(one.commands, ">")), "")


def _written(commands: Iterable[Command], operator: str = ">>") -> Iterator[str]:
    """Give the files that bash opens by `>>`, or by `>` too, as far as they are known before."""
    for command in commands:
        for redirect in command.redirects:
            if operator in redirect.operator and redirect.target is not None:
                path = redirect.target.literal
                if path and not path.startswith("/dev/"):
                    yield path


def _inner(commands: Iterable[Command]) -> Iterator[Command]:
    for command in commands:
        for one in command.inner:
            if not one.elsewhere:
                yield one
                yield from _inner((one,))


def _by_scripts(commands: Iterable[Command], cwd: str) -> Iterator[str]:
    for command in commands:
        by_shell = command.name in {"bash", "sh", "dash"}
        for word in command.argv[:2]:
            if script_at(word, cwd) or by_shell:
                with suppress(OSError):
                    yield from _IN_TEXT.findall(body(Path(cwd, word)))


def measured(appends: Appending, root: Path, cwd: str) -> Sizes:
    """Give the size of each file that may be appended to, before the statement runs."""
    found: dict[str, int] = {}
    for folder in _folders(appends, root, cwd) if appends.every else ():
        for target in appends.every:
            path = _within(root, Path(folder, target))
            if path is not None and (size := _size(root / path)) is not None:
                found[path] = size
    return tuple(sorted(found.items()))


def _folders(appends: Appending, root: Path, cwd: str) -> list[str]:
    if appends.folders is None:
        every = (folder for folder, _, _ in os.walk(root))
        return [cwd, *islice(every, _FOLDERS)]
    found = [cwd]
    for folder in appends.folders:
        found += [str(Path(one, folder)) for one in list(found)]
    return found[:_FOLDERS]


def _within(root: Path, path: Path) -> str | None:
    """Name a file below the run's directory; None where it, or what it leads to, is elsewhere."""
    try:
        real = path.resolve()
        return str(real.relative_to(root.resolve()))
    except (OSError, ValueError, RuntimeError):
        return None


def _size(path: Path) -> int | None:
    """Give a file's size; None for what is no plain file."""
    try:
        found = path.stat()
        return found.st_size if stat.S_ISREG(found.st_mode) else None
    except FileNotFoundError:
        return _NOT_THERE
    except OSError:
        return None


def put_back(
    sizes: Sizes, appends: Appending, calls: Sequence[CallState], root: Path, cwd: str
) -> str:
    """Cut what an earlier beginning of the statement has appended; why that cannot be, or "".

    Idempotent. What a program appended that is done stays; where bash itself appends to the same
    file, nobody knows whose is whose.
    """
    for path, size in sizes:
        file = root / path
        name = file.name
        ours = any(Path(target).name == name for target in appends.own)
        again = any(call.open and _names(call, name, cwd) for call in calls if _starts(call, cwd))
        kept = next((c for c in calls if _kept(c, cwd) and _names(c, name, cwd)), None)
        if kept is not None and (ours or again):
            return f"{path} is appended to by the statement and by what is done: {kept.shown}"
        if kept is None and _within(root, file) == path:
            _cut(file, size)
    return ""


def _starts(call: CallState, cwd: str) -> bool:
    return only_starts(call.argv, cwd)


def _kept(call: CallState, cwd: str) -> bool:
    """Tell whether a call changed something, or may have, and is not simply made again."""
    if call.refused or call.effect is Effect.READ:
        return False
    return not (call.open and _starts(call, cwd))


def _names(call: CallState, name: str, cwd: str) -> bool:
    """Tell whether a call's words, or the script that it runs, name a file."""
    named = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
    if any(named.search(word) for word in call.argv):
        return True
    for word in call.argv[:2]:
        try:
            if _starts(call, cwd) and named.search(body(Path(cwd, word))):
                return True
        except OSError:
            continue
    return False


def _cut(file: Path, size: int) -> None:
    now = _size(file)
    if now is None or now <= size:
        return
    if size == _NOT_THERE:
        file.unlink()
    else:
        os.truncate(file, size)
