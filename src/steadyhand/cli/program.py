"""The program's commands, imported only when they are called: `--help` stays quick."""

import errno
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from steadyhand.app.problem import Problem
from steadyhand.cli.screen import show_what_is_there

if TYPE_CHECKING:
    from steadyhand.app.control import Control
    from steadyhand.app.serving.service import Service

# command → module of this package; verbs act, nouns list and show
COMMANDS = {
    "compile": "runbooks.documents",
    "init": "runbooks.documents",
    "lint": "runbooks.linting",
    "rules": "runbooks.linting",
    "plan": "running.runs",
    "run": "running.runs",
    "approve": "running.runs",
    "resume": "running.runs",
    "undo": "running.runs",
    "runs": "running.runs",
    "watch": "watching.operate",
    "respond": "watching.operate",
    "serve": "serving.serve",
    "tokens": "serving.access",
    "users": "serving.access",
    "alarms": "watching.alarms",
    "incidents": "responding.incidents",
    "oncall": "oncall.schedules",
    "silences": "oncall.silences",
    "drill": "drilling.drills",
    "drills": "drilling.drills",
    "duties": "oncall.duties",
    "changes": "running.changes",
    "reviews": "responding.reviews",
    "services": "watching.services",
    "audit": "audit",
    "lab": "lab",
    "resident": "resident",
}


class _Lazy(click.Group):
    """A group that imports a command's module when the command is wanted."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"steadyhand.cli.{COMMANDS[name]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command


Build = Callable[[Path, str], "Control"]
# A service, host and port in; who serves HTTP for it, until its `close`, out.
Listen = Callable[["Service", str, int], "Listening"]


class Listening(Protocol):
    """HTTP is served at `address`."""

    @property
    def address(self) -> str: ...

    def close(self) -> None: ...


def _deaf(_service: "Service", _host: str, _port: int) -> Listening:
    raise Problem("this program was put together without its HTTP side; pass --listen none")


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="steadyhand", prog_name="steadyhand")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="STEADYHAND_STATE",
    default=Path(".steadyhand"),
    show_default=True,
    help="Where the journal, the key and the runs' directories are.",
)
@click.option(
    "--database",
    metavar="URL",
    envvar="STEADYHAND_JOURNAL",
    default="",
    help="Where the journal is: postgresql+psycopg://… ; else a file of SQLite in the state.",
)
@click.pass_context
def program(context: click.Context, state: Path, database: str) -> None:
    """Markdown runbooks, unchanged, as an operations control plane that is proven to work."""
    build: Build = context.obj["build"]
    context.obj["state"] = state
    context.obj["open"] = lambda url: _open(context, build, state, url or database)


def _open(context: click.Context, build: Build, state: Path, database: str) -> "Control":
    control = build(state, database)
    context.call_on_close(lambda: _close(control))
    return control


def _close(control: "Control") -> None:
    for trouble in control.troubles():
        said = f"steadyhand: {trouble}; steadyhand audit verify says more"
        click.echo(said, err=True)
    control.close()


def open_control(context: click.Context, database: str = "") -> "Control":
    """Open the control plane for one command; it is closed when the command ends.

    `database` is the journal's URL where this command was given one.
    """
    control: Control = context.obj["open"](database)
    return control


def run_program(build: Build, listen: Listen = _deaf) -> int:
    """Run the command line; returns the exit code. A user's mistake never shows a traceback."""
    show_what_is_there()
    try:
        code = program.main(standalone_mode=False, obj={"build": build, "listen": listen})
    except Problem as problem:
        click.echo(f"steadyhand: {problem}", err=True)
        return problem.code
    except _journal_errors() as error:
        click.echo(f"steadyhand: {error}", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("steadyhand: interrupted", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        if error.errno not in _OF_THE_MACHINE:
            raise
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"steadyhand: {where}{error.strerror}", err=True)
        return 1
    return code if isinstance(code, int) else 0


# What says that the machine has no more room, or does not let anybody write; never a mistake here.
_OF_THE_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO})


def _journal_errors() -> tuple[type[Exception], ...]:
    """Name what the journal raises; asked for only once something was raised."""
    from steadyhand.store.database import Unavailable
    from steadyhand.store.journal import Unreadable

    return Unavailable, Unreadable
