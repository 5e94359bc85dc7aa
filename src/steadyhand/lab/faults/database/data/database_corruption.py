"""Rows are damaged: their numbers are not what they were. Or a page is, below PostgreSQL."""

from pathlib import Path
from typing import Any

import psycopg

from steadyhand.lab.faults.database.data.keeping import KEY, Copy, copy, load
from steadyhand.lab.faults.database.sessions import Session, connect, database, instance
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text
from steadyhand.lab.rds.server import Server

PAGE = 8192
MOST_ROWS = 200_000

# Columns with plain numbers: no key, no reference, nothing that a rule of the table's looks at.
NUMBERS = """
select a.attrelid::regclass::text, quote_ident(a.attname)
from pg_attribute a join pg_stat_user_tables t on t.relid = a.attrelid
where t.schemaname = 'public' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  and a.atttypid in ('int4'::regtype, 'int8'::regtype)
  and not exists (select from pg_index i
                  where i.indrelid = a.attrelid and a.attnum = any (i.indkey))
  and not exists (select from pg_constraint c where c.conrelid = a.attrelid
                  and a.attnum = any (c.conkey) and c.contype in ('c', 'f', 'p', 'u'))
"""


def inject(scene: Scene) -> dict[str, Any]:
    """Damage rows by SQL, or a page below PostgreSQL. Raises BadParameter."""
    how = text(scene.given, "how", "rows")
    if how not in ("rows", "page"):
        raise BadParameter("the parameter how must be rows or page")
    if how == "page":
        return _page(scene)
    with connect(scene, "psql") as session:
        return _rows(scene, session)


# --- rows -------------------------------------------------------------------------------------


def _rows(scene: Scene, session: Session) -> dict[str, Any]:
    wanted = str(scene.given.get("table") or "")
    damaged: dict[str, list[str]] = {}
    for table, column in session.execute(NUMBERS.encode()).fetchall():
        if wanted in ("", table):
            damaged.setdefault(table, []).append(column)
    if not damaged:
        raise BadParameter(f"{wanted or 'the database'} has no numbers that could be damaged")
    kept: list[tuple[Copy, list[str]]] = []
    try:
        with session.transaction():
            session.execute("set local lock_timeout = '8s'")
            for table, columns in damaged.items():
                session.execute(f"lock table {table} in share row exclusive mode".encode())
                kept.append((copy(session, table), columns))
                changes = ", ".join(f"{one} = coalesce({one}, 0) + 1000" for one in columns)
                session.execute(f"update {table} set {changes} where random() < 0.5".encode())
    except psycopg.Error as error:
        raise BadParameter(f"the rows cannot be damaged: {error}") from None
    scene.kept["rows"] = kept
    return {"damaged": damaged}


def _mend_rows(session: Session, kept: list[tuple[Copy, list[str]]]) -> None:
    """Take off what was added, where it still stands: what users counted since then is kept."""
    with session.transaction():
        for one, columns in kept:
            load(session, one, "kept_rows")
            key = str((session.execute(KEY.encode(), [one.table]).fetchone() or ("",))[0])
            same = " and ".join(f"t.{part} = k.{part}" for part in key.split(", "))
            for column in columns:
                session.execute(
                    f"update {one.table} t set {column} = case when k.{column} is null then null"
                    f" else t.{column} - 1000 end from kept_rows k where {same}"
                    f" and t.{column} - coalesce(k.{column}, 0) >= 1000".encode()
                )
            session.execute("drop table kept_rows")


# --- a page -----------------------------------------------------------------------------------


def _page(scene: Scene) -> dict[str, Any]:
    """Overwrite the first page of a table on the disk; its checksum is wrong then."""
    with scene.lab.lock:
        live = instance(scene)
        if live.server is None:
            raise BadParameter("the instance does not run")
        server = live.server
    table = text(scene.given, "table")
    name = database(scene).name
    with psycopg.connect(server.dsn_of(name)) as admin:
        admin.execute("create extension if not exists pg_buffercache")
        found = admin.execute("select pg_relation_filepath(%s::regclass)", [table]).fetchone()
        file = server.data / str(found[0] if found else "")
        # While nobody reads the table, PostgreSQL can be made to forget the page.
        admin.execute(f"lock table {table} in access exclusive mode".encode())
        admin.execute("checkpoint")
        admin.execute(
            "select pg_buffercache_evict(bufferid) from pg_buffercache"
            " where relfilenode = pg_relation_filenode(%s::regclass)"
            " and relforknumber = 0 and relblocknumber = 0",
            [table],
        )
        scene.kept["page"] = (server, file, _overwrite(file, b"\xde\xad\xbe\xef" * (PAGE // 4)))
    return {"table": table, "file": str(file.relative_to(server.data)), "block": 0}


def _overwrite(file: Path, page: bytes) -> bytes:
    with file.open("r+b") as opened:
        before = opened.read(PAGE)
        opened.seek(0)
        opened.write(page)
    return before


def _mend_page(server: Server, file: Path, page: bytes) -> None:
    """Put the page back, if that server's data is still what the instance runs on."""
    if server.alive and file.exists():
        _overwrite(file, page)


def clear(scene: Scene) -> None:
    if "page" in scene.kept:
        _mend_page(*scene.kept["page"])
        return
    with connect(scene, "psql") as session:
        _mend_rows(session, scene.kept["rows"])


DATABASE_CORRUPTION = Fault(
    name="database-corruption",
    summary="Numbers in rows are damaged; or a page of a table is, on the disk.",
    notice=(
        "A check of the data finds counters that do not agree with what they count; with how=page "
        "queries on the table fail with 'invalid page in block 0', in the application's log and "
        "in the database's."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "how": "rows (by SQL), or page (on the disk; needs table)",
        "table": "the table (with rows: all that have numbers)",
    },
)
