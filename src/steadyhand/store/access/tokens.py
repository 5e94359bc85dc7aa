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

from steadyhand.store.database import Database, Row, inserting

PREFIX = "sh_"
_KEPT = "id, person, scopes, created_at, expires_at, revoked_at"


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
    database: Database, person: str, scopes: Sequence[str], now: datetime, expires: datetime | None
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
    with database.writing() as connection:
        connection.run(inserting("tokens", tuple(row)), row)
    return f"{PREFIX}{made.id}_{secret}", made


def find(database: Database, text: str, now: datetime) -> Token | None:
    """Tell whose token a text is; None where it is none, or none any more."""
    id_, _, secret = text.removeprefix(PREFIX).partition("_")
    if not text.startswith(PREFIX) or not secret:
        return None
    query = f"SELECT digest, {_KEPT} FROM tokens WHERE id = :id"
    with database.reading() as connection:
        row = connection.first(query, {"id": id_})
    if row is None or not hmac.compare_digest(row[0], _digest(secret)):
        return None
    token = _token(row[1:])
    return token if token.valid(now) else None


def listed(database: Database) -> list[Token]:
    """List every token there was, oldest first."""
    with database.reading() as connection:
        rows = connection.all(f"SELECT {_KEPT} FROM tokens ORDER BY created_at, id")
    return [_token(row) for row in rows]


def revoke(database: Database, id_: str, now: datetime) -> bool:
    """Let a token be none from now on; False where there is none of that id."""
    change = "UPDATE tokens SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL"
    with database.writing() as connection:
        return connection.run(change, {"id": id_, "now": _text(now)}) == 1


def _token(row: Row) -> Token:
    id_, person, scopes, created, *others = row
    expires, revoked = (datetime.fromisoformat(text) if text else None for text in others)
    return Token(
        id_, person, tuple(scopes.split()), datetime.fromisoformat(created), expires, revoked
    )


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="surrogateescape")).hexdigest()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
