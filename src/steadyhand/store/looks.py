"""That a service has looked at itself, and when. What it could not write, it could not promise."""

from datetime import UTC, datetime

from sqlalchemy import Engine, delete, insert

from steadyhand.store.schema import looks, writing


def record(engine: Engine, who: str, at: datetime) -> None:
    """Keep the newest look. Raises SQLAlchemyError where nothing can be written."""
    row = {"who": who, "at": at.astimezone(UTC).isoformat(timespec="microseconds")}
    with writing(engine) as connection, connection.begin():
        connection.execute(delete(looks).where(looks.c.who == who))
        connection.execute(insert(looks), [row])
