"""Log groups with their streams and filters as shelves, and their events in rows of their own.

Events that a call has put are written before it is answered; lines of tasks and databases with the
lab's next beat, as a log driver sends them in batches.
"""

from collections.abc import Iterable, Iterator

from steadyhand.lab.kept.ledger import Ledger, Row, Shelf
from steadyhand.lab.logs.api import Logs
from steadyhand.lab.logs.metric_filters import read_filter
from steadyhand.lab.logs.store import Event, Group, Stream

GROUPS, FILTERS = "log-group", "metric-filter"
SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY, place TEXT NOT NULL, stream TEXT NOT NULL,
    at INTEGER NOT NULL, ingested INTEGER NOT NULL, message TEXT NOT NULL
);
"""
SETTINGS = ("name", "created", "retention", "tags", "log_class", "kms_key")
MOST_WAITING = 5000


class LogBook:
    """Every method is called with the API's lock held."""

    def __init__(self, ledger: Ledger, logs: Logs) -> None:
        self._ledger = ledger
        self._logs = logs
        self._new: list[tuple[int, str, str, int, int, str]] = []
        self._gone: list[tuple[int]] = []

    def shelves(self) -> list[Shelf]:
        return [
            Shelf(
                GROUPS, "logs", self._groups, self._put_group, stamp=lambda: self._logs.store.shape
            ),
            Shelf(FILTERS, "logs", self._filters, self._put_filter),
        ]

    # --- groups, streams, filters ----------------------------------------------------------------

    def _groups(self, _: str) -> Iterator[Row]:
        for group in self._logs.store.groups.values():
            settings = {name: getattr(group, name) for name in SETTINGS}
            streams = {stream.name: stream.created for stream in group.streams.values()}
            yield Row(group.name, {"settings": settings, "streams": streams})

    def _put_group(self, row: Row) -> None:
        group = Group(**row.content["settings"])
        group.streams = {name: Stream(name, at) for name, at in row.content["streams"].items()}
        self._logs.store.groups[group.name] = group

    def _filters(self, _: str) -> Iterator[Row]:
        for (group, name), one in self._logs.filters.items():
            content = [name, group, one.pattern, dict(one.transformation), one.created]
            yield Row(f"{group}\n{name}", content)

    def _put_filter(self, row: Row) -> None:
        name, group, *rest = row.content
        self._logs.filters[(group, name)] = read_filter(name, group, *rest)

    # --- events ----------------------------------------------------------------------------------

    def restore(self) -> None:
        """Put back the events of groups that are there, and note what comes from now on."""
        db, store = self._ledger.db, self._logs.store
        if db is None:
            return
        db.executescript(SCHEMA)
        query = "SELECT number, place, stream, at, ingested, message FROM event"
        for number, place, stream, at, taken, text in db.execute(f"{query} ORDER BY at, number"):
            group = store.groups.get(place)
            if group is not None:
                store.take_back(group, Event(at, number, text, stream, taken))
        store.journal = self

    def came(self, group: str, event: Event) -> None:
        number, at = event.number, event.timestamp
        self._new.append((number, group, event.stream, at, event.ingested, event.message))
        if len(self._new) > MOST_WAITING:
            self.flush()

    def went(self, events: Iterable[Event]) -> None:
        self._gone += [(event.number,) for event in events]

    def flush(self) -> None:
        """Write what has come and gone."""
        if self._ledger.db is None or not (self._new or self._gone):
            return
        with self._ledger.db as db:
            db.executemany("INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?)", self._new)
            db.executemany("DELETE FROM event WHERE number = ?", self._gone)
        self._new.clear()
        self._gone.clear()
