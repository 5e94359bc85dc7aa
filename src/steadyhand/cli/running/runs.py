"""`plan`, `run`, `approve`, `resume` and `runs`: acting on one procedure, and looking at runs."""

import difflib
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.app.running import by_hand, plans, runs
from steadyhand.app.targets import resolve
from steadyhand.cli.asking import forget_typed
from steadyhand.cli.program import open_control
from steadyhand.cli.running.choosing import Answers, decided
from steadyhand.cli.running.driving import colours, drive, event_line, user
from steadyhand.cli.running.show import plan_lines, run_lines
from steadyhand.model import canonical
from steadyhand.model.run.events import Doubt
from steadyhand.model.run.plan import Plan
from steadyhand.model.settings.running import MOST_AT_ONCE
from steadyhand.plan.make import Selection

Command = Callable[..., Any]


_STEP = "by id or number; repeatable."
_ASK = "Put conditional steps to a person (default: at a terminal)."
_JSON = "Every event and output as a JSON line; asks nothing."


def _wanting(command: Command) -> Command:
    """Add the arguments by which a person says what to plan."""
    for add in (
        click.argument("procedure", required=False, default=""),
        click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False)),
        click.option("--section", default="", help="Only this part of the procedure."),
        click.option("--only", multiple=True, metavar="STEP", help=f"Only this step, {_STEP}"),
        click.option("--skip", multiple=True, metavar="STEP", help=f"Not this step, {_STEP}"),
        click.option("--from", "start", default="", metavar="STEP", help="Nothing before this."),
        click.option("--choose", multiple=True, metavar="STEP", help=f"This alternative, {_STEP}"),
        click.option("--ask/--no-ask", "ask", default=None, help=_ASK),
        click.option("--set", "sets", multiple=True, metavar="NAME=VALUE", help="A parameter."),
        click.option("--break-glass", default="", metavar="REASON", help="Against the policy."),
        click.option("--parallel", type=click.IntRange(1, MOST_AT_ONCE), help="Reads at a time."),
        click.option("--target", default="", help="`lab`, or aws:PROFILE@REGION."),
        click.option("--config", type=click.Path(path_type=Path, dir_okay=False)),
    ):
        command = add(command)
    return command


def _make(
    control: Control,
    file: Path | None,
    procedure: str,
    section: str,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    start: str,
    choose: tuple[str, ...],
    ask: bool | None,
    sets: tuple[str, ...],
    break_glass: str,
    parallel: int | None,
    target: str,
    config: Path | None,
    asks: bool = False,
) -> Plan:
    if file is None or not procedure:
        raise click.UsageError("name the document and the procedure")
    loaded = documents.load(file, config)
    values = _pairs("--set", sets)
    where = resolve(target or loaded.settings.target, control.lab_file)

    def make(said: Answers) -> Plan:
        more = (break_glass, parallel)
        wanted = runs.Wanted(procedure, said.selection, said.values, said.how, *more)
        return runs.plan(control, loaded, wanted, where)

    ask = (asks and sys.stdin.isatty()) if ask is None else ask
    selection = Selection(section, only, skip, start, choose, ask)
    return decided(make, Answers(selection, values), asks)


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"{option} {pair}: write it as NAME=VALUE")
        if not value:
            raise click.UsageError(f"{option} {pair}: the value is empty")
        if values.get(name, value) != value:
            raise click.UsageError(f"{option} {name} is given twice, with different values")
        values[name] = value
    return values


@click.command("plan")
@_wanting
@click.option("--json", "as_json", is_flag=True)
@click.option("--diff", "old", default="", help="Compare with a saved plan, a run's or a file.")
@click.pass_context
def plan_command(context: click.Context, /, as_json: bool, old: str, **wanted: Any) -> int:
    """Show exactly what a procedure would do, and save that plan. Reads the target's state;
    changes nothing.

    At a terminal it asks which of several ways is to be gone. Exit code 1 with --diff: the plans
    differ; 3: alternatives, and nobody chose.
    """
    control = open_control(context)
    before = plans.find(control, old) if old else None
    plan = _make(control, **wanted, asks=not as_json)
    plans.save(control, plan)
    if before is not None:
        return _differ(before, plan)
    took = runs.took(control, plan)
    if as_json:
        times = {step: canonical.plain(one) for step, one in took.items()}
        said = {"digest": plan.digest, **canonical.plain(plan), "took": times}
        click.echo(json.dumps(said, indent=2))
    else:
        click.echo("\n".join(plan_lines(plan, took)))
        click.echo(f"saved; `steadyhand run --plan {plan.digest[:12]}` runs exactly this")
    return 0


