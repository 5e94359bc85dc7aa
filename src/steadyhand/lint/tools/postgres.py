"""SQL in, what PostgreSQL would refuse out: its own relations' columns, mistakes nobody accepts.

Only the system catalogues are judged (`pg_…`, `information_schema`), in 13 to 18, and only where
every relation of a query is one of them or a column says which it belongs to. A user's own tables
are never judged. Queries of one relation are read by `plain_select`; the others by sqlglot, which
is loaded for the first of them. What it cannot read is not judged.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from steadyhand.lint.tools.catalogue import NEWEST, OLDEST, Relation, instead, nearest, relations
from steadyhand.lint.tools.plain_select import PlainSelect, plain_select
from steadyhand.lint.tools.sqltext import LATER, refused, settled, statements

if TYPE_CHECKING:
    from sqlglot import exp


class SqlKind(StrEnum):
    COLUMN = "column"  # of a system relation, in no supported version
    OLD_COLUMN = "old column"  # in some supported versions only
    RELATION = "relation"
    SYNTAX = "syntax"


class SqlProblem(Struct, frozen=True):
    """`subject` is the text that is wrong, as it stands in the SQL."""

    kind: SqlKind
    subject: str
    message: str
    help: str


_CATALOGUE = re.compile(r"\b(?:pg_\w|information_schema\s*\.)", re.I)
_EXPLAIN = re.compile(r"^\s*explain\s*(?:\([^)]*\)|(?:analy[sz]e|verbose)\b|\s)*", re.I)


@lru_cache(maxsize=512)  # more than one rule asks
def check_sql(text: str, *, psql: bool = True) -> tuple[SqlProblem, ...]:
    """Check what is fed to psql; `psql` False: SQL of a dialect nobody has named. Pure.

    Then neither syntax nor `information_schema` is judged: other systems have their own.
    """
    found: list[SqlProblem] = []
    for statement in statements(text):
        wrong = refused(statement) if psql else None
        if wrong is not None:
            found.append(SqlProblem(SqlKind.SYNTAX, *wrong))
        elif _CATALOGUE.search(statement) is not None:
            found += _against_catalogue(settled(_EXPLAIN.sub("", statement)), psql)
    return tuple(dict.fromkeys(found))


def _against_catalogue(statement: str, psql: bool) -> Iterator[SqlProblem]:
    plain = plain_select(statement)
    return _parsed(statement, psql) if plain is None else _plain(plain, psql)


def _plain(select: PlainSelect, psql: bool) -> Iterator[SqlProblem]:
    scope = _Sources(outputs=select.outputs, unnamed=select.unnamed)
    schema, _, table = select.relation.rpartition(".")
    relation = _relation(table, schema, psql, scope)
    scope.read(select.alias, None if LATER in select.alias else relation)
    yield from scope.unknown
    for column, place in select.columns:
        qualifier, _, name = column.rpartition(".")
        if LATER not in column:
            yield from _column(name, qualifier, ((scope, place),))


def _parsed(statement: str, psql: bool) -> Iterator[SqlProblem]:
    import sqlglot
    from sqlglot import exp

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it reports what it cannot read
    try:
        tree = sqlglot.parse_one(statement, read="postgres")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return
    if isinstance(tree, exp.Command):
        return
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    scopes: dict[int, _Sources] = {}
    for select in tree.find_all(exp.Select):
        scopes[id(select)] = _sources(select, ctes, psql)
    for scope in scopes.values():
        yield from scope.unknown
    for column in tree.find_all(exp.Column):
        this = column.this
        if not isinstance(this, exp.Identifier) or LATER in column.sql():
            continue
        name = this.name if this.quoted else this.name.lower()
        if not _no_column(column, name):
            enclosing = tuple(_enclosing(column, scopes))
            yield from _column(name, column.table.lower(), enclosing)


@dataclass
class _Sources:
    """What a SELECT reads: system relations by the name they have there; None: not judged.

    `is_open`: a column without a qualifier may belong to something that is not judged.
    """

    named: dict[str, Relation | None] = field(default_factory=dict)
    is_open: bool = False
    outputs: frozenset[str] = frozenset()
    unnamed: bool = False  # some output has the name that its function gives it
    unknown: list[SqlProblem] = field(default_factory=list)

    def read(self, name: str, relation: Relation | None) -> None:
        """Note what is read, under its name."""
        self.named[name] = relation
        self.is_open = self.is_open or relation is None


def _sources(select: "exp.Select", ctes: set[str], psql: bool) -> _Sources:
    from sqlglot import exp

    scope = _Sources(
        outputs=frozenset(e.alias.lower() for e in select.expressions if e.alias),
        unnamed=any(
            not isinstance(e, exp.Alias | exp.Column | exp.Star) for e in select.expressions
        ),
    )
    items = [select.args.get("from_"), *(select.args.get("joins") or ())]
    if select.args.get("laterals"):
        scope.is_open = True
    for item in items:
        if item is None:
            continue
        table = item.this
        if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
            scope.is_open = True
            if table is not None and table.alias:
                scope.named[table.alias.lower()] = None
            continue
        name, schema = table.name.lower(), table.db.lower()
        own = table.catalog or (not schema and name in ctes)
        relation = None if own else _relation(name, schema, psql, scope)
        alias = table.alias_or_name.lower()
        if (table.alias and _alias_columns(table)) or table.args.get("joins") or LATER in alias:
            relation = None
        scope.read(alias, relation)
    return scope


def _alias_columns(table: "exp.Table") -> bool:
    alias = table.args.get("alias")
    return bool(alias is not None and alias.args.get("columns"))


def _relation(name: str, schema: str, psql: bool, scope: _Sources) -> Relation | None:
    """Find a table among the system's; note one that is none and was meant to be."""
    if LATER in f"{schema}.{name}":
        return None
    full = f"{schema}.{name}" if schema == "information_schema" else name
    if schema not in {"", "pg_catalog", "information_schema", "public"}:
        return None
    if schema == "information_schema" and not psql:
        return None
    found = relations().get(full)
    if found is not None and not found.gone:
        return found
    if (problem := _unknown(found, full, schema)) is not None:
        scope.unknown.append(problem)
    return None


