"""SQL in, what a server would refuse out; and what only looks wrong."""

import sys

import pytest

from steadyhand.lint.tools.catalogue import NEWEST, OLDEST, instead, relations
from steadyhand.lint.tools.postgres import SqlKind, SqlProblem, check_sql

COLUMN, OLD, RELATION, SYNTAX = SqlKind.COLUMN, SqlKind.OLD_COLUMN, SqlKind.RELATION, SqlKind.SYNTAX


def said(sql: str, *, psql: bool = True) -> list[tuple[SqlKind, str]]:
    return [(p.kind, p.subject) for p in check_sql(sql, psql=psql)]


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        ("SELECT query, mean_time FROM pg_stat_statements ORDER BY mean_time DESC", "mean_time"),
        ("SELECT total_time FROM public.pg_stat_statements", "total_time"),
        ("SELECT s.total_time FROM pg_stat_statements s JOIN orders o ON true", "total_time"),
        ("SELECT indexname FROM pg_stat_user_indexes", "indexname"),
        ("SELECT pid FROM pg_stat_activity WHERE waiting", "waiting"),
        ("SELECT pid FROM pg_catalog.pg_stat_activity WHERE \"State\" = 'idle'", "State"),
        ("SELECT pid FROM pg_stat_activity WHERE state = \"active\"", "active"),
        ("EXPLAIN (ANALYZE, BUFFERS) SELECT procpid FROM pg_stat_activity", "procpid"),
        ("EXPLAIN ANALYZE SELECT procpid FROM pg_stat_activity", "procpid"),
        ("SELECT pg_terminate_backend(procpid) FROM pg_stat_activity", "procpid"),
        ("SELECT a.current_query FROM pg_locks l JOIN pg_stat_activity a USING (pid)",
         "current_query"),
        ("SELECT relname FROM pg_class c JOIN pg_locks l ON l.relation = c.oid WHERE usename = 'x'",
         "usename"),
        ("WITH s AS (SELECT mean_time FROM pg_stat_statements) SELECT * FROM s", "mean_time"),
        ("SELECT * FROM (SELECT waiting FROM pg_stat_activity) s", "waiting"),
        ("SELECT 1 FROM pg_class WHERE EXISTS (SELECT 1 FROM pg_index WHERE indrelname = relname)",
         "indrelname"),
        ("SELECT now() - query_start AS age FROM pg_stat_activity WHERE age > '1 min'", "age"),
        ("SELECT count(*) AS n FROM pg_locks GROUP BY mode HAVING n > 3", "n"),
        ("INSERT INTO t SELECT mean_time FROM pg_stat_statements", "mean_time"),
        ("SELECT state, pid AS p FROM pg_stat_activity ORDER BY duration", "duration"),
        ("CREATE VIEW v AS SELECT mean_time FROM pg_stat_statements", "mean_time"),
        ("COPY (SELECT mean_time FROM pg_stat_statements) TO STDOUT CSV", "mean_time"),
        ("SELECT 1; SELECT datid, dbname FROM pg_stat_database;", "dbname"),
        ("SELECT waiting FROM pg_stat_activity WHERE pid = $PID AND usename = '<user>'", "waiting"),
        ("SELECT waiting FROM pg_stat_activity WHERE pid = :pid AND usename = :'user'", "waiting"),
        ("\\timing\nSELECT waiting\nFROM pg_stat_activity \\g out.txt\nSELECT 1;", "waiting"),
        ("SELECT table_rows FROM information_schema.tables", "table_rows"),
        ("SELECT datlastsysoid FROM pg_database WHERE datname = current_database()",
         "datlastsysoid"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_there(sql: str, wrong: str) -> None:
    found = check_sql(sql)
    assert [p.subject for p in found] == [wrong]
    assert {p.kind for p in found} <= {COLUMN, OLD}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT query, mean_exec_time FROM pg_stat_statements ORDER BY mean_exec_time DESC LIMIT 5",
        "SELECT * FROM pg_stat_activity",
        "SELECT a.*, ctid, xmin FROM pg_class a",
        "SELECT count(*), state FROM pg_stat_activity GROUP BY state ORDER BY count",
        "SELECT state AS s, count(*) AS n FROM pg_stat_activity GROUP BY s ORDER BY n DESC",
        "SELECT current_user, session_user, user, current_date FROM pg_database",
        "SELECT pg_stat_activity FROM pg_stat_activity",
        "SELECT a FROM pg_stat_activity a",
        "SELECT (a).pid, row_to_json(a) FROM pg_stat_activity a",
        'SELECT relname COLLATE "C" FROM pg_class WINDOW w AS (ORDER BY relname)',
        "SELECT extract(epoch FROM now() - query_start)::int FROM pg_stat_activity",
        "SELECT query_start AT TIME ZONE 'utc' FROM pg_stat_activity",
        "SELECT make_interval(secs => 3), pid FROM pg_locks",
        "SELECT count(*) FILTER (WHERE granted), lag(pid) OVER (ORDER BY pid) FROM pg_locks",
        "SELECT DISTINCT ON (datname) datname, pid FROM pg_stat_activity ORDER BY datname",
        "SELECT pid FROM pg_locks UNION SELECT pid FROM pg_stat_activity ORDER BY pid",
        "SELECT pid AS x FROM pg_locks UNION SELECT pid FROM pg_stat_activity ORDER BY x",
        "SELECT 1 FROM pg_class c WHERE EXISTS (SELECT 1 FROM pg_index WHERE indrelid = c.oid)",
        "SELECT 1 FROM pg_class WHERE oid IN (SELECT indexrelid FROM pg_index WHERE relpages > 8)",
        "SELECT relname, x FROM pg_class, LATERAL (SELECT relpages * 8 AS x) s",
        "SELECT c.relname, g FROM pg_class c, generate_series(1, relnatts) g",
        "SELECT a FROM pg_class k(a, b)",
        "SELECT x.nope FROM pg_ls_waldir() x",
        "SELECT name, size FROM pg_ls_logdir()",
        "SELECT setting FROM pg_settings WHERE name = 'max_connections'",
        # a user's own table may have the column
        "SELECT mean_time FROM pg_stat_statements s JOIN limits l ON true",
        "SELECT mean_time FROM my.pg_stat_statements",
        "SELECT mean_time FROM other.public.pg_stat_statements",
        "SELECT nope FROM orders",
        "WITH pg_locks AS (SELECT 1 AS mean_time) SELECT mean_time FROM pg_locks",
        "WITH s AS (SELECT pid AS p FROM pg_locks) SELECT p FROM s",
        "WITH RECURSIVE r AS (SELECT oid AS o FROM pg_class UNION SELECT o FROM r) SELECT o FROM r",
        "UPDATE t SET waiting = false FROM pg_stat_activity WHERE t.pid = pg_stat_activity.pid",
        "DELETE FROM t WHERE waiting AND a IN (SELECT pid FROM pg_stat_activity WHERE tid = 1)",
        "UPDATE t SET a = (SELECT mean_time FROM pg_stat_statements LIMIT 1)",
        "SELECT upper(state), pid::text FROM pg_stat_activity GROUP BY upper ORDER BY 1, pid",
        "INSERT INTO t (mean_time) SELECT mean_exec_time FROM pg_stat_statements",
        "SELECT * FROM pg_stat_kcache", "SELECT * FROM pg_dist_partition",
        "SELECT * FROM pg_stat_monitor ORDER BY mean_time", "SELECT * FROM pg_qualstats",
        "SELECT * FROM pg_stat_activity_history WHERE waiting",
        # what is filled in later
        "SELECT $COLUMNS FROM pg_stat_activity", "SELECT waiting FROM $TABLE",
        "SELECT waiting FROM pg_stat_activity $JOIN", "SELECT <column> FROM pg_locks",
        "SELECT {{ column }} FROM pg_locks", "SELECT pid FROM pg_locks WHERE ${CONDITION}",
        "SELECT pid, ... FROM pg_locks", "SELECT pid FROM pg_locks WHERE pid = ?",
        "SELECT pid FROM pg_locks WHERE pid = %(pid)s", "SELECT :columns FROM pg_locks",
        "SELECT pid FROM pg_<what>", "$QUERY", "",
        # what psql reads besides SQL, and what sqlglot cannot
        "\\d pg_stat_activity", "\\dt+ public.*", "\\copy (SELECT waiting FROM x) TO 'f' CSV",
        "\\x on\nSELECT pid FROM pg_stat_activity \\watch 5",
        "VACUUM (VERBOSE, ANALYZE) orders", "EXPLAIN (FORMAT JSON) SELECT 1", "ANALYZE VERBOSE",
        "DO $$ BEGIN PERFORM waiting FROM pg_stat_activity; END $$", "CALL refresh(1, (2))",
        "COPY t (a, b) FROM stdin;\n1\t(\n'2\t`\n\\.\nSELECT 1;", "LOCK TABLE t IN SHARE MODE",
        "REINDEX INDEX CONCURRENTLY i", "ALTER SYSTEM SET work_mem = '64MB'",
        "SET LOCAL lock_timeout TO '2s'; SHOW ALL; RESET ALL", "LISTEN x; NOTIFY x, 'y'",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t USING gin (a gin_trgm_ops) WHERE b",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT 'it''s ('; $f$",
        "GRANT SELECT ON pg_stat_statements TO pg_monitor",
        "SELECT 'a)', '''', E'\\'(', $q$ ( $q$, \"odd(name\" -- (\n/* ( */ FROM t",
        "SELECT 5 # 3", "SELECT a #> '{b}', a #>> '{c}', 5\n# 3 FROM t",
        "SELECT count(*), 'x,' FROM t", "SELECT coalesce(a, '') FROM t",
        "SELECT 'limit 5, 10'", "SELECT a[1:2], b::text[] FROM t", "SELECT a ? 'b' FROM t",
        "SHOW POOLS", "SHOW DATABASES", "RELOAD", "PAUSE shop", "RESUME", "KILL shop",
        "select pid from pg_locks where (pid, pid) in ((1, 2), (3, 4))",
    ],
)  # fmt: skip
def test_what_a_server_accepts_or_nobody_can_say(sql: str) -> None:
    assert said(sql) == []