def _differ(before: Plan, after: Plan) -> int:
    """Print what differs between two plans, as lines; 1 where anything does."""
    old, new = plan_lines(before), plan_lines(after)
    names = (f"plan {before.digest[:12]}", f"plan {after.digest[:12]}")
    lines = list(difflib.unified_diff(old[1:], new[1:], *names, lineterm="", n=2))
    if before.digest == after.digest:
        lines = ["no difference"]
    elif not lines:
        lines = ["they read the same; the document they were made from differs"]
    click.echo("\n".join(lines))
    return int(before.digest != after.digest)


@click.command("run")
@_wanting
@click.option("--plan", "saved", default="", help="Run a plan that was saved, by its digest.")
@click.option("--json", "as_json", is_flag=True, help=_JSON)
@click.pass_context
def run_command(context: click.Context, /, saved: str, as_json: bool, **wanted: Any) -> int:
    """Run a procedure: reads by themselves, changes after approval, each exactly once.

    At a terminal it asks: which of several ways to go, to approve a step, and what to do when one
    fails (retry, with another value too, skip, leave it for later, abort). Elsewhere it ends with
    exit code 3 or 1.
    """
    control = open_control(context)
    if saved and any(wanted.values()):
        raise click.UsageError("--plan says all there is to say; leave the rest out")
    plan = plans.find(control, saved) if saved else _make(control, **wanted, asks=not as_json)
    return _begin(control, plan, as_json)


@click.command("undo")
@click.argument("run")
@click.option("--show", is_flag=True, help="Only show the plan.")
@click.option("--json", "as_json", is_flag=True, help=_JSON)
@click.pass_context
def undo_command(context: click.Context, run: str, show: bool, as_json: bool) -> int:
    """Plan the way back of what a run changed, the last change first, and run it."""
    control = open_control(context)
    from steadyhand.app.running.undo import plan_undo

    plan = plan_undo(control, run)
    if show:
        plans.save(control, plan)
        click.echo("\n".join(plan_lines(plan)))
        return 0
    return _begin(control, plan, as_json)


def _begin(control: Control, plan: Plan, as_json: bool) -> int:
    starter = runs.person_of(plan, user())
    if not as_json:
        click.echo("\n".join(plan_lines(plan, runs.took(control, plan))))
    if plan.loud:
        click.echo(click.style(plan.loud.strip(), fg="red", bold=True), err=True, color=colours())
    key = runs.start(control, plan, starter)
    if as_json:
        click.echo("\n".join(map(event_line, runs.history(control, key))))
    else:
        click.echo(f"run {key}")
    return drive(control, key, as_json)


@click.command("approve")
@click.argument("run")
@click.option("--as", "name", default="", help="Sign under this name; recorded as claimed.")
@click.option("--decline", "reason", default="", help="Say no, with a reason.")
@click.option("--yes", is_flag=True, help="Do not ask again here.")
@click.pass_context
def approve_command(context: click.Context, run: str, name: str, reason: str, yes: bool) -> int:
    """Show what a run asks, and sign it (or decline)."""
    control = open_control(context)
    question = runs.state(control, run).question
    if question is not None:
        click.echo(question.evidence)
    by = name or runs.person(control, run, user())
    if reason:
        runs.decline(control, run, by, reason, question)
        click.echo(f"declined by {by}")
        return 0
    if question is not None and not yes:
        if not sys.stdin.isatty():
            click.echo("steadyhand: no terminal to ask at; pass --yes to sign", err=True)
            return 3
        forget_typed()
        click.confirm("approve?", abort=True)
    runs.approve(control, run, by, bool(name), question)
    click.echo(f"approved by {by}")
    return 0


