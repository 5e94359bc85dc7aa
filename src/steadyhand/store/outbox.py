"""The outbox: notices wanted, kept in the transaction that wanted them, delivered at least once.

Only `respond.notices` delivers. The id of a notice is its dedup key: the same one is kept once.
"""

from collections.abc import Sequence
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
