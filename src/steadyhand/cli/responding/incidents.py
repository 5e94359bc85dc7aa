"""`incidents`: looking at incidents. What leads them (leading.py) is imported when it is wanted."""

import json
import sys

import click

from steadyhand.app.responding import incident_list, incidents_json
from steadyhand.cli.program import open_control
from steadyhand.cli.responding.incident_lines import incident_lines, kept_line
from steadyhand.model.canonical import plain

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_INCIDENT = click.argument("incident")
_LEADING = (
    "ack", "remedy", "resolve", "mitigate", "reopen", "severity", "note", "task", "role", "page",
)  # fmt: skip


class _Incidents(click.Group):
    """A group that imports the commands that lead an incident when one of them is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_LEADING]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _LEADING:
            return super().get_command(ctx, name)
        from steadyhand.cli.responding.leading import COMMANDS

        return COMMANDS[name]


@click.group("incidents", cls=_Incidents)
def incidents_command() -> None:
    """List, show and lead incidents."""


@incidents_command.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only those that are not resolved.")
@click.option("--last", type=click.IntRange(0), default=0, help="Only so many, the newest.")
@_JSON
@click.pass_context
def list_command(context: click.Context, open_only: bool, last: int, as_json: bool) -> int:
    """List incidents, oldest first."""
    control = open_control(context)
    for one in incident_list.listed(control, open_only, last):
        incident = one.incident
        if as_json:
            click.echo(json.dumps(incidents_json.listed(one), ensure_ascii=False))
            continue
        severity = incident.severity or "-"
        more = " (held)" if incident.paging.held else ""
        joined = f" and {len(incident.alarms) - 1} more" if len(incident.alarms) > 1 else ""
        click.echo(
            f"{one.key}  {one.opened:%Y-%m-%d %H:%M:%S}  {incident.state:<12}  {severity:<4}  "
            f"{incident.alarm}{joined}{more}"
        )
    return 0


@incidents_command.command("show")
@_INCIDENT
@_JSON
@click.pass_context
def show_command(context: click.Context, incident: str, as_json: bool) -> int:
    """Show one incident: its timeline."""
    control = open_control(context)
    for recorded in incident_list.timeline(control, incident):
        if as_json:
            click.echo(json.dumps(incidents_json.event(recorded), ensure_ascii=False))
        else:
            for line in incident_lines(recorded):
                click.echo(f"{recorded.at:%H:%M:%S}  {line}")
    return 0


@incidents_command.command("notices")
@_INCIDENT
@_JSON
@click.pass_context
def notices_command(context: click.Context, incident: str, as_json: bool) -> int:
    """Show every notice of an incident, and each attempt to deliver it."""
    control = open_control(context)
    for sent in incident_list.notices(control, incident):
        if as_json:
            click.echo(json.dumps(incidents_json.notice(sent), ensure_ascii=False))
            continue
        one = sent.notice
        came = f"delivered {sent.delivered_at:%H:%M:%S}" if sent.delivered_at else "not delivered"
        failed = f": {sent.failure}" if sent.failure else ""
        click.echo(
            f"{one.level}  {one.person or one.contact} by {one.channel}  {one.kind}  {came}, "
            f"{sent.attempts} attempts{failed}"
        )
        for attempt in sent.log:
            click.echo(f"    {attempt.at:%H:%M:%S}  {attempt.failure or 'delivered'}")
    return 0


@incidents_command.command("evidence")
@_INCIDENT
@click.argument("number", type=int, required=False)
@_JSON
@click.pass_context
def evidence_command(
    context: click.Context, incident: str, number: int | None, as_json: bool
) -> int:
    """List the evidence that a security alert kept, or print one piece of it by its number."""
    control = open_control(context)
    if number is not None:
        sys.stdout.buffer.write(incident_list.evidence(control, incident, number))
        return 0
    found = incident_list.find(control, incident).evidence
    for position, one in enumerate(found.items if found is not None else (), 1):
        if as_json:
            said = {"number": position, **plain(one)}
            click.echo(json.dumps(said, ensure_ascii=False))
        else:
            click.echo(f"{position}  {kept_line(one)}")
            click.echo(f"    {one.command}")
    return 0
