"""`serve`: one process that watches, responds, runs and delivers for several documents."""

import signal
from pathlib import Path

import click

from steadyhand.app import serve
from steadyhand.cli.program import open_control
from steadyhand.cli.story import Story


@click.command("serve")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--target", default="", help="`lab`, or aws:PROFILE@REGION, for every document.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--database", metavar="URL", default="", help="Where the journal is.")
@click.option("--for", "seconds", type=float, default=0.0, help="Stop after so long.")
@click.pass_context
def serve_command(
    context: click.Context,
    paths: tuple[Path, ...],
    target: str,
    config: Path | None,
    database: str,
    seconds: float,
) -> int:
    """Serve documents (files, folders): watch, page, assess, propose. Ends with Ctrl-C."""
    control, story = open_control(context, database), Story()
    desks, left = serve.desks(control, serve.Wanted(paths, target, config))
    service = serve.Service(control, desks, story.note, story.notice)
    for line in (*left, *service.operator.described()):
        story.note(line)
    control.engine.listeners.append(story.event)
    control.performer.output = story.output
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.end())
    service.start()
    try:
        story.note(f"serving {', '.join(desk.system for desk in desks)}")
        service.run(seconds)
        story.note("ending: what is under way is let go of, what is to be said is delivered")
    finally:
        service.close()
    return 0
