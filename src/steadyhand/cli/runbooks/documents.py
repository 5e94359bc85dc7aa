"""`compile` and `init`: print the outline, the account, a draft of the settings."""

import json
import sys
from pathlib import Path

import click

from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.app.runbooks.sources import SETTINGS, read_all

PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command("compile")
@PATHS
@click.option("--json", "as_json", is_flag=True, help="One JSON object; several as JSON Lines.")
def compile_command(paths: tuple[Path, ...], as_json: bool) -> int:
    """Compile runbooks and print what became of every block.

    A folder stands for every document in it, `-` for standard input.
    """
    everything, code = _everything(paths)
    for loaded in everything:
        if as_json:
            said = documents.compiled_json(loaded)
            indent = 2 if len(everything) == 1 else None
            click.echo(json.dumps(said, ensure_ascii=False, indent=indent))
        else:
            click.echo(documents.compiled_text(loaded))
    return code


@click.command("init")
@PATHS
@click.option("--write", is_flag=True, help=f"Write ./{SETTINGS} instead of printing it.")
def init_command(paths: tuple[Path, ...], write: bool) -> int:
    """Draft a steadyhand.toml from what runbooks say and name.

    What they do not say is a commented line with the reason. An existing file is never overwritten.
    """
    everything, code = _everything(paths)
    text = documents.drafted(everything)
    if not write:
        click.echo(text, nl=False)
        return code
    try:
        with open(SETTINGS, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Problem(f"{SETTINGS} is there already; move it away, or compare by hand") from None
    except OSError as error:
        raise Problem(f"{SETTINGS}: {error.strerror}") from None
    click.echo(f"wrote {SETTINGS}")
    return code


def _everything(paths: tuple[Path, ...]) -> tuple[list[Loaded], int]:
    """Load all documents; the code is 2 where one of them could not be used."""
    stdin = sys.stdin.buffer.read() if Path("-") in paths else b""
    read, problems = read_all(paths, None, stdin)
    everything: list[Loaded] = []
    for one in read:
        try:
            everything.append(documents.loaded(one))
        except Problem as unusable:
            problems.append(unusable)
    for problem in problems:
        click.echo(f"steadyhand: {problem}", err=True)
    return everything, 2 if problems else 0
