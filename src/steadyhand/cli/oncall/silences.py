"""`silences`: holding pages back for a while, with a reason."""

import json
from datetime import UTC, timedelta

import click

from steadyhand.app.oncall import silences
from steadyhand.app.problem import Problem
from steadyhand.app.responding import incidents_json
from steadyhand.cli.moments import moment
from steadyhand.cli.program import open_control
from steadyhand.cli.running.driving import user
from steadyhand.model.oncall.silence import Matcher, read_lasting
from steadyhand.model.oncall.walls import BadTime

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group("silences")
def silences_command() -> None:
    """Hold pages back: for which alarms, until when, why. Watching goes on."""


@silences_command.command("add")
@click.option("--system", default="", help="A pattern: `shop*`.")
@click.option("--alarm", default="", help="A pattern of alarms' names.")
@click.option("--severity", default="", help="A pattern of severities' names.")
@click.option("--for", "lasting", required=True, help="90m, 2h, 1d.")
@click.option("--from", "starts", default="", help="From then on; without it, from now on.")
@click.option("--reason", required=True)
@_JSON
@click.pass_context
def add_command(
    context: click.Context,
    system: str,
    alarm: str,
    severity: str,
    lasting: str,
    starts: str,
    reason: str,
    as_json: bool,
) -> int:
    """Add a silence; what pages already under way belong to it are held, too."""
    control = open_control(context)
    begins = moment(starts) if starts else control.clock.now()
    length = _lasting(lasting)
    try:
        ends = begins.astimezone(UTC) + length
    except OverflowError:
        raise Problem(f"--from {starts}: {lasting} from then on is no time any more") from None
    matcher = Matcher(system, alarm, severity)
    key = silences.add(control, matcher, begins, ends, reason, user())
    click.echo(json.dumps({"id": key, "ends": ends.isoformat()}) if as_json else key)
    return 0


@silences_command.command("list")
@click.option("--all", "ended", is_flag=True, help="Those that have ended, too.")
@_JSON
@click.pass_context
def list_command(context: click.Context, ended: bool, as_json: bool) -> int:
    """List silences, oldest first."""
    control = open_control(context)
    now = control.clock.now()
    for key, one in silences.listed(control, ended):
        if as_json:
            click.echo(json.dumps(incidents_json.silence(key, one, now), ensure_ascii=False))
            continue
        state = "holds" if one.holds(now) else "ended" if one.ends <= now else "to come"
        starts, until = one.starts.astimezone(UTC), one.ends.astimezone(UTC)
        ends = f"{starts:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{key}  {state}  {ends}  {one.matcher.words}  {one.by}: {one.reason}")
    return 0


@silences_command.command("expire")
@click.argument("silence")
@click.pass_context
def expire_command(context: click.Context, silence: str) -> int:
    """End a silence now: what still is in ALARM is paged about."""
    silences.expire(open_control(context), silence, user())
    return 0


def _lasting(text: str) -> timedelta:
    try:
        return read_lasting(text)
    except BadTime as error:
        raise Problem(str(error)) from None
