"""A database in, a copy of its rows out, kept outside of it; and the way back to that state."""

from dataclasses import dataclass

from steadyhand.lab.faults.database.sessions import Session

MOST_ROWS = 500_000

# The application's tables; who is referred to stands before those who refer to it.
TABLES = """
with recursive t as (
    select relid as id from pg_stat_user_tables
    where schemaname = 'public' and relname <> 'alembic_version'),
below as (
    select id, 0 as depth from t
  union all
    select c.conrelid, below.depth + 1 from pg_constraint c join below on c.confrelid = below.id
    where c.contype = 'f' and c.conrelid <> c.confrelid and below.depth < 10)
select id::regclass::text from below group by id order by max(depth), 1
"""
KEY = """
select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
where i.indrelid = %s::regclass and i.indisprimary
"""


@dataclass(frozen=True)
class Copy:
    """All rows of a table at a moment, as COPY writes them."""

    table: str  # as PostgreSQL quotes it
    columns: str  # those that can be written
    rows: bytes


def tables(session: Session) -> list[str]:
    return [str(name) for (name,) in session.execute(TABLES.encode()).fetchall()]


def count(session: Session, table: str) -> int:
    row = session.execute(f"select count(*) from {table}".encode()).fetchone()
    return 0 if row is None else int(row[0])


def copy(session: Session, table: str) -> Copy:
    named = session.execute(
        "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
        [table],
    ).fetchone()
    columns = str(named[0]) if named else ""
    with session.cursor().copy(f"copy {table} ({columns}) to stdout".encode()) as out:
        return Copy(table, columns, b"".join(bytes(part) for part in out))


def load(session: Session, kept: Copy, name: str) -> None:
    """Have the copy as a table of this session's own. In a transaction."""
    session.execute(
        f"create temp table {name} on commit drop as select {kept.columns} from {kept.table}"
        " with no data".encode()
    )
    with session.cursor().copy(f"copy {name} ({kept.columns}) from stdin".encode()) as into:
        into.write(kept.rows)


def missing(session: Session, kept: Copy) -> int:
    """How many of the rows have gone, by their keys. In a transaction."""
    load(session, kept, "kept_rows")
    row = session.execute(KEY.encode(), [kept.table]).fetchone()
    key = kept.columns if row is None or row[0] is None else str(row[0])
    gone = session.execute(
        f"select count(*) from (select {key} from kept_rows"
        f" except select {key} from {kept.table}) gone".encode()
    ).fetchone()
    session.execute("drop table kept_rows")
    return 0 if gone is None else int(gone[0])


def go_back(session: Session, copies: list[Copy]) -> None:
    """Have the tables as they were, and nothing that was written since. In a transaction."""
    session.execute(f"truncate {', '.join(one.table for one in copies)}".encode())
    for one in copies:
        statement = f"copy {one.table} ({one.columns}) from stdin"
        with session.cursor().copy(statement.encode()) as into:
            into.write(one.rows)
