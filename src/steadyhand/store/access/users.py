"""Local users and their sessions: names, digests of passwords, what they may. Nothing in clear.

Passwords are kept by argon2 (RFC 9106's second recommended option, argon2-cffi's default); a
session is 256 random bits, kept as a digest. Knows no request.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from msgspec import Struct
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from steadyhand.store.schema import sessions, users, writing

LASTS = timedelta(hours=12)  # a session


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
    engine: Engine, name: str, password: str, scopes: Sequence[str], now: datetime
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
        with writing(engine) as connection, connection.begin():
            connection.execute(insert(users), [row])
    except IntegrityError:
        return None
    return user


def listed(engine: Engine) -> list[User]:
    """List every user by name."""
    with engine.connect() as connection:
        return [_user(row) for row in connection.execute(select(users).order_by(users.c.name))]


def remove(engine: Engine, name: str) -> bool:
    """Remove a user with the sessions; False where there is none of that name."""
    with writing(engine) as connection, connection.begin():
        connection.execute(delete(sessions).where(sessions.c.user == name))
        return connection.execute(delete(users).where(users.c.name == name)).rowcount == 1


def check(engine: Engine, name: str, password: str) -> User | None:
    """Tell who logs in; as much work is done for a name that nobody has."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    with engine.connect() as connection:
        row = connection.execute(select(users).where(users.c.name == name)).first()
    try:
        PasswordHasher().verify(row.digest if row else _NOBODY, password)
    except (Argon2Error, InvalidHashError):
        return None
    return _user(row) if row else None


# Of a password that was thrown away, with the parameters above.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$iqDgIlabJ1hp4lciwR5kNg$"
    "506ARHCn1B1dyzKuzRu7+7cjMNN7lS09Lk0mLHAzdL0"
)


def begin(engine: Engine, user: User, now: datetime) -> tuple[str, Session]:
    """Begin a session; its text is nowhere but in what this returns, and in the browser."""
    text = secrets.token_urlsafe(32)
    made = Session(user, secrets.token_urlsafe(24), now + LASTS)
    row = {
        "digest": _digest(text),
        "user": user.name,
        "csrf": made.csrf,
        "expires_at": _text(made.expires_at),
    }
    with writing(engine) as connection, connection.begin():
        connection.execute(delete(sessions).where(sessions.c.expires_at < _text(now)))
        connection.execute(insert(sessions), [row])
    return text, made


def session(engine: Engine, text: str, now: datetime) -> Session | None:
    """Tell whose session a text is; None where it is none, or over."""
    query = (
        select(users, sessions.c.csrf, sessions.c.expires_at)
        .join(sessions, sessions.c.user == users.c.name)
        .where(sessions.c.digest == _digest(text))
    )
    with engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None or datetime.fromisoformat(row.expires_at) <= now:
        return None
    return Session(_user(row), row.csrf, datetime.fromisoformat(row.expires_at))


def end(engine: Engine, text: str) -> None:
    """End a session. Idempotent."""
    with writing(engine) as connection, connection.begin():
        connection.execute(delete(sessions).where(sessions.c.digest == _digest(text)))


def _user(row: object) -> User:
    name, scopes, created = (getattr(row, key) for key in ("name", "scopes", "created_at"))
    return User(name, tuple(scopes.split()), datetime.fromisoformat(created))


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
