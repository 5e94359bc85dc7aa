"""SQL statements and functions: what each may do, and what else is true of it."""

import pytest

from steadyhand.actions import classify_sql
from steadyhand.actions.sql.functions import _LOOKS, _SYNTAX, DEEDS, _computes, effect_of
from steadyhand.model.effect import Aspect, Effect

READ, CHANGE, DESTROY = Effect.READ, Effect.CHANGE, Effect.DESTROY
FELT, GONE, BACK = Aspect.DISRUPTIVE, Aspect.DESTRUCTIVE, Aspect.REVERSIBLE


@pytest.mark.parametrize(
    ("sql", "effect", "aspects"),
    [
        # functions
        ("SELECT pg_reload_conf()", CHANGE, ()),
        ("SELECT pg_switch_wal()", CHANGE, ()),
        ("SELECT setval('s', 1), nextval('s')", CHANGE, ()),
        ("SELECT lo_unlink(1)", DESTROY, (GONE,)),
        ("SELECT dblink_exec('c', 'DROP TABLE t')", DESTROY, ()),
        ("SELECT query_to_xml('DROP TABLE t', true, true, '')", DESTROY, ()),
        ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity", DESTROY, (FELT,)),
        ("SELECT pg_cancel_backend(1)", CHANGE, (FELT,)),
        ("SELECT pg_drop_replication_slot('s')", DESTROY, (GONE,)),
        ("SELECT pg_stat_reset()", CHANGE, (GONE,)),
        ("SELECT pg_read_file('x')", READ, (Aspect.EXPOSES_SECRET,)),
        ("SELECT pg_advisory_lock(1)", CHANGE, (FELT,)),
        ("SELECT gen_random_uuid(), array_length(a, 1), has_table_privilege('t', 'x')", READ, ()),
        ("SELECT pg_sleep(1)", READ, ()),
        # functions where nobody looks for them
        ("INSERT INTO t SELECT pg_terminate_backend(1)", DESTROY, (FELT,)),
        ("UPDATE t SET a = lo_unlink(b) WHERE c", DESTROY, (GONE,)),
        ("CREATE TABLE t AS SELECT pg_terminate_backend(1)", DESTROY, (FELT,)),
        ("CREATE TABLE t AS SELECT strange(1)", DESTROY, ()),
        ("CREATE TABLE t (a int, b numeric(1, 2) DEFAULT strange(1))", CHANGE, ()),
        ("VALUES (pg_terminate_backend(1))", DESTROY, (FELT,)),
        ("DECLARE c CURSOR FOR SELECT pg_terminate_backend(1)", DESTROY, (FELT,)),
        ("PREPARE p AS DELETE FROM t", DESTROY, (GONE,)),
        ("COPY (SELECT pg_terminate_backend(1)) TO STDOUT", DESTROY, (FELT,)),
        ("COPY (DELETE FROM t RETURNING *) TO STDOUT", DESTROY, (GONE,)),
        ("COPY (SELECT a FROM t) TO STDOUT", READ, ()),
        ("COPY (SELECT a FROM t) TO '/tmp/x'", CHANGE, ()),
        ("COPY t TO PROGRAM 'rm x'", DESTROY, ()),
        # statements
        ("SELECT * INTO u FROM t", CHANGE, ()),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", DESTROY, (GONE,)),
        ("EXPLAIN ANALYZE DELETE FROM t", DESTROY, (GONE,)),
        ("EXPLAIN SELECT pg_terminate_backend(1)", READ, ()),
        ("DO $$ BEGIN END $$", DESTROY, ()),
        ("CALL p()", DESTROY, ()),
        ("EXECUTE p", DESTROY, ()),
        ("LOAD 'x'", DESTROY, ()),
        ("VACUUM t", CHANGE, ()),
        ("VACUUM FULL t", CHANGE, (FELT,)),
        ("REINDEX TABLE t", CHANGE, (FELT,)),
        ("REINDEX TABLE CONCURRENTLY t", CHANGE, ()),
        ("CREATE INDEX i ON t (a)", CHANGE, (FELT,)),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", CHANGE, ()),
        ("LOCK TABLE t", CHANGE, (FELT,)),
        ("SET statement_timeout = '5s'", CHANGE, (BACK,)),
        ("ALTER SYSTEM SET work_mem = '1GB'", CHANGE, (BACK,)),
        ("ALTER TABLE t ADD COLUMN a int", CHANGE, (FELT,)),
        ("ALTER TABLE t DROP COLUMN a", DESTROY, (FELT, GONE)),
        ("ALTER TABLE t ALTER a DROP NOT NULL", CHANGE, (FELT,)),
        ("ALTER ROLE r PASSWORD 'x'", CHANGE, ()),
        ("UPDATE t SET a = 1", CHANGE, (GONE,)),
        ("UPDATE t SET a = 1 WHERE b", CHANGE, ()),
        ("DELETE FROM t WHERE a", DESTROY, (GONE,)),
        ("TRUNCATE t", DESTROY, (FELT, GONE)),
        ("REVOKE ALL ON t FROM r", CHANGE, (BACK, FELT)),
        ("REASSIGN OWNED BY a TO b", CHANGE, ()),
        ("SELECT * FROM t FOR UPDATE", CHANGE, (FELT,)),
        # several
        ("BEGIN; UPDATE t SET a = 1 WHERE b; COMMIT", CHANGE, ()),
        ("BEGIN; DELETE FROM t; ROLLBACK", DESTROY, (GONE,)),
        ("SELECT 1; SELECT pg_reload_conf(); DROP TABLE t", DESTROY, (GONE,)),
        ("GRANT ALL ON t TO r; VACUUM t", CHANGE, ()),  # not all of it has a way back
        # psql's own
        (r"\copy t TO 'x'", CHANGE, ()),
        (r"\copy t FROM 'x'", CHANGE, ()),
        (r"\copy t TO PROGRAM 'rm x'", DESTROY, ()),
    ],
)
def test_sql_and_what_else_is_true_of_it(
    sql: str, effect: Effect, aspects: tuple[Aspect, ...]
) -> None:
    found = classify_sql(sql)
    assert (found.effect, found.aspects) == (effect, aspects), found.reason


def test_a_repeated_query_never_ends() -> None:
    found = classify_sql("SELECT 1; \\watch 5")
    assert found.effect is READ
    assert found.endless


def test_a_function_is_in_one_list() -> None:
    assert not DEEDS.keys() & (_computes() | _LOOKS | _SYNTAX)
    assert not _LOOKS & _computes()
    assert len(_computes()) > 2000
    assert effect_of("my_own") is None


def test_an_unknown_function_is_named() -> None:
    assert "strange" in classify_sql("SELECT strange(1)").reason
    assert "pg_promote" in classify_sql("SELECT now(), pg_promote()").reason