@click.command("resume")
@click.argument("run")
@click.option("--done", "doubt", flag_value="done", help="The call in doubt was done.")
@click.option("--not-done", "doubt", flag_value="not done", help="The call in doubt was not done.")
@click.option(
    "--value", "sets", multiple=True, metavar="NAME=VALUE", help="What a step done by hand gave."
)
@click.option("--printed", metavar="TEXT", help="With --done: what that call printed.")
@click.option("--enough", default="", metavar="REASON", help="End the watch it is at.")
@click.option("--json", "as_json", is_flag=True, help=_JSON)
@click.pass_context
def resume_command(
    context: click.Context,
    run: str,
    doubt: str | None,
    sets: tuple[str, ...],
    printed: str | None,
    enough: str,
    as_json: bool,
) -> int:
    """Go on with a run, after a crash too. What was done is not done again."""
    control = open_control(context)
    for name, value in _pairs("--value", sets).items():
        by_hand.give_value(control, run, name, value, runs.person(control, run, user()))
    if enough:
        by_hand.cut_watch(control, run, runs.person(control, run, user()), enough)
    if printed is not None and not doubt:
        raise Problem("--printed goes with --done: it is what the call in doubt printed")
    if doubt:
        by = runs.person(control, run, user())
        by_hand.settle_doubt(control, run, Doubt(doubt), by, printed)
    return drive(control, run, as_json)


@click.group("runs")
def runs_command() -> None:
    """List and show runs."""


@runs_command.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> int:
    """List every run, oldest first."""
    for key, at, run in runs.listed(open_control(context)):
        state = run.outcome.value if run.outcome else ("asks" if run.question else "open")
        waits = run.question.waits_for(run.starter) if run.question and not run.outcome else ""
        loud = run.plan.loud.strip()
        if as_json:
            said = {"id": key, "opened": at.isoformat(), "state": state, "title": run.plan.title}
            click.echo(json.dumps({**said, "starter": run.starter, "waits": waits, "loud": loud}))
        else:
            more = "".join(f"  ({words})" for words in (waits, loud) if words)
            click.echo(f"{key}  {at:%Y-%m-%d %H:%M:%S}  {state:<10}  {run.plan.title}{more}")
    return 0


@runs_command.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show_command(context: click.Context, run: str, as_json: bool) -> int:
    """Show one run: its events, commands and what they printed."""
    control = open_control(context)
    history = runs.history(control, run)
    if as_json:
        click.echo("\n".join(map(event_line, history)))
    else:
        click.echo("\n".join(run_lines(control.journal, run, history)))
    return 0


@runs_command.command("search")
@click.argument("text")
@click.option("--run", default="", help="Only in what this run printed.")
@click.option("--regex", is_flag=True, help="TEXT is a regular expression.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def search_command(context: click.Context, text: str, run: str, regex: bool, as_json: bool) -> int:
    """Find text in what runs have printed, whatever its case. Exit code 1: it is nowhere."""
    control = open_control(context)
    nowhere = True
    for one in runs.search(control, text, regex, run):
        nowhere = False
        if as_json:
            click.echo(json.dumps(canonical.plain(one)))
        else:
            where = f"call {one.number}" if one.number else "bash"
            click.echo(f"{one.run}  {one.step}  {where}  {one.stream}:{one.line}: {one.text}")
    return int(nowhere)


@runs_command.command("export")
@click.argument("run")
@click.option("--md", "form", flag_value="md", default=True, help="Markdown, the default.")
@click.option("--html", "form", flag_value="html", help="A page of its own.")
@click.option("--json", "form", flag_value="json", help="One object with every event.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def export_command(context: click.Context, run: str, form: str, output: Path | None) -> int:
    """Write the record of a run: commands, outputs, approvals, deviations, what to mend."""
    from steadyhand.app.running.proposal import proposal
    from steadyhand.cli.running import record

    control = open_control(context)
    history, state = runs.history(control, run), runs.state(control, run)
    what = (run, state, history, partial(control.journal.printed, run))
    proposed = proposal(state, control.clock.now().date())
    if form == "json":
        text = json.dumps(record.as_json(*what, proposed), indent=2, ensure_ascii=False) + "\n"
    else:
        text = record.as_markdown(*what, proposed)
        text = record.as_html(f"Run {run}", text) if form == "html" else text
    if output is None:
        click.echo(text, nl=False)
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{output}: {error.strerror}") from None
    return 0
