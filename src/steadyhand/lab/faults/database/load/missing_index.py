"""An index is dropped that users' queries need, on a table that has years of rows."""

import time
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from steadyhand.lab.faults.database.sessions import LOOK_SECONDS, Session, connect
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, number

ROWS, MOST = 150_000, 2_000_000
PART = 10_000  # rows of one statement
GIVE_UP_SECONDS = 15.0  # its client waits no longer than twice that
OLD = "20 years"  # so old is what is added, so that it can be told from what was there

INDEXES = """
select i.indexrelid::regclass::text, i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid),
       coalesce(s.idx_scan, 0)
from pg_index i join pg_stat_user_indexes s using (indexrelid)
where s.schemaname = 'public' and not i.indisunique
"""
# name, how it is written, whether the database fills it in, whether it has to be unique
COLUMNS = """
select a.attname, format_type(a.atttypid, null),
       a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid), '') like 'nextval(%%',
       exists (select from pg_index i where i.indrelid = a.attrelid and i.indisunique
               and a.attnum = any (i.indkey) and i.indnkeyatts = 1)
from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
order by a.attnum
"""


@dataclass(frozen=True)
class Index:
    name: str
    table: str
    definition: str


def inject(scene: Scene) -> dict[str, Any]:
    """Give the index's table its past, and drop the index. Raises BadParameter."""
    rows = int(number(scene.given, "rows", ROWS))
    if rows > MOST:
        raise BadParameter(f"the parameter rows must be at most {MOST}")
    with connect(scene, "psql") as session:
        index = _wanted(scene, session)
        columns = session.execute(COLUMNS.encode(), [index.table]).fetchall()
        moments = [name for name, kind, *_ in columns if kind.startswith("timestamp")]
        if not moments:
            raise BadParameter(f"{index.table} has no moment by which its past could be told")
        scene.kept.update(index=index, moment=moments[0])
        added = _age(session, index.table, columns, rows)
        session.execute(f"drop index {index.name}".encode())
        session.execute(f"analyze {index.table}".encode())
    told = {"index": index.name, "table": index.table, "definition": index.definition}
    return {**told, "rows": added}


def _wanted(scene: Scene, session: Session) -> Index:
    """The parameter `index`, or the one that was looked into most in the last second."""
    before = {row[0]: row[3] for row in session.execute(INDEXES.encode()).fetchall()}
    session.execute("select pg_sleep(%s)", [LOOK_SECONDS])
    found = session.execute(INDEXES.encode()).fetchall()
    found.sort(key=lambda row: (row[3] - before.get(row[0], 0), row[3]), reverse=True)
    wanted = str(scene.given.get("index") or (found[0][0] if found else ""))
    for name, table, definition, _ in found:
        if name == wanted:
            return Index(name, table, definition)
    raise BadParameter(f"the database has no index {wanted} that could be dropped")


def _age(session: Session, table: str, columns: list[Any], rows: int) -> int:
    """Write what the table has once more, often, as it might have been long ago; give how many
    rows there was time for."""
    names, values = [], []
    for name, kind, filled, unique in columns:
        if filled:
            continue
        names.append(sql.Identifier(name))
        values.append(sql.SQL(_value(table, name, kind, unique)).format(sql.Identifier(name)))
    copies = sql.SQL(
        "insert into {table} ({names}) select {values} from (select * from {table} limit 1000) now,"
        " generate_series(1, 1 + %s / (select least(1000, greatest(1, count(*))) from {table}))"
        " of (copy) limit %s"
    ).format(
        table=sql.SQL(table),  # as PostgreSQL has quoted it
        names=sql.SQL(", ").join(names),
        values=sql.SQL(", ").join(values),
    )
    deadline, added = time.monotonic() + GIVE_UP_SECONDS, 0
    while added < rows and time.monotonic() < deadline:
        part = min(PART, rows - added)
        added += session.execute(copies, [part, part]).rowcount
    return added


def _value(table: str, name: str, kind: str, unique: bool) -> Any:
    """How one column of an old row is made of a present one. Raises BadParameter."""
    if kind.startswith("timestamp"):
        return f"{{}} - interval '{OLD}' - of.copy * interval '1 minute'"
    if not unique:
        return "{}"
    if kind == "uuid":
        return "gen_random_uuid()"
    if kind in ("text", "character", "character varying"):
        return "left(md5(random()::text) || md5(random()::text), length({}))"
    raise BadParameter(f"{table}.{name} cannot be made up")


def clear(scene: Scene) -> None:
    """Create the index again, unless somebody has, and forget the past."""
    index: Index = scene.kept["index"]
    with connect(scene, "psql") as session:
        session.execute(
            index.definition.replace("CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ", 1).encode()
        )
        past = f"{scene.kept['moment']} < now() - interval '{OLD}'"
        session.execute(f"delete from {index.table} where {past}".encode())
        session.execute(f"vacuum analyze {index.table}".encode())


MISSING_INDEX = Fault(
    name="missing-index",
    summary="The index that users' queries need most is gone, on a table with years of rows.",
    notice=(
        "TargetResponseTime and the instance's CPUUtilization rise; pg_stat_statements has one "
        "query first by mean_exec_time; EXPLAIN shows a Seq Scan; pg_stat_user_indexes misses one."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "index": "the index (the one that is used most)",
        "rows": f"how many old rows are added ({ROWS}; at most {MOST})",
    },
)
