"""`oncall`: who is on call, when nobody is, overrides, and calendars in and out."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from steadyhand.app.control import Control
from steadyhand.app.oncall import schedules
from steadyhand.app.problem import Problem
from steadyhand.app.responding import incidents_json
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.sources import STDIN, settings_for
from steadyhand.cli.moments import moment
from steadyhand.cli.numbers import Number
from steadyhand.cli.program import open_control
from steadyhand.cli.running.driving import user
from steadyhand.model.oncall.calendar import LARGEST
from steadyhand.model.oncall.rotation import Shift
from steadyhand.model.oncall.schedule import Schedule
from steadyhand.model.settings.whole import Settings

_CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The steadyhand.toml; without it, the one here or above.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_DAYS = click.option("--days", type=Number(0, 800, min_open=True), default=14.0)
_SCHEDULE = click.argument("schedule")


@click.group("oncall")
def oncall_command() -> None:
    """Who is on call, by the schedules of steadyhand.toml."""


@oncall_command.command("show")
@click.argument("schedule", default="")
@_CONFIG
@_DAYS
@_JSON
@click.pass_context
def show_command(
    context: click.Context, schedule: str, config: Path | None, days: float, as_json: bool
) -> int:
    """Show the shifts to come, of one schedule or of all."""
    control, settings = open_control(context), _settings(config)
    now = control.clock.now()
    for name in [schedule] if schedule else schedules.names(settings):
        made = _whole(control, settings, name)
        for shift in made.shifts(now, now + timedelta(days=days)):
            if as_json:
                click.echo(json.dumps(incidents_json.shift(name, shift), ensure_ascii=False))
            else:
                ends = f"{_local(shift.starts)} – {_local(shift.ends)}"
                click.echo(f"{name}  {ends}  {shift.person}  ({shift.why})")
    return 0


@oncall_command.command("who")
@click.argument("schedule", default="")
@click.option("--at", default="", help="Then: 2026-12-24T20:00+01:00; without a zone, UTC.")
@_CONFIG
@_JSON
@click.pass_context
def who_command(
    context: click.Context, schedule: str, at: str, config: Path | None, as_json: bool
) -> int:
    """Say who is on call now, or then. Exit code 1 where nobody is."""
    control, settings = open_control(context), _settings(config)
    when = moment(at) if at else control.clock.now()
    if not 1900 <= when.year < 2200:
        raise Problem(f"--at {at}: a time from 1900 to 2199")
    nobody = False
    for name in [schedule] if schedule else schedules.names(settings):
        shift = _whole(control, settings, name).on_call(when)
        nobody = nobody or shift is None
        if as_json:
            none = {"schedule": name, "person": ""}
            said = incidents_json.shift(name, shift) if shift else none
            click.echo(json.dumps(said, ensure_ascii=False))
        else:
            click.echo(f"{name}  {f'{shift.person}  ({shift.why})' if shift else 'nobody'}")
    return int(nobody)


@oncall_command.command("gaps")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@_CONFIG
@_DAYS
@_JSON
@click.pass_context
def gaps_command(
    context: click.Context, file: Path | None, config: Path | None, days: float, as_json: bool
) -> int:
    """Report when nobody who is reached is on call; of a FILE, contacts that reach nobody, too.

    Exit code 1 where there is such a thing.
    """
    control = open_control(context)
    loaded = documents.load(file, config) if file else None
    settings = loaded.settings if loaded else _settings(config)
    found = schedules.gaps(control, settings, control.clock.now(), days)
    for gap in found:
        if as_json:
            click.echo(json.dumps(incidents_json.gap(gap)))
        else:
            said = f"nobody: {gap.why}" if gap.why else "nobody"
            click.echo(f"{gap.schedule}  {_local(gap.starts)} – {_local(gap.ends)}  {said}")
    lost = schedules.lost(settings, schedules.contacts_of(loaded)) if loaded else []
    for contact, why in lost:
        if as_json:
            click.echo(json.dumps({"contact": contact, "unreached": why}, ensure_ascii=False))
        else:
            click.echo(f"{contact}: nobody is told: {why}")
    return int(bool(found or lost))


@oncall_command.command("override")
@_SCHEDULE
@click.argument("person", default="")
@click.option("--from", "starts", default="", help="From then on; without it, from now on.")
@click.option("--until", default="", help="Until then.")
@click.option("--reason", default="")
@click.option("--drop", default="", metavar="ID", help="Take this override back.")
@_CONFIG
@click.pass_context
def override_command(
    context: click.Context,
    schedule: str,
    person: str,
    starts: str,
    until: str,
    reason: str,
    drop: str,
    config: Path | None,
) -> int:
    """Put PERSON on call instead of whoever it would be, for a time."""
    control, settings = open_control(context), _settings(config)
    who = settings.rules().person(user())
    if drop:
        schedules.drop_override(control, settings, schedule, drop, who)
        return 0
    if not (person and until):
        raise Problem("an override needs a PERSON and --until")
    begins = moment(starts) if starts else control.clock.now()
    shift = Shift(person, begins, moment(until), reason)
    click.echo(schedules.override(control, settings, schedule, shift, who))
    return 0


@oncall_command.command("import")
@_SCHEDULE
@click.argument("calendar", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@_CONFIG
@click.pass_context
def import_command(
    context: click.Context, schedule: str, calendar: Path, config: Path | None
) -> int:
    """Take the shifts of an iCalendar file (`-`: standard input); they lie over the rotations."""
    control, settings = open_control(context), _settings(config)
    try:
        with click.open_file(str(calendar), encoding="utf-8-sig") as file:
            text = file.read(LARGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{calendar}: {error}") from None
    source = "standard input" if calendar == STDIN else str(calendar)
    who = settings.rules().person(user())
    for name in schedules.import_calendar(control, settings, schedule, text, source, who):
        said = f"{name!r} is nobody of [people]: set `also` of whoever that is"
        click.echo(f"steadyhand: {said}", err=True)
    return 0


@oncall_command.command("feed")
@_SCHEDULE
@_CONFIG
@click.option("--days", type=Number(0, 800, min_open=True), default=90.0)
@click.pass_context
def feed_command(context: click.Context, schedule: str, config: Path | None, days: float) -> int:
    """Print a schedule as iCalendar."""
    control = open_control(context)
    click.echo(schedules.feed_of(control, _settings(config), schedule, days), nl=False)
    return 0


def _settings(config: Path | None) -> Settings:
    file = config or settings_for(STDIN)
    settings = documents.settings_in(file)
    if not settings.schedules:
        where = file or "there is no steadyhand.toml here or above"
        raise Problem(f"{where}: no [schedules]; docs/respond.md has one to copy from")
    return settings


def _whole(control: Control, settings: Settings, name: str) -> Schedule:
    """Put a schedule together, and say where that cannot be done."""
    made = schedules.schedule(control, settings, name)
    if made.broken:
        said = f"nobody is on call by {name} but by overrides: {made.broken}"
        click.echo(f"steadyhand: {said}; import one that is right", err=True)
    return made


def _local(at: datetime) -> str:
    return f"{at.astimezone(UTC):%a %Y-%m-%d %H:%M}Z"
