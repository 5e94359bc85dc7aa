"""`resident`: a process that has imported what commands import, and forks a child for each.

A person starts it, or a process supervisor does; nothing here starts one by itself.
"""

import contextlib
import gc
import importlib
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click

from steadyhand.app.problem import Problem
from steadyhand.cli.program import COMMANDS, run_program
from steadyhand.model.early import early
from steadyhand.resident import client, door

_DOCUMENT = "# Rehearsal\n\n## Look\n\n```bash\ndate\n```\n"
_TARGET = ("--target", "aws:rehearsal@us-east-1")
# Done once with a document that asks nothing of anybody: what they need is loaded then.
_REHEARSED = (
    ("lint", "rehearsal.md"),
    ("lint", "rehearsal.md"),  # from what is kept of it now
    ("plan", "rehearsal.md", "Look", *_TARGET),
    ("run", "rehearsal.md", "Look", *_TARGET),
    ("resume", "none"),
    ("approve", "none"),
    ("runs", "list"),
    ("incidents", "list"),
)
_WHERE_INSTALLED = (
    "cryptography.fernet",
    "jmespath",
    "psycopg",
)
_NO_WORD = "it has ended, input is not read from here, or files are open that it does not take over"
_PATIENCE = 5.0  # seconds
_KEPT = ("HOME", "PATH", "STEADYHAND_CACHE", "XDG_CACHE_HOME")


@click.group("resident")
def resident_command() -> None:
    """A process that makes commands start quickly: each is a child of it (start, status, stop)."""


@resident_command.command("start")
@click.pass_context
def start_command(context: click.Context) -> int:
    """Load what commands need, and wait for them; in the foreground, until Ctrl-C or `stop`."""
    from steadyhand.resident.become import leave
    from steadyhand.resident.serve import Resident, Taken

    folder, began = _folder(), time.monotonic()
    build, listen = context.obj["build"], context.obj["listen"]
    _forget_who_started_it()
    _warm_up(lambda: run_program(build, listen))
    try:
        resident = Resident(folder)
    except (Taken, OSError) as error:
        raise Problem(str(error), 1) from None
    took = time.monotonic() - began
    click.echo(f"resident: ready after {took:.1f} s, in {folder} (process {os.getpid()})")
    gc.collect()
    gc.freeze()  # what is shared is not touched by the children's collections
    sys.stdout.flush()
    if not resident.serve():
        return 0
    code = run_program(build, listen)
    leave(code)
    return code


@resident_command.command("status")
def status_command() -> int:
    """Say whether a command typed here would start from it. Exit code 1: it would not, and why."""
    found = door.reach(_folder())
    if found is None:
        click.echo("no resident")
        return 1
    try:
        answer, child = client.ask(found, ["steadyhand"])
    except OSError:  # it has gone meanwhile
        answer, child = b"", -1
    pid, _ = door.peer(found)
    found.close()
    if child >= 0:
        os.close(child)
        click.echo(f"resident: process {pid}; commands typed here start from it")
        return 0
    why = answer[1:].decode(errors="replace") or _NO_WORD
    click.echo(f"resident: process {pid}; commands typed here start without it: {why}")
    return 1


@resident_command.command("stop")
def stop_command() -> int:
    """Have it take no more commands; it ends with the last one that is under way."""
    found = door.reach(_folder())
    if found is None:
        raise Problem("no resident", 1)
    pid, _ = door.peer(found)
    found.close()
    os.kill(pid, signal.SIGTERM)
    click.echo(f"resident: process {pid} is told to end")
    return 0


def _folder() -> str:
    if sys.platform != "linux":
        raise Problem("the resident needs Linux")
    folder = door.folder()
    if not folder:
        raise Problem("STEADYHAND_RESIDENT=none: here is to be no resident")
    return folder


def _forget_who_started_it() -> None:
    """Keep no variable but what is read early: a command has its caller's."""
    kept = early(os.environ) | {name: os.environ[name] for name in _KEPT if name in os.environ}
    os.environ.clear()
    os.environ.update(kept)


def _warm_up(run: Callable[[], int]) -> None:
    """Import what commands import, and carry out some of them where nobody sees it."""
    for module in sorted(set(COMMANDS.values())):
        importlib.import_module(f"steadyhand.cli.{module}")
    for library in _WHERE_INSTALLED:
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    words, here = sys.argv, Path.cwd()
    with tempfile.TemporaryDirectory(prefix="steadyhand-resident-") as folder:
        # Another one each time: nothing that is kept of it may stand for what is to be imported.
        (Path(folder) / "rehearsal.md").write_text(f"{_DOCUMENT}\n<!-- {folder} -->\n")
        (Path(folder) / "steadyhand.toml").write_text("schema = 1\n")  # what checks it is imported
        os.chdir(folder)
        for one in _REHEARSED:
            sys.argv = ["steadyhand", "--state", f"{folder}/state", *one]
            with open(os.devnull, "w") as null, redirect_stdout(null), redirect_stderr(null):
                run()
        os.chdir(here)
    sys.argv = words
    _be_one_thread()


def _be_one_thread() -> None:
    """Wait for the threads of what was rehearsed: a child would be without them."""
    until = time.monotonic() + _PATIENCE
    while len(os.listdir("/proc/self/task")) > 1:
        if time.monotonic() > until:
            raise AssertionError(f"threads that do not end: {threading.enumerate()}")
        time.sleep(0.01)
