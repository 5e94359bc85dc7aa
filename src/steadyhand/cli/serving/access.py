"""`tokens` and `users`: who may ask the API of `serve`."""

import json
import sys
from typing import Any

import click

from steadyhand.app.serving import access
from steadyhand.cli.numbers import Number
from steadyhand.cli.program import open_control

_SCOPES = click.option(
    "--scope", "scopes", multiple=True, default=("read",), type=click.Choice(access.SCOPES),
    show_default=True, help="What it may; repeatable.",
)  # fmt: skip
_JSON = click.option("--json", "as_json", is_flag=True)


@click.group("tokens")
def tokens_command() -> None:
    """Make, list and revoke tokens of the API."""


@tokens_command.command("create")
@click.option("--person", required=True, help="Who it speaks for, as approvals show it.")
@_SCOPES
@click.option("--heartbeat", default="", metavar="NAME", help="Only to report this heartbeat.")
@click.option("--days", type=Number(0, 36_500), default=90.0, show_default=True, help="0: ever.")
@_JSON
@click.pass_context
def create_command(
    context: click.Context,
    person: str,
    scopes: tuple[str, ...],
    heartbeat: str,
    days: float,
    as_json: bool,
) -> int:
    """Make a token and print it, this once: only its digest is kept."""
    control = open_control(context)
    text, token = access.create_token(control, person, scopes, days, heartbeat)
    if as_json:
        click.echo(json.dumps({"token": text, **_token(token)}))
    else:
        ends = f"until {token.expires_at:%Y-%m-%d %H:%M} UTC" if token.expires_at else "for ever"
        click.echo(f"{token.id}: {person} may {', '.join(token.scopes)} {ends}", err=True)
        click.echo(text)
    return 0


@tokens_command.command("list")
@_JSON
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> int:
    """List every token there was, never its text."""
    control = open_control(context)
    now = control.clock.now()
    for token in access.list_tokens(control):
        if as_json:
            click.echo(json.dumps({**_token(token), "valid": token.valid(now)}))
        else:
            state = "revoked" if token.revoked_at else "holds" if token.valid(now) else "expired"
            ends = f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "never"
            click.echo(
                f"{token.id}  {state:<8} ends {ends:<10}  {token.person}: {' '.join(token.scopes)}"
            )
    return 0


@tokens_command.command("revoke")
@click.argument("token")
@click.pass_context
def revoke_command(context: click.Context, token: str) -> int:
    """Take a token back, by its id: from the next request on it is none."""
    access.revoke_token(open_control(context), token)
    click.echo(f"{token} is revoked")
    return 0


@click.group("users")
def users_command() -> None:
    """Add, list and remove local users of the API."""


@users_command.command("add")
@click.argument("name")
@_SCOPES
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_context
def add_command(
    context: click.Context, name: str, scopes: tuple[str, ...], password_stdin: bool
) -> int:
    """Add a user; the password is asked for, and only its argon2 digest is kept."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    elif sys.stdin.isatty():
        password = click.prompt("password", hide_input=True, confirmation_prompt=True)
    else:
        raise click.UsageError("no terminal to ask at; pass --password-stdin")
    access.add_user(open_control(context), name, password, scopes)
    click.echo(f"{name} may {', '.join(scopes)}")
    return 0


@users_command.command("list")
@_JSON
@click.pass_context
def users_list_command(context: click.Context, as_json: bool) -> int:
    """List users and what they may."""
    for user in access.list_users(open_control(context)):
        if as_json:
            said = {"name": user.name, "scopes": user.scopes, "created": user.created_at}
            click.echo(json.dumps(said, default=str))
        else:
            click.echo(f"{user.name}: {' '.join(user.scopes)}")
    return 0


@users_command.command("remove")
@click.argument("name")
@click.pass_context
def remove_command(context: click.Context, name: str) -> int:
    """Remove a user, and end the sessions there are."""
    access.remove_user(open_control(context), name)
    click.echo(f"{name} is removed")
    return 0


def _token(token: Any) -> dict[str, object]:
    return {
        "id": token.id,
        "person": token.person,
        "scopes": list(token.scopes),
        "created": token.created_at.isoformat(),
        "expires": token.expires_at.isoformat() if token.expires_at else None,
        "revoked": token.revoked_at.isoformat() if token.revoked_at else None,
    }
