"""`incidents ack`, `resolve`, `severity` and the like: leading incidents. Asks who sits here."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from steadyhand.app.control import Control
from steadyhand.app.responding import incident_list, incidents, incidents_json
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.app.runbooks.sources import settings_for
from steadyhand.cli.numbers import Number
from steadyhand.cli.program import open_control
from steadyhand.cli.running.driving import user

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_INCIDENT = click.argument("incident")
_REASON = click.option("--reason", required=True, help="It stands in the timeline.")
_RUNBOOK = click.option(
    "--runbook",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The document, where it is no more where it was.",
)


@click.command("ack")
@_INCIDENT
@_JSON
@click.pass_context
def ack_command(context: click.Context, incident: str, as_json: bool) -> int:
    """Take an incident up: whoever was paged is told, and is paged no more for a while."""
    control = open_control(context)
    incidents.acknowledge(control, incident, _who(control, incident), "command")
    return _said(control, incident, as_json)


@click.command("remedy")
@_INCIDENT
@click.argument("part")
@_RUNBOOK
@_JSON
@click.pass_context
def remedy_command(
    context: click.Context, incident: str, part: str, runbook: Path | None, as_json: bool
) -> int:
    """Choose a part of the procedure as the remedy: its run waits for approval."""
    control = open_control(context)
    incidents.choose_remedy(control, incident, part, _who(control, incident), runbook)
    return _said(control, incident, as_json)


@click.command("resolve")
@_INCIDENT
@_REASON
@_JSON
@click.pass_context
def resolve_command(context: click.Context, incident: str, reason: str, as_json: bool) -> int:
    """Resolve an incident on your word."""
    control = open_control(context)
    incidents.resolve_by_hand(control, incident, _who(control, incident), reason)
    return _said(control, incident, as_json)


@click.command("mitigate")
@_INCIDENT
@click.option("--how", required=True, help="What was done; it stands in the timeline.")
@_JSON
@click.pass_context
def mitigate_command(context: click.Context, incident: str, how: str, as_json: bool) -> int:
    """Say that you have done something about it: from now on it is watched whether that helps."""
    control = open_control(context)
    incidents.mitigate(control, incident, _who(control, incident), how)
    return _said(control, incident, as_json)


@click.command("reopen")
@_INCIDENT
@_REASON
@_JSON
@click.pass_context
def reopen_command(context: click.Context, incident: str, reason: str, as_json: bool) -> int:
    """Open an incident again that was resolved, or mitigated in vain."""
    control = open_control(context)
    incidents.reopen(control, incident, _who(control, incident), reason)
    return _said(control, incident, as_json)


@click.command("severity")
@_INCIDENT
@click.argument("severity")
@_REASON
@_RUNBOOK
@_JSON
@click.pass_context
def severity_command(
    context: click.Context,
    incident: str,
    severity: str,
    reason: str,
    runbook: Path | None,
    as_json: bool,
) -> int:
    """Change the severity: the document's path and clock for it hold from now on."""
    control = open_control(context)
    loaded, who = _document(control, incident, runbook), _who(control, incident)
    incidents.change_severity(control, loaded, incident, severity, who, reason)
    return _said(control, incident, as_json)


@click.command("note")
@_INCIDENT
@click.argument("text")
@click.option("--update", is_flag=True, help="News for those who wait: it may be published.")
@_JSON
@click.pass_context
def note_command(
    context: click.Context, incident: str, text: str, update: bool, as_json: bool
) -> int:
    """Write a note into the timeline."""
    control = open_control(context)
    write = incidents.post_update if update else incidents.note
    write(control, incident, _who(control, incident), text)
    return _said(control, incident, as_json)


@click.command("task")
@_INCIDENT
@click.argument("text", default="")
@click.option("--due", type=Number(0, 5_256_000), help="In so many minutes; at most ten years.")
@click.option("--done", default="", metavar="TASK", help="This one is done.")
@_JSON
@click.pass_context
def task_command(
    context: click.Context, incident: str, text: str, due: float | None, done: str, as_json: bool
) -> int:
    """Add a task, or tick one off; without either, list them."""
    control = open_control(context)
    who = _who(control, incident)
    if done:
        incidents.finish_task(control, incident, done, who)
    elif text:
        seconds = None if due is None else due * 60
        incidents.add_task(control, incident, text, who, seconds)
    if as_json:
        return _said(control, incident, as_json)
    for name, task in incident_list.find(control, incident).tasks.items():
        mark = "x" if task.done_by else "!" if task.overdue else " "
        until = f" (until {task.due:%H:%M:%S})" if task.due else ""
        click.echo(f"[{mark}] {name}  {task.text}{until}")
    return 0


@click.command("role")
@_INCIDENT
@click.argument("role")
@click.argument("person")
@_JSON
@click.pass_context
def role_command(
    context: click.Context, incident: str, role: str, person: str, as_json: bool
) -> int:
    """Give somebody a role: commander, scribe, …"""
    control = open_control(context)
    incidents.give_role(control, incident, role, person, _who(control, incident))
    return _said(control, incident, as_json)


@click.command("page")
@_INCIDENT
@click.option("--everyone", is_flag=True, required=True, help="Break the glass.")
@_REASON
@_RUNBOOK
@_JSON
@click.pass_context
def page_command(
    context: click.Context,
    incident: str,
    everyone: bool,
    reason: str,
    runbook: Path | None,
    as_json: bool,
) -> int:
    """Call everybody there is, whatever is silenced."""
    del everyone
    control = open_control(context)
    loaded, who = _document(control, incident, runbook), _who(control, incident)
    names = incidents.page_everyone(control, loaded, incident, who, reason)
    if not as_json:
        click.echo(f"told: {', '.join(names)}; delivered by `serve` or `respond`", err=True)
    return _said(control, incident, as_json)


def _document(control: Control, key: str, runbook: Path | None) -> Loaded:
    return documents.load(runbook or Path(incident_list.find(control, key).opened.runbook))


def _who(control: Control, key: str) -> str:
    """Name whoever sits here, as the settings of the incident's document name them."""
    runbook = Path(incident_list.find(control, key).opened.runbook)
    settings = documents.settings_in(settings_for(runbook) if runbook.parent.is_dir() else None)
    return settings.rules().person(user())


def _said(control: Control, key: str, as_json: bool) -> int:
    """Say how the incident stands now."""
    one = incident_list.one(control, key)
    if as_json:
        click.echo(json.dumps(incidents_json.listed(one), ensure_ascii=False))
    else:
        click.echo(f"{key}  {one.incident.state}  {one.incident.severity}".rstrip())
    return 0


COMMANDS: Mapping[str, click.Command] = {
    "ack": ack_command,
    "remedy": remedy_command,
    "resolve": resolve_command,
    "mitigate": mitigate_command,
    "reopen": reopen_command,
    "severity": severity_command,
    "note": note_command,
    "task": task_command,
    "role": role_command,
    "page": page_command,
}
