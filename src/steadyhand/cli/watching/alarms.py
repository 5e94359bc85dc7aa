"""`alarms`: what they mean, why one is as it is, whether the rules say what they should.

Exit codes of `alarms test`: 0 all is as expected, 1 something is not, 2 the file cannot be used.
"""

import json
from collections.abc import Iterator
from pathlib import Path, PurePath

import click

from steadyhand.app.runbooks import documents
from steadyhand.app.watching import alarms
from steadyhand.app.watching.alarms import Explained, Grown
from steadyhand.cli.program import open_control
from steadyhand.cli.responding.incident_lines import incident_lines
from steadyhand.model import canonical
from steadyhand.model.alarm import ActionsHeld, ActionsReleased, AlarmTurned, IncidentLinked
from steadyhand.model.events import Recorded
from steadyhand.watch.derived import Row

_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False)
)
_CONFIG = click.option("--config", type=click.Path(path_type=Path, dir_okay=False))
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group("alarms")
def alarms_command() -> None:
    """What alarms mean, why one is in its state, whether rules say what they should."""


@alarms_command.command("list")
@_FILES
@_CONFIG
@click.option("--factor", type=float, default=1.0, help="Divides durations, as a lab does.")
@click.option("--unbound", "only_unbound", is_flag=True, help="Only what is bound to nothing.")
@_JSON
def list_command(
    files: tuple[Path, ...], config: Path | None, factor: float, only_unbound: bool, as_json: bool
) -> int:
    """List all that a document wants watched or held, with its line and its binding.

    Alarms, limits, severities, escalation, schedules, recovery targets, retention. What is bound to
    nothing says why. A binding that no alarm goes by is named at the end.
    """
    for file in files:
        found, stray = alarms.derived(documents.load(file, config), factor)
        for row in found:
            if only_unbound and not row.unbound:
                continue
            click.echo(json.dumps(_row(row), ensure_ascii=False) if as_json else _line(row))
        for said in stray:
            click.echo(f"steadyhand: {file}: {said}", err=True)
    return 0


def _row(row: Row) -> dict[str, object]:
    return {
        "kind": row.kind, "name": row.name, "says": row.says, "threshold": row.threshold,
        "action": row.action, "span": canonical.plain(row.span), "bound": not row.unbound,
        "binding": row.binding, "unbound": row.unbound,
    }  # fmt: skip


def _line(row: Row) -> str:
    says = "" if row.says == row.name else f": {row.says}"
    bound = f"unbound: {row.unbound}" if row.unbound else f"= {row.binding}"
    where = f"{PurePath(row.span.path)}:{row.span.line}"
    return f"{where}: {row.kind} {row.name}{says} {bound}"


@alarms_command.command("explain")
@click.argument("name")
@_JSON
@click.pass_context
def explain_command(context: click.Context, name: str, as_json: bool) -> int:
    """Say why an alarm is in its state, and why it did or did not page anybody.

    NAME is the alarm's, or SYSTEM/ALARM where several systems have one of that name.
    """
    found = alarms.explain(open_control(context), name)
    if as_json:
        click.echo(json.dumps(_explained(found), ensure_ascii=False))
        return 0
    for line in _lines(found):
        click.echo(line)
    return 0


def _explained(found: Explained) -> dict[str, object]:
    alarm = found.alarm
    return {
        "alarm": found.key, "state": alarm.state.value, "level": alarm.level,
        "since": alarm.since.isoformat(), "reason": alarm.reason, "values": list(alarm.values),
        "flapping": alarm.flapping, "held": alarm.held, "incident": found.incident,
        "why": found.why,
        "history": [_event(one) for one in found.history],
        "told": [_event(one) for one in found.told],
        "notices": [
            {
                "id": one.notice.id, "contact": one.notice.contact, "channel": one.notice.channel,
                "delivered": one.delivered_at.isoformat() if one.delivered_at else "",
                "attempts": one.attempts, "failure": one.failure,
            }
            for one in found.sent
        ],
    }  # fmt: skip


def _event(one: Recorded) -> dict[str, object]:
    said = {"at": one.at.isoformat(), "type": type(one.event).__name__}
    return {**said, **canonical.plain(one.event)}


