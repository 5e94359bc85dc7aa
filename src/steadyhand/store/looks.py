"""Who has looked at itself, and when. What could not be written here, nobody could promise."""

from collections.abc import Collection
from datetime import UTC, datetime

from steadyhand.store.database import Database, inserting

_OVER = inserting("looks", ("who", "at")) + " ON CONFLICT (who) DO UPDATE SET at = excluded.at"


def record(database: Database, names: Collection[str], at: datetime) -> None:
    """Keep the newest look of each. Raises Unavailable where nothing can be written."""
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    rows = [{"who": name, "at": when} for name in sorted(names)]  # as every process does
    with database.writing() as connection:
        connection.run_each(_OVER, rows)


def newest(database: Database) -> dict[str, str]:
    """Give the newest look of each, as it is kept. Raises Unavailable."""
    with database.reading() as connection:
        return dict(connection.all("SELECT who, at FROM looks"))
