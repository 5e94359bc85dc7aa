"""`audit`: whether the journal is what was written, and the journal for an auditor."""

import json
import os
import pwd
from pathlib import Path

import click

from steadyhand.app import audit
from steadyhand.cli.program import open_control
from steadyhand.model.canonical import plain
from steadyhand.store.audit.verify import Fault, Verdict

_SHOWN = 20  # faults; after the first, the rest often follow from it


@click.group("audit")
def audit_command() -> None:
    """Verify that the journal is what was written; export it."""


@audit_command.command("verify")
@click.option(
    "--head",
    "copies",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A copy of a head kept elsewhere, to compare with as well; repeatable.",
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def verify_command(context: click.Context, copies: tuple[Path, ...], as_json: bool) -> int:
    """Compute every link again, and compare the heads. Names the first bad entry; exits with 1."""
    control = open_control(context)
    verdict = audit.verify(control, copies)
    if as_json:
        click.echo(json.dumps(plain(verdict)))
        return 1 if verdict.faults else 0
    for fault in verdict.faults[:_SHOWN]:
        click.echo(f"BAD  {_line(fault)}")
    if len(verdict.faults) > _SHOWN:
        click.echo(f"BAD  and {len(verdict.faults) - _SHOWN} more")
    for note in verdict.notes:
        click.echo(f"note: {note}")
    for renewal in () if verdict.faults else audit.renewals(control):
        click.echo(f"note: the heads were written anew {renewal}")
    click.echo(_counts(verdict))
    return 1 if verdict.faults else 0


def _line(fault: Fault) -> str:
    number = "" if fault.number is None else f"entry {fault.number}"
    where = ", ".join(part for part in (number, fault.entry) if part)
    return f"{where}: {fault.what}" if where else fault.what


def _counts(verdict: Verdict) -> str:
    heads = "1 head" if verdict.heads == 1 else f"{verdict.heads} heads"
    said = f"{verdict.chained} events in the chain, {heads} on it"
    if verdict.before:
        said += f"; {verdict.before} events before it (unchained: written by an older version)"
    return f"{len(verdict.faults)} faults: {said}" if verdict.faults else f"intact: {said}"


@audit_command.command("export")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Not the screen.")
@click.pass_context
def export_command(context: click.Context, output: Path | None) -> int:
    """Print the journal as JSON Lines, one event a line with its link (see docs/audit.md)."""
    control = open_control(context)
    try:
        with click.open_file(str(output or "-"), "w", encoding="utf-8") as file:
            for line in audit.lines(control):
                file.write(line + "\n")
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise click.UsageError(f"{output}: {error.strerror}") from None
    return 0


@audit_command.command("renew-heads")
@click.option("--reason", required=True, help="Why: a restored backup, a new disk, a second host.")
@click.pass_context
def renew_command(context: click.Context, reason: str) -> int:
    """Write the heads anew, and say so in the journal. What was there is kept beside them.

    For a person who knows why a head is missing or ahead. Faults of the journal itself stay.
    """
    control = open_control(context)
    audit.renew_heads(control, pwd.getpwuid(os.getuid()).pw_name, reason)
    if control.troubles():
        return 1  # they are told when the command ends
    click.echo("the heads are written; `steadyhand audit verify` says how it stands")
    return 0