def _lines(found: Explained) -> Iterator[str]:
    alarm = found.alarm
    level = f" ({alarm.level})" if alarm.level else ""
    yield f"{found.key} is {alarm.state}{level} since {alarm.since:%Y-%m-%d %H:%M:%S}"
    yield f"  because {alarm.reason or 'nothing was measured'}"
    if alarm.flapping:
        yield "  it is flapping: it stays in ALARM until it is calm"
    yield f"  {found.why}"
    yield "history:"
    for one in found.history:
        yield f"  {one.at:%Y-%m-%d %H:%M:%S}  {_turn(one.event)}"
    if found.incident:
        yield f"incident {found.incident}:"
        for one in found.told:
            for line in incident_lines(one):
                yield f"  {one.at:%Y-%m-%d %H:%M:%S}  {line}"
        for sent in found.sent:
            done = f"{sent.delivered_at:%H:%M:%S}" if sent.delivered_at else "not delivered"
            failed = f": {sent.failure}" if sent.failure else ""
            tries = f", {sent.attempts} tries" if sent.attempts > 1 else ""
            who = f"{sent.notice.contact} by {sent.notice.channel}"
            yield f"  notice to {who}: {done}{tries}{failed}"


def _turn(event: object) -> str:
    match event:
        case AlarmTurned(_, state, reason, _, _, level, flapping):
            more = f" {level}" if level else ""
            return f"{state}{more}{' (flapping)' if flapping else ''}: {reason}"
        case IncidentLinked(incident):
            return f"incident {incident}"
        case ActionsHeld(by, why, _, until):
            ends = f" until {until:%H:%M:%S}" if until else ""
            return f"actions held by {by}{ends}: {why}"
        case ActionsReleased(why):
            return f"actions released: {why}"
        case _:
            return type(event).__name__


@alarms_command.command("test")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_JSON
def test_command(file: Path, as_json: bool) -> int:
    """Play a file of rule tests, offline: series in, states out."""
    tested = alarms.play_tests(file)
    if as_json:
        click.echo(json.dumps(canonical.plain(tested), ensure_ascii=False))
    else:
        for one in tested.failures:
            click.echo(
                f"{one.test}: {one.alarm} at {one.at}: expected {one.expected}, "
                f"is {one.found}: {one.reason}"
            )
        passed = tested.expectations - len(tested.failures)
        said = f"{passed} of {tested.expectations} as expected, in {tested.tests} tests"
        click.echo(f"{file}: {said}")
    return 1 if tested.failures else 0


@alarms_command.command("growth")
@_FILES
@_CONFIG
@_JSON
@click.pass_context
def growth_command(
    context: click.Context, files: tuple[Path, ...], config: Path | None, as_json: bool
) -> int:
    """Show how the values of alarms and metrics have been, how they grow, when a limit is reached.

    Where the document says for how much growth there is to be room, so does each line.
    """
    control = open_control(context)
    for file in files:
        for one in alarms.grown(control, documents.load(file, config)):
            if as_json:
                click.echo(json.dumps(canonical.plain(one), ensure_ascii=False))
            else:
                click.echo(_growth(one))
    return 0


def _growth(one: Grown) -> str:
    name = one.alarm if one.kind == "alarm" else f"{one.alarm} ({one.kind.casefold()})"
    if not one.hours:
        return f"{name}: nothing is kept yet"
    said = f"{name}: {one.low:.4g} … {one.high:.4g}, mean {one.mean:.4g} in {one.hours} h"
    if one.stated is not None:
        said += f" (stated as usual: {one.stated:g})"
    if one.times is not None and one.then is not None:
        over = one.limit is not None and one.then > one.limit
        said += f", {one.then:.4g} at {one.times:g} times that{': over the limit' if over else ''}"
    if one.growth is None:
        return f"{said}; too little to see where it goes"
    per_day = f"{one.growth.per_day:+.3g} a day"
    if one.limit is None:
        return f"{said}; {per_day}"
    if one.growth.reaches is not None:
        when = f"reaches the limit {one.limit:g} about {one.growth.reaches:%Y-%m-%d}"
    else:
        when = f"does not reach the limit {one.limit:g}"
    return f"{said}; {per_day}, {when}"
