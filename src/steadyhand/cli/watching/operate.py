"""`watch`, `respond` and `alarms`: operating from a document, and looking at it."""

import time
from pathlib import Path

import click

from steadyhand.app.control import Control
from steadyhand.app.runbooks import documents
from steadyhand.app.serving.operate import Operator
from steadyhand.app.targets import read_lab, resolve
from steadyhand.app.watching.desk import Desk
from steadyhand.app.watching.probing import looking
from steadyhand.cli.program import open_control
from steadyhand.cli.responding.story import Story

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
TARGET = click.option("--target", default="", help="`lab`, or aws:PROFILE@REGION.")
CONFIG = click.option("--config", type=click.Path(path_type=Path, dir_okay=False))
SECONDS = click.option("--for", "seconds", type=float, default=0.0, help="Stop after so long.")


def _operator(
    control: Control, file: Path, target: str, config: Path | None, story: Story
) -> Operator:
    loaded = documents.load(file, config)
    where = resolve(target or loaded.settings.target, control.lab_file)
    hooks = read_lab(control.lab_file).webhook if where.is_lab else ""
    desk = Desk(control, loaded, where, documents.system_of(file), hooks)
    return Operator(control, [desk], story.notice)


@click.command("watch")
@FILE
@TARGET
@CONFIG
@SECONDS
@click.pass_context
def watch_command(
    context: click.Context, file: Path, target: str, config: Path | None, seconds: float
) -> int:
    """Watch a document's alarms and print each turn. Opens nothing; ends with Ctrl-C."""
    control, story = open_control(context), Story()
    operator = _operator(control, file, target, config, story)
    for line in operator.described():
        story.note(f"alarm: {line}")
    operator.check()
    until = time.monotonic() + seconds if seconds else float("inf")
    shown: dict[str, str] = {}
    with looking(operator.desks[0]):
        while time.monotonic() < until:
            for name, reading in operator.desks[0].look_once().items():
                said = reading.failed or f"{reading.state}: {reading.reason}"
                if shown.get(name) != said:
                    story.note(f"{name} {said}")
                    shown[name] = said
            control.clock.sleep(1.0)
    return 0


@click.command("respond")
@FILE
@TARGET
@CONFIG
@SECONDS
@click.pass_context
def respond_command(
    context: click.Context, file: Path, target: str, config: Path | None, seconds: float
) -> int:
    """Watch and respond: open incidents, page, assess, propose. Approve with `approve RUN`."""
    control, story = open_control(context), Story()
    operator = _operator(control, file, target, config, story)
    for line in operator.described():
        story.note(f"alarm: {line}")
    control.engine.listeners.append(story.event)
    control.performer.output = story.output
    operator.start()
    until = time.monotonic() + seconds if seconds else float("inf")
    try:
        while time.monotonic() < until:
            operator.wait(0.5)
    finally:
        operator.stop()
    return 0