def test_a_column_that_only_older_versions_have() -> None:
    assert said("SELECT checkpoints_req FROM pg_stat_bgwriter") == [(OLD, "checkpoints_req")]
    (problem,) = check_sql("SELECT b.buffers_checkpoint FROM pg_stat_bgwriter b, t")
    assert problem.message == (
        "`pg_stat_bgwriter` has no column `buffers_checkpoint` since PostgreSQL 17"
    )
    assert problem.help == "it is `pg_stat_checkpointer.buffers_written` since 17"
    assert said("SELECT buffers_clean FROM pg_stat_bgwriter") == []


def test_a_column_that_only_newer_versions_have_is_no_problem() -> None:
    assert said("SELECT num_timed FROM pg_stat_checkpointer") == []
    assert said("SELECT query_id FROM pg_stat_activity") == []


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        ("SELECT * FROM pg_stat_user_table", "pg_stat_user_table"),
        ("SELECT * FROM pg_stat_statement", "pg_stat_statement"),
        ("SELECT * FROM pg_stat_activty WHERE waiting", "pg_stat_activty"),
        ("SELECT * FROM information_schema.processlist", "processlist"),
        ("SELECT * FROM pg_pltemplate", "pg_pltemplate"),
    ],
)
def test_a_relation_that_is_not_there(sql: str, wrong: str) -> None:
    assert said(sql) == [(RELATION, wrong)]


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        ("SELECT a, FROM t", ", FROM"),
        ("SELECT (1", "("),
        ("SELECT 1)", ")"),
        ("SELECT 'a FROM t", "'"),
        ("SELECT * FROM t LIMIT 5, 10", "LIMIT 5, 10"),
        ("SELECT `a` FROM t", "`a`"),
        ("SELCT a FROM t", "SELCT"),
        ("UPDTE t SET a = 1", "UPDTE"),
        ("DESCRIBE orders", "DESCRIBE orders"),
        ("SHOW FULL PROCESSLIST", "SHOW FULL PROCESSLIST"),
        ("# how many?\nSELECT count(*) FROM t", "# how many?"),
        ("SELECT 1;\n# how many?\nSELECT count(*) FROM t", "# how many?"),
        ("SELECT concat(a, ) FROM t", ", )"),
    ],
)
def test_what_every_server_refuses(sql: str, wrong: str) -> None:
    assert said(sql) == [(SYNTAX, wrong)]


