"""The outbox: notices wanted, kept in the transaction that wanted them, delivered at least once.

Only `respond.notices` delivers. The id of a notice is its dedup key: the same one is kept once.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Engine, and_, insert, select, update

from steadyhand.model import canonical
from steadyhand.model.incident.notice import Notice
from steadyhand.store.schema import attempts, outbox, writing

_FOLDED = "in the digest "
_LOGGED = 50  # attempts of one notice that are kept one by one


def put(connection: Connection, notices: Sequence[Notice]) -> None:
    """Keep notices that are not there yet, inside the caller's transaction."""
    for notice in notices:
        there = connection.execute(select(outbox.c.id).where(outbox.c.id == notice.id)).first()
        if there is None:
            row = {"id": notice.id, "body": canonical.dumps(notice), "attempts": 0, "failure": ""}
            connection.execute(insert(outbox), [row])


def undelivered(engine: Engine, limit: int = 100) -> list[Notice]:
    """List notices that nobody has delivered yet; those of an incident in their order."""
    query = select(outbox.c.body).where(outbox.c.delivered_at.is_(None)).limit(limit)
    with engine.connect() as connection:
        found = [canonical.loads(Notice, body) for (body,) in connection.execute(query)]
    return sorted(found, key=lambda notice: (notice.incident, _place(notice.id)))


def mark(engine: Engine, notice: Notice, at: datetime, failure: str = "") -> None:
    """Record one attempt: delivered, or why not."""
    values: dict[str, object] = {"attempts": outbox.c.attempts + 1, "failure": failure}
    if not failure:
        values["delivered_at"] = _written(at)
    with writing(engine) as connection, connection.begin():
        this = outbox.c.id == notice.id
        connection.execute(update(outbox).where(this).values(**values))
        before = connection.execute(select(outbox.c.attempts).where(this)).scalar() or 0
        if not failure or before <= _LOGGED:
            _log(connection, notice.id, at, failure)


def fold(engine: Engine, digest: Notice, pages: Sequence[Notice], at: datetime) -> None:
    """Put a digest in the place of pages: from now on it alone is to be delivered."""
    with writing(engine) as connection, connection.begin():
        put(connection, [digest])
        for page in pages:
            values = {"delivered_at": _written(at), "failure": f"{_FOLDED}{digest.id}"}
            this = outbox.c.id == page.id
            connection.execute(update(outbox).where(this).values(**values))
            _log(connection, page.id, at, f"{_FOLDED}{digest.id}")


def folded(engine: Engine, digest: str) -> list[Notice]:
    """List the pages that a digest stands for."""
    query = select(outbox.c.body).where(outbox.c.failure == f"{_FOLDED}{digest}")
    with engine.connect() as connection:
        return [canonical.loads(Notice, body) for (body,) in connection.execute(query)]


def digest_of(engine: Engine, page: "Sent") -> "Sent | None":
    """Find the digest that stands for a page; None where it goes out by itself."""
    if not page.failure.startswith(_FOLDED):
        return None
    query = select(*outbox.c).where(outbox.c.id == page.failure.removeprefix(_FOLDED))
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else _sent(*row)


def _log(connection: Connection, notice: str, at: datetime, failure: str) -> None:
    row = {"notice": notice, "at": _written(at), "failure": failure}
    connection.execute(insert(attempts), [row])


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def reached(engine: Engine, since: datetime) -> list[tuple[Notice, datetime]]:
    """List the pages and digests that were delivered since a moment, one by one."""
    query = select(outbox.c.body, outbox.c.delivered_at).where(
        outbox.c.delivered_at > _written(since), outbox.c.failure == ""
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
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


def of(engine: Engine, incident: str) -> list[Sent]:
    """List every notice of an incident, in the order of its events."""
    query = select(*outbox.c).where(_of(outbox.c.id, incident, engine))
    with engine.connect() as connection:
        rows = connection.execute(query).all()
        log = _attempts(connection, incident, engine)
    found = [replace(_sent(*row), log=tuple(log.get(row[0], ()))) for row in rows]
    return sorted(found, key=lambda sent: _place(sent.notice.id))


def _sent(_key: str, body: str, at: str | None, count: int, failure: str) -> Sent:
    delivered = datetime.fromisoformat(at) if at else None
    return Sent(canonical.loads(Notice, body), delivered, count, failure)


def _of(column: ColumnElement[str], incident: str, engine: Engine) -> ColumnElement[bool]:
    """Tell the notices of an incident: their ids begin with its own and a slash."""
    if engine.dialect.name == "sqlite":  # by its index: "0" comes after the slash
        return and_(column > f"{incident}/", column < f"{incident}0")
    return column.startswith(f"{incident}/", autoescape=True)  # whatever the order of letters is


def _attempts(connection: Connection, incident: str, engine: Engine) -> dict[str, list[Attempt]]:
    query = (
        select(attempts.c.notice, attempts.c.at, attempts.c.failure)
        .where(_of(attempts.c.notice, incident, engine))
        .order_by(attempts.c.position)
    )
    found: dict[str, list[Attempt]] = {}
    for notice, at, failure in connection.execute(query):
        found.setdefault(notice, []).append(Attempt(datetime.fromisoformat(at), failure))
    return found


def _place(notice: str) -> tuple[int, str]:
    number = notice.partition("/")[2].partition("/")[0]
    return (int(number) if number.isdecimal() else 0, notice)
