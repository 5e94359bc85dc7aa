"""Who has looked at itself, and when. What could not be written here, nobody could promise."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, insert, select

from steadyhand.store.schema import looks, writing


def record(engine: Engine, names: Collection[str], at: datetime) -> None:
    """Keep the newest look of each. Raises SQLAlchemyError where nothing can be written."""
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    with writing(engine) as connection, connection.begin():
        connection.execute(delete(looks).where(looks.c.who.in_(names)))
        connection.execute(insert(looks), [{"who": name, "at": when} for name in names])


def newest(engine: Engine) -> dict[str, str]:
    """Give the newest look of each, as it is kept. Raises SQLAlchemyError."""
    with engine.connect() as connection:
        rows = connection.execute(select(looks.c.who, looks.c.at))
        return {str(name): str(at) for name, at in rows}