def test_of_an_unnamed_dialect_only_the_catalogues_are_judged() -> None:
    mysql = "SELECT table_rows FROM information_schema.tables LIMIT 5, 10"
    assert said(mysql, psql=False) == []
    assert said("SELECT * FROM information_schema.processlist", psql=False) == []
    assert said("DESCRIBE t; SELECT `a`", psql=False) == []
    assert said("SELECT waiting FROM pg_stat_activity", psql=False) == [(COLUMN, "waiting")]


def test_the_words_of_a_problem() -> None:
    assert check_sql("SELECT mean_time FROM pg_stat_statements") == (
        SqlProblem(
            COLUMN,
            "mean_time",
            "`pg_stat_statements` has no column `mean_time` in PostgreSQL 13 to 18 (gone since 13)",
            "it is `mean_exec_time` since 13",
        ),
    )
    (tables,) = check_sql("SELECT table_name FROM pg_stat_user_tables")
    assert tables.help == "it is `relname`"
    (near,) = check_sql("SELECT datnam FROM pg_database")
    assert near.help == "did you mean `datname`?"
    (far,) = check_sql("SELECT zzz FROM pg_stat_archiver")
    assert far.help.startswith("its columns are: `archived_count`, ")
    (relation,) = check_sql("SELECT * FROM pg_stat_user_table")
    assert relation.help == "did you mean `pg_stat_user_tables`?"


