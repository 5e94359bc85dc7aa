"""`duties`: what is to be done again and again, by whom, and what is late; restore tests."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from steadyhand.app.control import Control
from steadyhand.app.oncall import duties, restore_tests
from steadyhand.app.oncall.duties import Kept
from steadyhand.app.oncall.duties_json import derived, plain, restored
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.app.running import runs
from steadyhand.app.targets import resolve
from steadyhand.cli.oncall.duty_lines import (
    derived_line,
    duty_line,
    duty_lines,
    event_line,
    restore_lines,
)
from steadyhand.cli.program import open_control
from steadyhand.cli.running.driving import drive, user
from steadyhand.cli.running.show import plan_lines
from steadyhand.model import canonical
from steadyhand.model.duty.events import DutyKind
from steadyhand.model.duty.measure import met
from steadyhand.model.duty.state import Duty
from steadyhand.plan.make import Selection

Command = Callable[..., Any]

_FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
_CONFIG = click.option("--config", type=click.Path(path_type=Path, dir_okay=False))
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_AS = click.option("--as", "claimed", default="", metavar="NAME", help="In whose name.")


@click.group("duties")
def duties_command() -> None:
    """What a document has people do again and again: due, overdue, signed."""


@duties_command.command("list")
@_FILES
@_CONFIG
@click.option("--due", "only_due", is_flag=True, help="Only what is to be done now.")
@_JSON
@click.pass_context
def list_command(
    context: click.Context,
    files: tuple[Path, ...],
    config: Path | None,
    only_due: bool,
    as_json: bool,
) -> int:
    """List the duties that are kept; of FILES, all that comes again and what became of it.

    Exit code 1: something is overdue.
    """
    control = open_control(context)
    for file in files:
        _of_file(file, config, as_json)
    now = control.clock.now()
    waiting = {one.id: one for one in duties.due(control, now)}
    everything = waiting.values() if only_due else duties.listed(control)
    for one in () if files else [waiting.get(one.id, one) for one in everything]:
        click.echo(json.dumps(plain(one)) if as_json else duty_line(one))
    late = [one for one in waiting.values() if one.duty.round and one.duty.round.overdue]
    return 1 if late and not files else 0


def _of_file(file: Path, config: Path | None, as_json: bool) -> None:
    loaded = documents.load(file, config)
    found = duties.derived(loaded)
    for one in found:
        click.echo(json.dumps(derived(one)) if as_json else derived_line(one))
    if not found and not as_json:
        click.echo(f"{file}: the document says of nothing that it comes again")
    for name in duties.misspelt(loaded):
        click.echo(f'steadyhand.toml: [duties."{name}"] fits nothing in {file}', err=True)


@duties_command.command("keep")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@_CONFIG
@_JSON
@click.pass_context
def keep_command(
    context: click.Context, files: tuple[Path, ...], config: Path | None, as_json: bool
) -> int:
    """Take up the duties of documents, and do what is due of them now. `serve` does it by itself.

    Any number of times; a timer that calls it keeps them as well.
    """
    control = open_control(context)
    for file in files:
        for one in duties.keep(control, documents.load(file, config)):
            click.echo(json.dumps(plain(one)) if as_json else duty_line(one))
    return 0


@duties_command.command("show")
@click.argument("duty")
@_JSON
@click.pass_context
def show_command(context: click.Context, duty: str, as_json: bool) -> int:
    """Show a duty: when, who, what is signed, and how it went before. DUTY is an id or a name."""
    control = open_control(context)
    key = duties.find(control, duty).id
    control.engine.drive("duty", key)  # a restore that has ended meanwhile is measured
    one = duties.find(control, key)
    past = duties.history(control, one.id)
    if as_json:
        rounds = [
            {"seq": r.seq, "at": r.at.isoformat(), "type": type(r.event).__name__}
            | canonical.plain(r.event)
            for r in past
        ]
        click.echo(json.dumps({**plain(one), "history": rounds}, indent=2))
        return 0
    click.echo("\n".join(duty_lines(one)))
    for recorded in past[-20:]:
        click.echo(f"{recorded.at:%Y-%m-%d %H:%M:%S}  {event_line(recorded.event)}")
    return 0


@duties_command.command("sign")
@click.argument("duty")
@click.argument("items", nargs=-1, type=click.IntRange(1))
@click.option("--all", "everything", is_flag=True, help="All that is left.")
@click.option("--note", default="", help="Kept with the signature.")
@_AS
@_JSON
@click.pass_context
def sign_command(
    context: click.Context,
    duty: str,
    items: tuple[int, ...],
    everything: bool,
    note: str,
    claimed: str,
    as_json: bool,
) -> int:
    """Sign items of a duty by their numbers: it is done only when every one is."""
    if bool(items) is everything:
        raise click.UsageError("give the numbers of items, or --all")
    one = duties.sign(open_control(context), duty, items, _who(claimed), note)
    _tell(one, as_json)
    return 0


@duties_command.command("report")
@click.argument("duty")
@click.option("--note", default="", help="Kept with the report.")
@click.option("--failed", is_flag=True, help="It ran, and did not work: the duty stays undone.")
@_AS
@_JSON
@click.pass_context
def report_command(
    context: click.Context, duty: str, note: str, failed: bool, claimed: str, as_json: bool
) -> int:
    """Say that a program has done its task: to be called at the end of a scheduled job.

    It is kept as a heartbeat too: with `page = true` in [duties] the one that does not come pages.
    """
    control = open_control(context)
    one = duties.report(control, duty, _who(claimed), note, failed)
    if one is None:
        click.echo("it is not due: heard, and nothing is signed", err=True)
        return 0
    _tell(one, as_json)
    return 0


@duties_command.command("skip")
@click.argument("duty")
@click.option("--reason", required=True)
@_AS
@_JSON
@click.pass_context
def skip_command(
    context: click.Context, duty: str, reason: str, claimed: str, as_json: bool
) -> int:
    """Say that a duty is not done this time, and why."""
    one = duties.skip(open_control(context), duty, _who(claimed), reason)
    _tell(one, as_json)
    return 0


def _who(claimed: str) -> str:
    return f"{claimed} (as {user()} says)" if claimed else user()


def _tell(one: Kept, as_json: bool) -> None:
    click.echo(json.dumps(plain(one)) if as_json else "\n".join(duty_lines(one)))


# --- restore tests --------------------------------------------------------------------------------


@duties_command.command("restore-test")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("procedure", required=False, default="")
@click.option("--target", default="", help="`lab`, or aws:PROFILE@REGION.")
@click.option("--fault-at", default="", metavar="TIME", help="When data is taken to be lost.")
@click.option("--set", "sets", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@click.option("--only", multiple=True, metavar="STEP", help="Only this step; repeatable.")
@click.option("--skip", "skipped", multiple=True, metavar="STEP", help="Not this step.")
@click.option("--choose", multiple=True, metavar="STEP", help="This alternative; repeatable.")
@_CONFIG
@_JSON
@click.pass_context
def restore_test_command(
    context: click.Context,
    /,
    file: Path,
    procedure: str,
    target: str,
    fault_at: str,
    sets: tuple[str, ...],
    config: Path | None,
    as_json: bool,
    **steps: tuple[str, ...],
) -> int:
    """Carry out a procedure that restores, and measure RPO and RTO against the document's targets.

    Exit code 1: not completed, or a target missed; 3: it waits for somebody (`resume RUN`, then
    `duties show` has the figures).
    """
    control = open_control(context)
    loaded = documents.load(file, config)
    kept = duties.keep(control, loaded)
    one = _restore_test(kept, procedure)
    values = dict(_pair(pair) for pair in sets)
    selection = Selection("", steps["only"], steps["skipped"], "", steps["choose"])
    wanted = runs.Wanted(procedure or one.duty.definition.procedure, selection, values)
    where = resolve(target or loaded.settings.target, control.lab_file)
    plan = runs.plan(control, loaded, wanted, where)
    if not as_json:
        click.echo("\n".join(plan_lines(plan, runs.took(control, plan))))
    by = runs.person_of(plan, user())
    run = restore_tests.begin(control, one.id, loaded, plan, where, by, _moment(fault_at))
    if not as_json:
        click.echo(f"run {run}")
    code = drive(control, run, as_json)
    duty = _measured(control, one.id, run)
    if duty.restore is None or duty.measured is None or duty.restore.run != run:
        return code
    if as_json:
        click.echo(json.dumps({"duty": one.id, **restored(duty.restore, duty.measured)}))
    else:
        click.echo("\n".join(restore_lines(duty.restore, duty.measured)))
    return 0 if met(duty.restore, duty.measured) else 1


def _measured(control: Control, key: str, run: str) -> Duty:
    """Wait until what the run has restored is available, so that the whole time is measured."""
    told = False
    while True:
        control.engine.drive("duty", key)
        duty = duties.find(control, key).duty
        if duty.restoring is None or runs.state(control, run).outcome is None:
            return duty
        if not told:
            click.echo("waiting until what was restored is available", err=True)
            told = True
        control.clock.sleep(0.5)


def _restore_test(kept: tuple[Kept, ...], procedure: str) -> Kept:
    tests = [one for one in kept if one.duty.definition.kind is DutyKind.RESTORE_TEST]
    wanted = procedure.casefold()
    fits = [one for one in tests if wanted in {"", one.duty.definition.procedure.casefold()}]
    fits = fits or (tests if len(tests) == 1 else [])
    if not tests:
        raise Problem("the document has no procedure that restores from a backup")
    if len(fits) != 1 or not (procedure or fits[0].duty.definition.procedure):
        listed = "; ".join(
            f"{one.duty.definition.name}: {one.duty.definition.procedure or 'no procedure is set'}"
            for one in tests
        )
        raise Problem(f"name the procedure; the document's restore tests are: {listed}")
    return fits[0]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--set {text}: write it as NAME=VALUE")
    return name, value


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--fault-at {text}: write it as 2026-11-22T10:00:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
