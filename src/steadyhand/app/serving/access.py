"""Who may ask the API: tokens and users, made, listed and taken back."""

from collections.abc import Sequence
from datetime import timedelta

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.store.access import tokens, users
from steadyhand.store.access.tokens import Token
from steadyhand.store.access.users import User

SCOPES = ("read", "respond", "approve", "admin")
_SHORTEST = 12  # characters of a password; NIST SP 800-63B asks for 8 at least


def create_token(
    control: Control, person: str, scopes: Sequence[str], days: float, heartbeat: str = ""
) -> tuple[str, Token]:
    """Make a token and give its text, this once. `days` 0 never ends. Raises Problem."""
    if heartbeat:
        scopes = (f"beat:{heartbeat}",)
        if " " in heartbeat or len(heartbeat) > 100:
            raise Problem("a heartbeat's name has no blanks and at most 100 characters")
    if not person.strip() or len(person) > 128:
        raise Problem("name the person that the token speaks for: --person NAME")
    now = control.clock.now()
    expires = now + timedelta(days=days) if days else None
    return tokens.create(control.journal.database, person, scopes, now, expires)


def list_tokens(control: Control) -> list[Token]:
    return tokens.listed(control.journal.database)


def revoke_token(control: Control, id_: str) -> None:
    """Take a token back. Raises Problem where there is none of that id."""
    if not tokens.revoke(control.journal.database, id_, control.clock.now()):
        raise Problem(f"there is no token {id_} that holds; `steadyhand tokens list` shows them")


def add_user(control: Control, name: str, password: str, scopes: Sequence[str]) -> User:
    """Add a user. Raises Problem for a name that is taken, or a short password."""
    if not name.strip() or len(name) > 128:
        raise Problem("a user's name has 1 to 128 characters")
    if len(password) < _SHORTEST:
        raise Problem(f"the password has fewer than {_SHORTEST} characters")
    try:
        user = users.add(control.journal.database, name, password, scopes, control.clock.now())
    except ImportError:
        raise Problem("users need argon2-cffi: pip install 'steadyhand[serve]'") from None
    if user is None:
        raise Problem(f"there is a user {name} already; remove it first")
    return user


def list_users(control: Control) -> list[User]:
    return users.listed(control.journal.database)


def remove_user(control: Control, name: str) -> None:
    """Remove a user and end the sessions. Raises Problem where there is none."""
    if not users.remove(control.journal.database, name):
        raise Problem(f"there is no user {name}")
