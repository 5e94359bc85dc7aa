"""`changes`: what was changed, who let it, how it goes back, and how it went afterwards."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import click

from steadyhand.app.runbooks import documents
from steadyhand.app.running import changes
from steadyhand.app.running.changes import Kept
from steadyhand.app.targets import resolve
from steadyhand.cli.program import open_control
from steadyhand.cli.running.driving import user
from steadyhand.model import canonical

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_AS = click.option("--as", "claimed", default="", metavar="NAME", help="In whose name.")
_UNITS = {"m": 60, "h": 3600, "d": 86400}


@click.group("changes")
def changes_command() -> None:
    """Change records: runs that change something, and deployments that were seen."""


@changes_command.command("list")
@click.option("--since", default="", metavar="1h", help="Only what was changed since: 30m, 1h, 2d.")
@_JSON
@click.pass_context
def list_command(context: click.Context, since: str, as_json: bool) -> int:
    """List changes, oldest first; with --since, what was changed lately, newest first."""
    control = open_control(context)
    changes.keep(control)
    now = control.clock.now()
    found = changes.recent(control, _ago(since, now)) if since else changes.listed(control)
    for one in found:
        click.echo(json.dumps(_plain(one)) if as_json else _line(one))
    return 0


def _ago(text: str, now: datetime) -> datetime:
    said = re.fullmatch(r"(\d+)([mhd])", text)
    if said is None:
        raise click.UsageError(f"--since {text}: write it as 30m, 1h or 2d")
    return now - timedelta(seconds=int(said[1]) * _UNITS[said[2]])


@changes_command.command("show")
@click.argument("change")
@_JSON
@click.pass_context
def show_command(context: click.Context, change: str, as_json: bool) -> int:
    """Show a change's record. CHANGE is its id, its run, or its deployment.

    Exit code 1: something that change control asks for was not given.
    """
    control = open_control(context)
    changes.keep(control)
    one = changes.find(control, change)
    click.echo(json.dumps(_plain(one), indent=2) if as_json else "\n".join(_shown(one)))
    return 1 if one.change.gaps else 0


@changes_command.command("look")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--target", default="", help="`lab`, or aws:PROFILE@REGION.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False))
@_JSON
@click.pass_context
def look_command(
    context: click.Context, file: Path, target: str, config: Path | None, as_json: bool
) -> int:
    """Look for deployments of the services in [alarms], and keep a record of each. Reads only.

    Exit code 1: a service could not be read.
    """
    control = open_control(context)
    loaded = documents.load(file, config)
    where = resolve(target or loaded.settings.target, control.lab_file)
    known = {one.id for one in changes.listed(control)}
    unread = changes.see_deployments(control, loaded, where, documents.system_of(file))
    for words in unread:
        click.echo(f"steadyhand: {words}", err=True)
    for one in changes.listed(control):
        if one.id not in known:
            click.echo(json.dumps(_plain(one)) if as_json else _line(one))
    return 1 if unread else 0


@changes_command.command("approve")
@click.argument("change")
@_AS
@_JSON
@click.pass_context
def approve_command(context: click.Context, change: str, claimed: str, as_json: bool) -> int:
    """Approve a change that was made elsewhere; that it comes afterwards is kept."""
    one = changes.approve(open_control(context), change, _who(claimed))
    _tell(one, as_json)
    return 0


@changes_command.command("tick")
@click.argument("change")
@click.argument("items", nargs=-1, required=True, type=click.IntRange(1))
@_AS
@_JSON
@click.pass_context
def tick_command(
    context: click.Context, change: str, items: tuple[int, ...], claimed: str, as_json: bool
) -> int:
    """Tick items of a change's checklist by their numbers."""
    one = changes.tick(open_control(context), change, items, _who(claimed))
    _tell(one, as_json)
    return 0


@changes_command.command("way-back")
@click.argument("change")
@click.argument("words")
@_AS
@_JSON
@click.pass_context
def way_back_command(
    context: click.Context, change: str, words: str, claimed: str, as_json: bool
) -> int:
    """Say how a change goes back."""
    one = changes.name_way_back(open_control(context), change, words, _who(claimed))
    _tell(one, as_json)
    return 0


def _who(claimed: str) -> str:
    return f"{claimed} (as {user()} says)" if claimed else user()


def _tell(one: Kept, as_json: bool) -> None:
    click.echo(json.dumps(_plain(one)) if as_json else "\n".join(_shown(one)))


# --- as text and as JSON --------------------------------------------------------------------------


def _plain(one: Kept) -> dict[str, object]:
    change = one.change
    return {
        "id": one.id,
        "state": change.state.value,
        "verdict": change.closed.verdict.value if change.closed else None,
        "gaps": list(change.gaps),
        **canonical.plain(change),
    }


def _line(one: Kept) -> str:
    change = one.change
    state = change.closed.verdict.value if change.closed else change.state.value
    gaps = f"  ({len(change.gaps)} gaps)" if change.gaps else ""
    opened = change.opened
    by = f" by {opened.by}" if opened.by else ""
    title = f"{opened.system}: {opened.title}{by}"
    return f"{change.at:%Y-%m-%d %H:%M:%S}  {state:<9}  {one.id}  {title}{gaps}"


def _shown(one: Kept) -> list[str]:
    change, opened = one.change, one.change.opened
    lines = [
        f"{opened.title}: {change.state.value}",
        f"  {opened.kind.value} {opened.source} of {opened.system} on {opened.target}",
        f"  by {opened.by or 'somebody'}; opened {_moment(opened.at)}",
        f"  way back: {change.way_back or 'none is named'}",
    ]
    lines += [f"  touches: {', '.join(opened.resources)}"] if opened.resources else []
    for approval in change.approved:
        late = ", after it had begun" if approval.afterwards else ""
        lines.append(f"  approved by {approval.by}, {_moment(approval.at)}{late}")
    ticks = {tick.item: tick for tick in change.ticked}
    for number, item in enumerate(opened.checklist):
        tick = ticks.get(number)
        mark = f"[x] {item.text}: {tick.by}, {_moment(tick.at)}" if tick else f"[ ] {item.text}"
        lines.append(f"  {number + 1:>2} {mark}")
    if change.began is not None:
        lines.append(f"  began {_moment(change.began.at)}: {change.began.what}")
    if change.ended is not None:
        ended = change.ended
        lines.append(f"  {ended.result.value} {_moment(ended.at)}: {ended.detail}")
    if change.watch is not None:
        lines.append(f"  watched until {_moment(change.watch.until)}")
    lines += [f"  trouble: {t.alarm}, incident {t.incident}" for t in change.troubles]
    if change.closed is not None:
        lines.append(f"  {change.closed.verdict.value}: {change.closed.why}")
    return lines + [f"  missing: {gap}" for gap in change.gaps]


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
