"""`drill` and `drills`: break something real in the lab and tell the story as it happens."""

import json
import sys
from pathlib import Path

import click

from steadyhand.app.control import Control
from steadyhand.app.drilling.stage import Answer, Stage
from steadyhand.cli.program import open_control
from steadyhand.cli.responding.story import Story
from steadyhand.model.drill import Drill, Verdict


@click.command("drill")
@click.argument("system")
@click.argument("scenario")
@click.option("--runbook", type=click.Path(path_type=Path, dir_okay=False), help="Another one.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--factor", type=float, default=12.0, show_default=True, help="Divides durations.")
@click.option("--approve-as", default="", metavar="NAME", help="Approve everything as NAME.")
@click.option("--decline-as", default="", metavar="NAME", help="Decline everything as NAME.")
@click.option("--ask", is_flag=True, help="Ask here, at the terminal.")
@click.option("--lab-option", multiple=True, help="Passed to the lab's `up`; repeatable.")
@click.pass_context
def drill_command(
    context: click.Context,
    system: str,
    scenario: str,
    runbook: Path | None,
    config: Path | None,
    factor: float,
    approve_as: str,
    decline_as: str,
    ask: bool,
    lab_option: tuple[str, ...],
) -> int:
    """Drill SCENARIO on SYSTEM: steady → fault → detected → paged → mended → steady again."""
    if ask and not sys.stdin.isatty():
        raise click.UsageError("--ask needs a terminal; without one, pass --approve-as NAME")
    control = open_control(context)
    story = Story()
    stage = Stage.set_up(control, system, factor, lab_option, runbook, config, story)
    try:
        answer = _answer(story, approve_as, decline_as, ask)
        verdict = stage.perform(scenario, answer)
    finally:
        stage.close()
    story.last_line(stage.last_incident(), verdict)
    return 0 if verdict.verdict is Verdict.PASSED else 1


def _answer(story: Story, approve_as: str, decline_as: str, ask: bool) -> Answer:
    """Decide how questions are answered here: by a name given, by a person, or not at all."""
    if approve_as:
        story.note(f"every question is approved as “{approve_as}” (--approve-as)")
        return lambda _evidence: (True, approve_as, "")
    if decline_as:
        story.note(f"every question is declined as “{decline_as}” (--decline-as)")
        return lambda _evidence: (False, decline_as, "declined by --decline-as")
    if ask:
        return story.ask
    return lambda _evidence: None


@click.group("drills")
def drills_command() -> None:
    """List drills."""


@drills_command.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> int:
    """List every drill, oldest first, with its verdict."""
    control: Control = open_control(context)
    for key, at in control.journal.keys("drill"):
        drill: Drill = control.engine.turn("drill", key).state
        verdict = drill.verdict.value if drill.verdict else "open"
        if as_json:
            said = {
                "id": key,
                "opened": at.isoformat(),
                "system": drill.opened.system,
                "scenario": drill.opened.scenario,
                "verdict": verdict,
                "reason": drill.reason,
                "incident": drill.incident,
                "seconds": drill.came.seconds if drill.came else None,
            }
            click.echo(json.dumps(said))
        else:
            name = f"{drill.opened.system} {drill.opened.scenario}"
            click.echo(f"{key}  {at:%Y-%m-%d %H:%M:%S}  {verdict:<10}  {name}: {drill.reason}")
    return 0
