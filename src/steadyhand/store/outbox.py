"""The outbox: notices wanted, kept in the transaction that wanted them, delivered at least once.

Only `respond.notices` delivers. The id of a notice is its dedup key: the same one is kept once.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model import canonical
from steadyhand.model.incident.notice import Notice
from steadyhand.store.database import Connection, Database, inserting

_FOLDED = "in the digest "
_SENT = "id, body, delivered_at, attempts, failure"
_LOGGED = 50  # attempts of one notice that are kept one by one


def put(connection: Connection, notices: Sequence[Notice]) -> None:
    """Keep notices that are not there yet, inside the caller's transaction."""
    for notice in notices:
        there = connection.first("SELECT id FROM outbox WHERE id = :id", {"id": notice.id})
        if there is None:
            row = {"id": notice.id, "body": canonical.dumps(notice), "attempts": 0, "failure": ""}
            connection.run(inserting("outbox", tuple(row)), row)


def undelivered(database: Database, limit: int = 100) -> list[Notice]:
    """List notices that nobody has delivered yet; those of an incident in their order."""
    query = "SELECT body FROM outbox WHERE delivered_at IS NULL LIMIT :limit"
    with database.reading() as connection:
        rows = connection.all(query, {"limit": limit})
    found = [canonical.loads(Notice, body) for (body,) in rows]
    return sorted(found, key=lambda notice: (notice.incident, _place(notice.id)))


def mark(database: Database, notice: Notice, at: datetime, failure: str = "") -> None:
    """Record one attempt: delivered, or why not."""
    values = {"id": notice.id, "failure": failure, "at": _written(at)}
    change = "attempts = attempts + 1, failure = :failure"
    if not failure:
        change += ", delivered_at = :at"
    with database.writing() as connection:
        connection.run(f"UPDATE outbox SET {change} WHERE id = :id", values)
        before = connection.scalar("SELECT attempts FROM outbox WHERE id = :id", values) or 0
        if not failure or before <= _LOGGED:
            _log(connection, notice.id, at, failure)


def fold(database: Database, digest: Notice, pages: Sequence[Notice], at: datetime) -> None:
    """Put a digest in the place of pages: from now on it alone is to be delivered."""
    change = "UPDATE outbox SET delivered_at = :at, failure = :failure WHERE id = :id"
    with database.writing() as connection:
        put(connection, [digest])
        for page in pages:
            values = {"id": page.id, "at": _written(at), "failure": f"{_FOLDED}{digest.id}"}
            connection.run(change, values)
            _log(connection, page.id, at, f"{_FOLDED}{digest.id}")


def folded(database: Database, digest: str) -> list[Notice]:
    """List the pages that a digest stands for."""
    query = "SELECT body FROM outbox WHERE failure = :failure"
    with database.reading() as connection:
        rows = connection.all(query, {"failure": f"{_FOLDED}{digest}"})
    return [canonical.loads(Notice, body) for (body,) in rows]


def digest_of(database: Database, page: "Sent") -> "Sent | None":
    """Find the digest that stands for a page; None where it goes out by itself."""
    if not page.failure.startswith(_FOLDED):
        return None
    named = {"id": page.failure.removeprefix(_FOLDED)}
    with database.reading() as connection:
        row = connection.first(f"SELECT {_SENT} FROM outbox WHERE id = :id", named)
    return None if row is None else _sent(*row)


def _log(connection: Connection, notice: str, at: datetime, failure: str) -> None:
    row = {"notice": notice, "at": _written(at), "failure": failure}
    connection.run(inserting("attempts", tuple(row)), row)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def reached(database: Database, since: datetime) -> list[tuple[Notice, datetime]]:
    """List the pages and digests that were delivered since a moment, one by one."""
    query = "SELECT body, delivered_at FROM outbox WHERE delivered_at > :since AND failure = ''"
    with database.reading() as connection:
        rows = connection.all(query, {"since": _written(since)})
    found = [(canonical.loads(Notice, body), datetime.fromisoformat(at)) for body, at in rows]
    return [(notice, at) for notice, at in found if notice.kind in {"page", "digest"}]


class Attempt(Struct, frozen=True):
    at: datetime
    failure: str  # "" where it was delivered


class Sent(Struct, frozen=True):
    """A notice with what became of it so far; `failure` is of the last attempt."""

    notice: Notice
    delivered_at: datetime | None
    attempts: int
    failure: str
    log: tuple[Attempt, ...] = ()  # the first attempts, and the one that delivered it


def of(database: Database, incident: str) -> list[Sent]:
    """List every notice of an incident, in the order of its events."""
    those, named = _of("id", incident, database.kind)
    with database.reading() as connection:
        rows = connection.all(f"SELECT {_SENT} FROM outbox WHERE {those}", named)
        log = _attempts(connection, incident)
    found = [replace(_sent(*row), log=tuple(log.get(row[0], ()))) for row in rows]
    return sorted(found, key=lambda sent: _place(sent.notice.id))


def _sent(_key: str, body: str, at: str | None, count: int, failure: str) -> Sent:
    delivered = datetime.fromisoformat(at) if at else None
    return Sent(canonical.loads(Notice, body), delivered, count, failure)


def _of(column: str, incident: str, kind: str) -> tuple[str, dict[str, object]]:
    """Write what tells the notices of an incident: their ids begin with its own and a slash."""
    named: dict[str, object] = {"from": f"{incident}/", "to": f"{incident}0"}
    if kind == "sqlite":  # by its index: "0" comes after the slash
        return f"{column} > :from AND {column} < :to", named
    return f"starts_with({column}, :from)", named  # whatever the order of letters is


def _attempts(connection: Connection, incident: str) -> dict[str, list[Attempt]]:
    those, named = _of("notice", incident, connection.kind)
    query = f"SELECT notice, at, failure FROM attempts WHERE {those} ORDER BY position"
    found: dict[str, list[Attempt]] = {}
    for notice, at, failure in connection.all(query, named):
        found.setdefault(notice, []).append(Attempt(datetime.fromisoformat(at), failure))
    return found


def _place(notice: str) -> tuple[int, str]:
    number = notice.partition("/")[2].partition("/")[0]
    return (int(number) if number.isdecimal() else 0, notice)
