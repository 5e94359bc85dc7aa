"""`serve`: one process that watches, responds, runs and delivers for several documents."""

import signal
import sys
from pathlib import Path

import click

from steadyhand.app.problem import Problem
from steadyhand.app.serving.service import Service, Wanted, desks
from steadyhand.cli.aside import Aside
from steadyhand.cli.program import open_control
from steadyhand.cli.responding.story import Story

_DRAIN = 3.0  # seconds, at most, for what is still to be shown


@click.command("serve")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--target", default="", help="`lab`, or aws:PROFILE@REGION, for every document.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--database", metavar="URL", default="", help="Where the journal is.")
@click.option(
    "--listen", default="127.0.0.1:8920", show_default=True, metavar="HOST:PORT",
    help="Where the API, the status page and /metrics are; “none” for nowhere.",
)  # fmt: skip
@click.option("--for", "seconds", type=float, default=0.0, help="Stop after so long.")
@click.pass_context
def serve_command(
    context: click.Context,
    paths: tuple[Path, ...],
    target: str,
    config: Path | None,
    database: str,
    listen: str,
    seconds: float,
) -> int:
    """Serve documents (files, folders): watch, page, assess, propose. Ends with Ctrl-C."""
    shown = Aside(sys.stdout)
    try:
        _serve(context, Wanted(paths, target, config), database, listen, seconds, Story(shown))
    finally:
        shown.end(_DRAIN)
    return 0


def _serve(
    context: click.Context,
    wanted: Wanted,
    database: str,
    listen: str,
    seconds: float,
    story: Story,
) -> None:
    control = open_control(context, database)
    ready, left = desks(control, wanted)
    service = Service(control, ready, story.note, story.notice)
    for line in (*left, *service.operator.described()):
        story.note(line)
    control.engine.listeners.append(story.event)
    control.performer.output = story.output
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.end())
    service.operator.check()
    http = None if listen == "none" else context.obj["listen"](service, *_address(listen))
    try:
        service.start()  # whoever is to be paged does not wait for the API
        if http is not None:
            http.begin()
        at = f" at {http.address}" if http else ""
        story.note(f"serving {', '.join(desk.system for desk in ready)}{at}")
        service.run(seconds)
        story.note("ending: what is under way is let go of, what is to be said is delivered")
    finally:
        service.close()
        if http is not None:
            http.close()


def _address(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise Problem(f"--listen {listen}: write it as HOST:PORT, or none")
    return host.strip("[]"), int(port)