def test_the_catalogues_are_those_of_the_servers() -> None:
    known = relations()
    assert (OLDEST, NEWEST) == (13, 18)
    assert known["pg_stat_statements"].columns["mean_exec_time"] == (13, 18)
    assert known["pg_stat_statements"].columns["mean_time"] == (12, 12)
    assert known["pg_stat_checkpointer"].columns["num_timed"] == (17, 18)
    assert known["pg_pltemplate"].gone == 13
    assert known["pg_stat_activity"].gone == 0
    assert "information_schema.tables" in known
    assert "tables" not in known


def test_every_known_replacement_is_for_a_column_that_is_gone_and_names_one_that_is_there() -> None:
    from steadyhand.lint.tools import catalogue

    for (name, column), text in catalogue._INSTEAD.items():
        assert relations()[name].last(column) < NEWEST, (name, column)
        said = instead(name, column)
        assert said == text
        for word in text.split("`")[1::2]:
            relation, dot, there = word.rpartition(".")
            if word.isidentifier() or dot:
                assert relations()[relation or name].has(there), word


def test_sqlglot_is_loaded_only_for_what_is_not_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlglot", None)  # an import of it raises
    assert said("SELECT nope FROM orders JOIN o; VACUUM orders") == []
    assert said("SELECT nope FROM pg_class") == [(SqlKind.COLUMN, "nope")]
    with pytest.raises(ImportError):
        check_sql("SELECT 1 FROM pg_class JOIN pg_index ON indrelid = pg_class.oid")
