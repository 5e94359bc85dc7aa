"""Who has looked at itself, and when. What could not be written here, nobody could promise."""

from collections.abc import Collection
from datetime import UTC, datetime

from steadyhand.store.database import Database, among, inserting


def record(database: Database, names: Collection[str], at: datetime) -> None:
    """Keep the newest look of each. Raises Unavailable where nothing can be written."""
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    those, named = among("name", tuple(names))
    rows = [{"who": name, "at": when} for name in names]
    with database.writing() as connection:
        connection.run(f"DELETE FROM looks WHERE who IN {those}", named)
        connection.run_each(inserting("looks", ("who", "at")), rows)


def newest(database: Database) -> dict[str, str]:
    """Give the newest look of each, as it is kept. Raises Unavailable."""
    with database.reading() as connection:
        return dict(connection.all("SELECT who, at FROM looks"))
