"""API tokens: made once and shown once; what is kept can tell a token, and not make one.

A token is 256 random bits, so a plain digest keeps it; its first part is its public id. Knows no
request and no route.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from msgspec import Struct
from sqlalchemy import Engine, insert, select, update

from steadyhand.store.schema import tokens, writing

PREFIX = "sh_"


class Token(Struct, frozen=True):
    """What is kept of one. `scopes` are words that the API knows; `person` is who it speaks for."""

    id: str
    person: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def create(
    engine: Engine, person: str, scopes: Sequence[str], now: datetime, expires: datetime | None
) -> tuple[str, Token]:
    """Make a token; its text is nowhere but in what this returns."""
    made = Token(secrets.token_hex(4), person, tuple(scopes), now, expires)
    secret = secrets.token_urlsafe(32)
    row = {
        "id": made.id,
        "digest": _digest(secret),
        "person": person,
        "scopes": " ".join(scopes),
        "created_at": _text(now),
        "expires_at": _text(expires) if expires else None,
        "revoked_at": None,
    }
    with writing(engine) as connection, connection.begin():
        connection.execute(insert(tokens), [row])
    return f"{PREFIX}{made.id}_{secret}", made


def find(engine: Engine, text: str, now: datetime) -> Token | None:
    """Tell whose token a text is; None where it is none, or none any more."""
    id_, _, secret = text.removeprefix(PREFIX).partition("_")
    if not text.startswith(PREFIX) or not secret:
        return None
    with engine.connect() as connection:
        row = connection.execute(select(tokens).where(tokens.c.id == id_)).first()
    if row is None or not hmac.compare_digest(row.digest, _digest(secret)):
        return None
    token = _token(row)
    return token if token.valid(now) else None


def listed(engine: Engine) -> list[Token]:
    """List every token there was, oldest first."""
    query = select(tokens).order_by(tokens.c.created_at, tokens.c.id)
    with engine.connect() as connection:
        return [_token(row) for row in connection.execute(query)]


def revoke(engine: Engine, id_: str, now: datetime) -> bool:
    """Let a token be none from now on; False where there is none of that id."""
    change = update(tokens).where(tokens.c.id == id_, tokens.c.revoked_at.is_(None))
    with writing(engine) as connection, connection.begin():
        return connection.execute(change.values(revoked_at=_text(now))).rowcount == 1


def _token(row: object) -> Token:
    def time(name: str) -> datetime | None:
        text = getattr(row, name)
        return datetime.fromisoformat(text) if text else None

    created = time("created_at")
    assert created is not None, "written by create"
    id_, person, scopes = (getattr(row, name) for name in ("id", "person", "scopes"))
    return Token(
        id_, person, tuple(scopes.split()), created, time("expires_at"), time("revoked_at")
    )


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="surrogateescape")).hexdigest()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
