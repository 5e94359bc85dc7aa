"""`compile` and `lint`: print the outline, the account, the findings."""

import json
from pathlib import Path

import click

from steadyhand.app import documents

FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False)
)


@click.command("compile")
@FILES
@click.option("--json", "as_json", is_flag=True, help="One JSON object; several as JSON Lines.")
def compile_command(files: tuple[Path, ...], as_json: bool) -> int:
    """Compile runbooks and print what became of every block."""
    for file in files:
        loaded = documents.load(file)
        if as_json:
            said = documents.compiled_json(loaded)
            indent = 2 if len(files) == 1 else None
            click.echo(json.dumps(said, ensure_ascii=False, indent=indent))
        else:
            click.echo(documents.compiled_text(loaded))
    return 0


@click.command("lint")
@FILES
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def lint_command(files: tuple[Path, ...], form: str) -> int:
    """Check runbooks. Exit code 0: clean; 1: something was found; 2: a file cannot be used."""
    found = False
    for file in files:
        loaded, findings = documents.check(file)
        found = found or documents.counts(findings)
        if form == "json":
            said = documents.findings_json(findings)
            indent = 2 if len(files) == 1 else None
            click.echo(json.dumps(said, ensure_ascii=False, indent=indent))
        else:
            click.echo(documents.findings_text(findings, loaded), nl=False)
    return 1 if found else 0