def _unknown(found: Relation | None, full: str, schema: str) -> SqlProblem | None:
    if found is not None:
        return SqlProblem(
            SqlKind.RELATION,
            full.rpartition(".")[2],
            f"`{full}` is gone since PostgreSQL {found.gone}",
            "read the release notes of that version for what stands in its place",
        )
    if not schema and not full.startswith("pg_"):
        return None
    # Extensions and users may have relations of such names too: only a slip of the pen is sure.
    among = [n for n in relations() if abs(len(n) - len(full)) <= 2 and n not in {full}]
    meant = nearest(full, among, 0.9)
    if not meant and schema != "information_schema":
        return None
    return SqlProblem(
        SqlKind.RELATION,
        full.rpartition(".")[2],
        f"PostgreSQL {OLDEST} to {NEWEST} has no relation `{full}`",
        f"did you mean `{meant}`?" if meant else f"`\\dv {schema}.*` in psql lists what is there",
    )


def _column(
    name: str, qualifier: str, enclosing: Sequence[tuple[_Sources, str]]
) -> Iterator[SqlProblem]:
    """Judge a column by the SELECTs that it can see, innermost first, and its clause of each."""
    judged: list[Relation] = []
    for scope, place in enclosing:
        if qualifier:
            if qualifier in scope.named:
                relation = scope.named[qualifier]
                if relation is not None and not relation.has(name):
                    yield _missing(name, (relation,), scope, place)
                elif relation is not None:
                    yield from _old(name, relation)
                return
            continue
        if scope.is_open or name in scope.named:
            return
        if place not in {"where", "having"} and name in scope.outputs:
            return
        if place in {"order", "group"} and scope.unnamed:
            return
        for relation in filter(None, scope.named.values()):
            if relation.has(name):
                yield from _old(name, relation)
                return
            judged.append(relation)
    if judged and not qualifier:
        (scope, place), *_ = enclosing
        yield _missing(name, tuple(judged), scope, place)


# Words that the grammar reads as columns and PostgreSQL does not.
_WORDS = frozenset("user default current_catalog current_schema session_user".split())


def _no_column(column: "exp.Column", name: str) -> bool:
    from sqlglot import exp

    return name in _WORDS or isinstance(column.parent, exp.AtTimeZone | exp.Kwarg | exp.PropertyEQ)


def _enclosing(column: "exp.Column", scopes: dict[int, _Sources]) -> Iterator[tuple[_Sources, str]]:
    """Give the SELECTs a column can see, innermost first, and the clause it stands in.

    Ends at a border that names do not cross: a WITH query, a subquery in FROM that is not lateral.
    What is no SELECT (UPDATE, a UNION's ORDER BY) has names that are not judged.
    """
    from sqlglot import exp

    node: exp.Expr = column
    while (parent := node.parent) is not None:
        if isinstance(parent, exp.Select):
            yield scopes[id(parent)], node.arg_key or ""
        elif isinstance(parent, exp.SetOperation):
            if node.arg_key not in {"this", "expression"}:
                yield _Sources(is_open=True), ""
        elif isinstance(parent, exp.Update | exp.Delete | exp.Merge):
            yield _Sources(is_open=True), ""
        elif isinstance(parent, exp.CTE) or _derived(node, parent):
            return
        node = parent


def _derived(node: "exp.Expr", parent: "exp.Expr") -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Subquery) and isinstance(parent, exp.From | exp.Join)


def _missing(name: str, among: tuple[Relation, ...], scope: _Sources, place: str) -> SqlProblem:
    where = " or ".join(f"`{r.name}`" for r in among)
    if name in scope.outputs and place in {"where", "having"}:
        return SqlProblem(
            SqlKind.COLUMN,
            name,
            f"`{name}` is a name of the output, which {place.upper()} cannot see",
            f"write the expression that `{name}` stands for",
        )
    known = next((said for r in among if (said := instead(r.name, name))), "")
    names = {c for r in among for c in r.columns if r.has(c)}
    if known:
        help = f"it is {known}"
    elif meant := nearest(name, names, 0.7):
        help = f"did you mean `{meant}`?"
    else:
        help = "its columns are: " + ", ".join(f"`{c}`" for c in sorted(names)[:40])
    last = max(r.last(name) for r in among)
    gone = f" (gone since {last + 1})" if last else ""
    message = f"{where} has no column `{name}` in PostgreSQL {OLDEST} to {NEWEST}{gone}"
    return SqlProblem(SqlKind.COLUMN, name, message, help)


def _old(name: str, relation: Relation) -> Iterator[SqlProblem]:
    last = relation.columns.get(name, (0, NEWEST))[1]
    if last < NEWEST:
        known = instead(relation.name, name)
        yield SqlProblem(
            SqlKind.OLD_COLUMN,
            name,
            f"`{relation.name}` has no column `{name}` since PostgreSQL {last + 1}",
            f"it is {known}" if known else "say which version the query is for",
        )
