"""The outbox: notices wanted, kept in the transaction that wanted them, delivered at least once.

Only `respond.notices` delivers. The id of a notice is its dedup key: the same one is kept once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from steadyhand.model import canonical
from steadyhand.model.notice import Notice
from steadyhand.store.schema import outbox, writing


def put(connection: Connection, notices: Sequence[Notice]) -> None:
    """Keep notices that are not there yet, inside the caller's transaction."""
    for notice in notices:
        there = connection.execute(select(outbox.c.id).where(outbox.c.id == notice.id)).first()
        if there is None:
            row = {"id": notice.id, "body": canonical.dumps(notice), "attempts": 0, "failure": ""}
            connection.execute(insert(outbox), [row])


def undelivered(engine: Engine, limit: int = 100) -> list[Notice]:
    """List notices that nobody has delivered yet."""
    query = select(outbox.c.body).where(outbox.c.delivered_at.is_(None)).limit(limit)
    with engine.connect() as connection:
        return [canonical.loads(Notice, body) for (body,) in connection.execute(query)]


def mark(engine: Engine, notice: Notice, at: datetime, failure: str = "") -> None:
    """Record one attempt: delivered, or why not."""
    values: dict[str, object] = {"attempts": outbox.c.attempts + 1, "failure": failure}
    if not failure:
        values["delivered_at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    with writing(engine) as connection, connection.begin():
        connection.execute(update(outbox).where(outbox.c.id == notice.id).values(**values))


@dataclass(frozen=True)
class Sent:
    """A notice with what became of it so far; `failure` is of the last attempt."""

    notice: Notice
    delivered_at: datetime | None
    attempts: int
    failure: str


def of(engine: Engine, incident: str) -> list[Sent]:
    """List every notice of an incident, in the order of its events."""
    query = (
        select(outbox.c.body, outbox.c.delivered_at, outbox.c.attempts, outbox.c.failure)
        # the ids of its notices begin with its own and a slash, which "0" comes after
        .where(outbox.c.id > f"{incident}/", outbox.c.id < f"{incident}0")
    )
    with engine.connect() as connection:
        found = [
            Sent(
                canonical.loads(Notice, body),
                datetime.fromisoformat(at) if at else None,
                attempts,
                failure,
            )
            for body, at, attempts, failure in connection.execute(query)
        ]
    return sorted(found, key=lambda sent: _place(sent.notice.id))


def _place(notice: str) -> tuple[int, str]:
    number = notice.split("/")[1]
    return (int(number) if number.isdecimal() else 0, notice)
