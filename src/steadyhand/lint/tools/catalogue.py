"""PostgreSQL's own relations: name in, columns with the majors that have them out.

From servers 13 to 18 by `generate/postgres.py`, extensions' views included (12 only to know what is
gone). Knows nothing of a user's own tables.
"""

import difflib
import gzip
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from msgspec import Struct

OLDEST, NEWEST = 13, 18


class Relation(Struct, frozen=True):
    """A relation of the system; `columns` is name → first and last major that has it."""

    name: str
    columns: dict[str, tuple[int, int]]

    def has(self, column: str) -> bool:
        """Tell whether a supported major has the column, or any row has it (`ctid` …)."""
        return self.last(column) >= OLDEST or column in _EVERYWHERE

    def last(self, column: str) -> int:
        """Give the last major with the column; 0 where none is known."""
        return self.columns.get(column, (0, 0))[1]

    @property
    def gone(self) -> int:
        """Give the major since which the relation is not there; 0 while it is."""
        last = max(last for _, last in self.columns.values())
        return last + 1 if last < NEWEST else 0


# https://www.postgresql.org/docs/current/ddl-system-columns.html
_EVERYWHERE = frozenset("oid ctid xmin xmax cmin cmax tableoid".split())


@cache
def relations() -> dict[str, Relation]:
    """Give all relations by name; those outside of pg_catalog as `schema.name`."""
    data = Path(__file__).parent / "data/postgres.json.gz"
    content = json.loads(gzip.decompress(data.read_bytes()))["relations"]
    return {
        name: Relation(name, {c: tuple(m) if m else (12, NEWEST) for c, m in columns.items()})
        for name, columns in content.items()
    }


def nearest(name: str, among: Iterable[str], likeness: float) -> str:
    """Give the likeliest spelling of a mistyped name; "" where none is like it."""
    return next(iter(difflib.get_close_matches(name, list(among), 1, likeness)), "")


def instead(relation: str, column: str) -> str:
    """Say what stands for a column that is not there; "" where nothing is known."""
    if (known := _INSTEAD.get((relation, column))) is not None:
        return known
    for kind, names in _FAMILIES.items():
        if relation.startswith(("pg_stat_", "pg_statio_")) and relation.endswith(kind):
            return names.get(column, "")
    return ""


# The release notes, section "Migration": https://www.postgresql.org/docs/release/
_INSTEAD = {
    # https://www.postgresql.org/docs/13/release-13.html
    ("pg_stat_statements", "total_time"): "`total_exec_time` since 13",
    ("pg_stat_statements", "mean_time"): "`mean_exec_time` since 13",
    ("pg_stat_statements", "min_time"): "`min_exec_time` since 13",
    ("pg_stat_statements", "max_time"): "`max_exec_time` since 13",
    ("pg_stat_statements", "stddev_time"): "`stddev_exec_time` since 13",
    ("pg_stat_wal_receiver", "received_lsn"): "`flushed_lsn` since 13",
    # https://www.postgresql.org/docs/17/release-17.html
    ("pg_stat_statements", "blk_read_time"): "`shared_blk_read_time` since 17",
    ("pg_stat_statements", "blk_write_time"): "`shared_blk_write_time` since 17",
    ("pg_stat_bgwriter", "checkpoints_timed"): "`pg_stat_checkpointer.num_timed` since 17",
    ("pg_stat_bgwriter", "checkpoints_req"): "`pg_stat_checkpointer.num_requested` since 17",
    ("pg_stat_bgwriter", "checkpoint_write_time"): "`pg_stat_checkpointer.write_time` since 17",
    ("pg_stat_bgwriter", "checkpoint_sync_time"): "`pg_stat_checkpointer.sync_time` since 17",
    ("pg_stat_bgwriter", "buffers_checkpoint"): "`pg_stat_checkpointer.buffers_written` since 17",
    ("pg_stat_bgwriter", "buffers_backend"): "`pg_stat_io.writes` since 17",
    ("pg_stat_bgwriter", "buffers_backend_fsync"): "`pg_stat_io.fsyncs` since 17",
    ("pg_stat_progress_vacuum", "max_dead_tuples"): "`max_dead_tuple_bytes` since 17",
    ("pg_stat_progress_vacuum", "num_dead_tuples"): "`num_dead_item_ids` since 17",
    # https://www.postgresql.org/docs/18/release-18.html
    ("pg_stat_wal", "wal_write"): "`pg_stat_io.writes` since 18",
    ("pg_stat_wal", "wal_sync"): "`pg_stat_io.fsyncs` since 18",
    ("pg_stat_wal", "wal_write_time"): "`pg_stat_io.write_time` since 18",
    ("pg_stat_wal", "wal_sync_time"): "`pg_stat_io.fsync_time` since 18",
    # 9.2, 9.6, 10, 11 and 12
    ("pg_stat_activity", "procpid"): "`pid` since 9.2",
    ("pg_stat_activity", "current_query"): "`query` since 9.2",
    ("pg_stat_activity", "waiting"): "`wait_event` and `wait_event_type` since 9.6",
    ("pg_stat_replication", "procpid"): "`pid` since 9.2",
    ("pg_stat_replication", "sent_location"): "`sent_lsn` since 10",
    ("pg_stat_replication", "write_location"): "`write_lsn` since 10",
    ("pg_stat_replication", "flush_location"): "`flush_lsn` since 10",
    ("pg_stat_replication", "replay_location"): "`replay_lsn` since 10",
    ("pg_proc", "proisagg"): "`prokind = 'a'` since 11",
    ("pg_proc", "proiswindow"): "`prokind = 'w'` since 11",
    ("pg_attrdef", "adsrc"): "`pg_get_expr(adbin, adrelid)` since 12",
    ("pg_constraint", "consrc"): "`pg_get_constraintdef(oid)` since 12",
    ("pg_tables", "relname"): "`tablename`",
    ("pg_indexes", "relname"): "`tablename`",
    ("pg_indexes", "indexrelname"): "`indexname`",
    ("pg_stat_database", "dbname"): "`datname`",
    ("pg_stat_activity", "username"): "`usename`",
    ("pg_stat_activity", "client_address"): "`client_addr`",
}
# The statistics views call them as pg_class does.
_TABLE = {"tablename": "`relname`", "table_name": "`relname`", "table_schema": "`schemaname`"}
_FAMILIES = {
    "_tables": _TABLE,
    "_indexes": {**_TABLE, "indexname": "`indexrelname`", "index_name": "`indexrelname`"},
}
