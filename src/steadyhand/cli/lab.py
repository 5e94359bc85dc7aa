"""`steadyhand lab …`: the words of the lab's own program, passed on to it.

The lab is a program of its own, reached only over sockets; here it is started, never imported.
"""

import os
import subprocess
import sys
from pathlib import Path

import click


@click.command(
    "lab",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def lab_command(context: click.Context, words: tuple[str, ...]) -> None:
    """The lab: up, status, logs, fault, down (`lab --help`)."""
    state: Path = context.obj["state"]
    environment = {**os.environ, "STEADYHAND_LAB_STATE": str(state / "lab")}
    command = [sys.executable, "-m", "steadyhand.lab", *words]
    if not words or {"-h", "--help"} & set(words):
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        click.echo(told.stdout + told.stderr, nl=False)
        context.exit(told.returncode)
    sys.stdout.flush()
    # In the place of this process: signals and the exit code are then the lab's own.
    os.execve(sys.executable, command, environment)
