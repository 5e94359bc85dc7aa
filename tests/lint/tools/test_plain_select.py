"""A SELECT from one relation is read as sqlglot reads it; everything else is left to sqlglot."""

from random import Random

import pytest

from steadyhand.lint.tools import postgres
from steadyhand.lint.tools.plain_select import PlainSelect, plain_select

RELATIONS = (
    "pg_stat_activity pg_stat_statements pg_class pg_catalog.pg_locks information_schema.tables "
    "orders pg_stat_user_table pg_pltemplate pg_indexes app.t steadyhand_later"
).split()
COLUMNS = (
    "pid state query mean_time relname tablename count total waiting Usename oid a.pid date name "
    "pg_class.relname pg_locks.nope value n steadyhand_later"
).split()
VALUES = ("'idle'", "5", "0.5", "null", "TRUE", "now()", "count(*)")
OPERATORS = "+ - * / % || = != <> < > <= >=".split()
TESTS = ("is not null", "is true", "in (1, 2)", "not in ('a', 'b')", "like 'x%'", "not ilike 'x'")


def operand(some: Random, deep: int = 0) -> str:
    """Make an expression of what a plain SELECT may hold."""
    match some.randrange(5 if deep < 3 else 2):
        case 0:
            return some.choice(VALUES)
        case 1 | 2:
            return some.choice(COLUMNS)
        case 3:
            return f"{operand(some, 3)} {some.choice(OPERATORS)} {operand(some, deep + 1)}"
        case _:
            inner = operand(some, deep + 1)
            return some.choice((f"lower({inner})", f"coalesce(pid, -{inner})", f"({inner})"))


def condition(some: Random) -> str:
    """Make a condition, or what may stand for one."""
    either = [
        some.choice((operand(some), f"{some.choice(COLUMNS)} {some.choice(TESTS)}", "not state"))
        for _ in range(some.choice((1, 1, 2)))
    ]
    return some.choice((" AND ", " or ")).join(either)


def query(some: Random) -> str:
    """Make a SELECT from one relation."""
    items = [f"{operand(some)}{some.choice(('', ' AS total', ' as n'))}" for _ in range(2)]
    text = f"SELECT {some.choice(('*', items[0], ', '.join(items)))} FROM {some.choice(RELATIONS)}"
    text += some.choice(("", "", " a", " AS pg_locks", " steadyhand_later"))
    for clause in ("WHERE", "GROUP BY", "HAVING", "ORDER BY"):
        if some.random() < 0.4:
            text += f"\n{clause} {condition(some)}"
            text += some.choice(("", " DESC")) if clause == "ORDER BY" else ""
    return text + some.choice(("", " LIMIT 10", " limit 5 offset 5"))


def test_it_is_judged_as_the_parser_s_reading_is() -> None:
    some = Random(7)
    reported = 0
    for text in (query(some) for _ in range(400)):
        plain = plain_select(text)
        assert plain is not None, text
        found = set(postgres._plain(plain, True))
        assert found == set(postgres._parsed(text, True)), text
        reported += bool(found)
    assert reported > 100


def test_its_names_stand_with_their_clauses() -> None:
    query = "SELECT a.State, count(*) AS n FROM pg_stat_activity a WHERE pid > 5 ORDER BY n DESC"
    columns = (("a.state", "select"), ("pid", "where"), ("n", "order"))
    assert plain_select(query) == PlainSelect(
        "pg_stat_activity", "a", columns, frozenset({"n"}), False
    )
    unnamed = plain_select("SELECT max(1) FROM pg_catalog.pg_locks WHERE pid")
    assert unnamed == PlainSelect(
        "pg_catalog.pg_locks", "pg_locks", columns[1:2], frozenset(), True
    )


@pytest.mark.parametrize(
    "query",
    [
        "", "SELECT 1", "SELECT FROM pg_class", "SELECT * FROM", "SELECT * FROM pg_class AS",
        "SELECT * FROM pg_class, pg_index", "SELECT * FROM pg_class JOIN pg_index ON true",
        "SELECT * FROM pg_class a b", "SELECT * FROM pg_ls_dir('.')", "SELECT a b FROM pg_class",
        "SELECT x::text FROM pg_class", "SELECT DISTINCT x FROM pg_class", "SELECT a.* FROM a",
        "SELECT (SELECT 1) FROM pg_class", "SELECT x FROM pg_class WHERE x IN (SELECT 1)",
        "SELECT x FROM pg_class UNION SELECT y FROM pg_class", "SELECT \"x\" FROM pg_class",
        "SELECT x FROM pg_class WHERE x BETWEEN 1 AND 2", "SELECT x FROM pg_class LIMIT ALL",
        "SELECT CASE WHEN x THEN y END FROM pg_class", "SELECT interval '5 min' FROM pg_class",
        "SELECT 'it''s' FROM pg_class", "SELECT E'\\x' FROM pg_class", "SELECT 1e5 FROM pg_class",
        "SELECT count(*) FILTER (WHERE x) FROM pg_class", "SELECT now() AT TIME ZONE 'x' FROM a",
        "SELECT x FROM pg_class FOR UPDATE", "SELECT x FROM pg_class ORDER BY x NULLS LAST",
        "SELECT x FROM pg_class WHERE (x", "SELECT x FROM pg_class WHERE x)", "SELECT x, FROM a",
        "SELECT x FROM pg_class ORDER x", "SELECT x FROM pg_class LIMIT 5 WHERE y", "WITH x",
        "SELECT x FROM pg_class WHERE x WHERE y", "DELETE FROM pg_class WHERE x = 5",
        "SELECT current_date FROM pg_class", "SELECT x is y FROM pg_class", "SELECT x IN y FROM a",
        "SELECT x not y FROM pg_class", "SELECT + FROM pg_class", "SELECT f(x FROM pg_class",
        "SELECT x -- no\nFROM pg_class", "SELECT x[1] FROM pg_class", "SELECT * AS n x FROM a",
    ],
)  # fmt: skip
def test_everything_else_is_left_to_the_parser(query: str) -> None:
    assert plain_select(query) is None
