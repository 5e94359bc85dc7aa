"""`reviews`: what was learned from incidents, and what is done about it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from steadyhand.app.responding import learning
from steadyhand.app.responding.learning import Kept
from steadyhand.cli.program import open_control
from steadyhand.cli.running.driving import user
from steadyhand.model import canonical
from steadyhand.model.incident.review import Part

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_AS = click.option("--as", "claimed", default="", metavar="NAME", help="In whose name.")


@click.group("reviews")
def reviews_command() -> None:
    """Post-mortems: written from the journal, completed by people, tracked until all is done."""


@reviews_command.command("list")
@_JSON
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> int:
    """List reviews, oldest first. Exit code 1: an action is overdue."""
    control = open_control(context)
    learning.drive_all(control)
    late = False
    for one in learning.listed(control):
        late |= any(action.state == "overdue" for action in one.review.actions)
        click.echo(json.dumps(_plain(one)) if as_json else _line(one))
    return 1 if late else 0


@reviews_command.command("write")
@click.argument("incident")
@click.option("--branch", "on_branch", is_flag=True, help="Offer the patch as a local git branch.")
@_JSON
@click.pass_context
def write_command(context: click.Context, incident: str, on_branch: bool, as_json: bool) -> int:
    """Write the post-mortem of an INCIDENT, over or not, and the patch to its runbook."""
    control = open_control(context)
    written = learning.write(control, incident)
    name = learning.branch(control, incident) if on_branch else ""
    if as_json:
        patch = str(written.patch) if written.patch else None
        said = {"report": str(written.report), "patch": patch, "reason": written.reason}
        click.echo(json.dumps({**said, "lessons": list(written.said), "branch": name}))
        return 0
    click.echo(f"report: {written.report}")
    click.echo(f"patch: {written.patch}" if written.patch else f"no patch: {written.reason}")
    for one in written.said:
        click.echo(f"  - {one}")
    if name:
        click.echo(f"branch: {name}")
    return 0


@reviews_command.command("show")
@click.argument("incident")
@_JSON
@click.pass_context
def show_command(context: click.Context, incident: str, as_json: bool) -> int:
    """Show a review: its report, what people said, and its actions."""
    one = learning.find(open_control(context), incident)
    if as_json:
        click.echo(json.dumps(_plain(one), indent=2))
        return 0
    report = Path(one.review.opened.report)
    click.echo(report.read_text() if report.is_file() else f"{report} is not there any more")
    click.echo("\n".join(_shown(one)))
    return 0


@reviews_command.command("say")
@click.argument("incident")
@click.argument("part", type=click.Choice([part.value for part in Part]))
@click.argument("text")
@_AS
@_JSON
@click.pass_context
def say_command(
    context: click.Context, incident: str, part: str, text: str, claimed: str, as_json: bool
) -> int:
    """Say what only people can: the impact, each why, what worked, how to detect it earlier."""
    one = learning.say(open_control(context), incident, Part(part), text, _who(claimed))
    _tell(one, as_json)
    return 0


@reviews_command.command("close")
@click.argument("incident")
@_AS
@_JSON
@click.pass_context
def close_command(context: click.Context, incident: str, claimed: str, as_json: bool) -> int:
    """Close a review: everything is said, and every action is done or dropped."""
    _tell(learning.close(open_control(context), incident, _who(claimed)), as_json)
    return 0


@reviews_command.group("action")
def action_group() -> None:
    """What is to be done so that it does not come again."""


@action_group.command("add")
@click.argument("incident")
@click.argument("text")
@click.option("--owner", required=True)
@click.option("--due", default="", metavar="DAY", help="2026-12-01: the end of that day, UTC.")
@_AS
@_JSON
@click.pass_context
def add_command(
    context: click.Context,
    /,
    incident: str,
    text: str,
    owner: str,
    due: str,
    claimed: str,
    as_json: bool,
) -> int:
    """Add an action with an owner, and the day until which it is done."""
    control = open_control(context)
    one = learning.add_action(control, incident, text, owner, _who(claimed), _day(due))
    _tell(one, as_json)
    return 0


@action_group.command("done")
@click.argument("incident")
@click.argument("action", type=click.IntRange(1))
@click.option("--note", default="")
@_AS
@_JSON
@click.pass_context
def done_command(
    context: click.Context, incident: str, action: int, note: str, claimed: str, as_json: bool
) -> int:
    """Say that an action is done, by its number."""
    one = learning.finish_action(open_control(context), incident, action, _who(claimed), note)
    _tell(one, as_json)
    return 0


@action_group.command("drop")
@click.argument("incident")
@click.argument("action", type=click.IntRange(1))
@click.option("--reason", required=True)
@_AS
@_JSON
@click.pass_context
def drop_command(
    context: click.Context, incident: str, action: int, reason: str, claimed: str, as_json: bool
) -> int:
    """Say that an action is not done, and why."""
    one = learning.drop_action(open_control(context), incident, action, _who(claimed), reason)
    _tell(one, as_json)
    return 0


def _who(claimed: str) -> str:
    return f"{claimed} (as {user()} says)" if claimed else user()


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise click.UsageError(f"--due {text}: write it as 2026-12-01") from None
    return day.replace(hour=23, minute=59, second=59, tzinfo=UTC)


def _tell(one: Kept, as_json: bool) -> None:
    click.echo(json.dumps(_plain(one)) if as_json else "\n".join(_shown(one)))


def _plain(one: Kept) -> dict[str, object]:
    review = one.review
    states = [action.state for action in review.actions]
    said = {"id": one.id, "state": review.state, "missing": list(review.missing)}
    return {**said, "action_states": states, **canonical.plain(review)}


def _line(one: Kept) -> str:
    review = one.review
    left = sum(action.open for action in review.actions)
    return f"{one.id}  {review.state:<6}  {review.opened.system}  {left} actions open"


def _shown(one: Kept) -> list[str]:
    review = one.review
    lines = [f"review of {one.id}: {review.state}", f"  report: {review.opened.report}"]
    lines += [f"  patch: {review.opened.patch}"] if review.opened.patch else []
    for part, said in review.said.items():
        lines += [f"  {part.value}: {word.text} ({word.by})" for word in said]
    for number, action in enumerate(review.actions, 1):
        until = f", until {action.added.due:%Y-%m-%d}" if action.added.due else ""
        lines.append(
            f"  {number:>2} {action.state:<7}  {action.added.text} ({action.added.owner}{until})"
        )
    return lines + [f"  missing: {one}" for one in review.missing if review.closed is None]
