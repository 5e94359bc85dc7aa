"""Local users and their sessions: names, digests of passwords, what they may. Nothing in clear.

Passwords are kept by argon2 (RFC 9106's second recommended option, argon2-cffi's default); a
session is 256 random bits, kept as a digest. Knows no request.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from msgspec import Struct

from steadyhand.store.database import Database, Taken, inserting

LASTS = timedelta(hours=12)  # a session
_USER = "name, scopes, created_at"
_SESSION = "csrf, expires_at, name, users.scopes, users.created_at"
_BEGIN = (
    'INSERT INTO sessions (digest, "user", csrf, expires_at)'
    " VALUES (:digest, :name, :csrf, :expires_at)"
)


class User(Struct, frozen=True):
    name: str
    scopes: tuple[str, ...]
    created_at: datetime


class Session(Struct, frozen=True):
    """Somebody who has logged in; `csrf` must come with everything that changes something."""

    user: User
    csrf: str
    expires_at: datetime


def add(
    database: Database, name: str, password: str, scopes: Sequence[str], now: datetime
) -> User | None:
    """Add a user; None where the name is taken."""
    from argon2 import PasswordHasher

    user = User(name, tuple(scopes), now)
    row = {
        "name": name,
        "digest": PasswordHasher().hash(password),
        "scopes": " ".join(scopes),
        "created_at": _text(now),
    }
    try:
        with database.writing() as connection:
            connection.run(inserting("users", tuple(row)), row)
    except Taken:
        return None
    return user


def listed(database: Database) -> list[User]:
    """List every user by name."""
    with database.reading() as connection:
        return [_user(row) for row in connection.all(f"SELECT {_USER} FROM users ORDER BY name")]


def remove(database: Database, name: str) -> bool:
    """Remove a user with the sessions; False where there is none of that name."""
    named = {"name": name}
    with database.writing() as connection:
        connection.run('DELETE FROM sessions WHERE "user" = :name', named)
        return connection.run("DELETE FROM users WHERE name = :name", named) == 1


def check(database: Database, name: str, password: str) -> User | None:
    """Tell who logs in; as much work is done for a name that nobody has."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    query = f"SELECT digest, {_USER} FROM users WHERE name = :name"
    with database.reading() as connection:
        row = connection.first(query, {"name": name})
    try:
        PasswordHasher().verify(row[0] if row else _NOBODY, password)
    except (Argon2Error, InvalidHashError):
        return None
    return _user(row[1:]) if row else None


# Of a password that was thrown away, with the parameters above.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$iqDgIlabJ1hp4lciwR5kNg$"
    "506ARHCn1B1dyzKuzRu7+7cjMNN7lS09Lk0mLHAzdL0"
)


def begin(database: Database, user: User, now: datetime) -> tuple[str, Session]:
    """Begin a session; its text is nowhere but in what this returns, and in the browser."""
    text = secrets.token_urlsafe(32)
    made = Session(user, secrets.token_urlsafe(24), now + LASTS)
    row = {
        "digest": _digest(text),
        "name": user.name,
        "csrf": made.csrf,
        "expires_at": _text(made.expires_at),
    }
    with database.writing() as connection:
        connection.run("DELETE FROM sessions WHERE expires_at < :now", {"now": _text(now)})
        connection.run(_BEGIN, row)
    return text, made


def session(database: Database, text: str, now: datetime) -> Session | None:
    """Tell whose session a text is; None where it is none, or over."""
    query = (
        f'SELECT {_SESSION} FROM sessions JOIN users ON users.name = sessions."user"'
        " WHERE sessions.digest = :digest"
    )
    with database.reading() as connection:
        row = connection.first(query, {"digest": _digest(text)})
    if row is None:
        return None
    csrf, until, *user = row
    expires = datetime.fromisoformat(until)
    return Session(_user(user), csrf, expires) if now < expires else None


def end(database: Database, text: str) -> None:
    """End a session. Idempotent."""
    with database.writing() as connection:
        connection.run("DELETE FROM sessions WHERE digest = :digest", {"digest": _digest(text)})


def _user(row: Sequence[Any]) -> User:
    name, scopes, created = row
    return User(name, tuple(scopes.split()), datetime.fromisoformat(created))


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
