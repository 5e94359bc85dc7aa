"""Lines that a person types at a prompt: what each may do, and which may not be sent at all."""

import pytest

from steadyhand.actions.typed import classify_typed
from steadyhand.model.effect import Effect

PSQL = ("psql", "-h", "db")


def typed(*lines: str, argv: tuple[str, ...] = PSQL) -> tuple[str, str, str]:
    """Type lines one after the other: the last one's effect, what is held then, why it is not sent.

    A line that may not be sent changes nothing of what is held.
    """
    found = classify_typed(argv, "", lines[0])
    for line in lines[1:]:
        found = classify_typed(argv, found.held, line)
    return found.classified.effect.word, found.held, found.refused


@pytest.mark.parametrize(
    ("lines", "effect"),
    [
        (["select 1;"], "read"),
        (["select count(*)", "from orders;"], "read"),
        (["SELECT ';'", ";"], "read"),
        (["delete from orders;"], "destroy"),
        (["delete", "from orders;"], "destroy"),  # what it was begun with counts
        (["insert into t values (1);"], "change"),
        (["select 1; drop table t;"], "destroy"),
        (["select 1; drop table t", ";"], "destroy"),
        (["select 1 \\g"], "read"),
        (["drop table t \\gx"], "destroy"),
        (["\\dt+"], "read"),
        (["\\x"], "read"),
        (["\\q"], "read"),
        (["select pg_terminate_backend(1);"], "destroy"),
        (["select unheard_of(1);"], "destroy"),
        (["begin;"], "change"),
        ([""], "read"),
    ],
)
def test_what_is_typed_to_psql_is_read_as_sql(lines: list[str], effect: str) -> None:
    assert typed(*lines) == (effect, "", "")


def test_sql_is_held_until_it_ends() -> None:
    assert typed("delete") == ("read", "delete", "")
    assert typed("delete", "\\dt") == ("read", "delete", "")
    assert typed("delete", "\\r") == ("read", "", "")
    assert typed("select 1; delete") == ("destroy", "select 1; delete", "")
    assert typed("-- drop table t;") == ("read", "-- drop table t;", "")


@pytest.mark.parametrize(
    "line",
    [
        "\\! ls", "select 1 \\! ls", "\\copy t to program 'ls'", "\\o |cat", "\\o file", "\\w f",
        "\\e", "\\i file", "\\g |cat", "select 1 \\g f", "\\gexec", "\\gset", "\\set x `ls`",
        "\\echo `ls`", "\\d `ls`", "\\setenv PAGER x", "\\watch 1", "\\s f", "\\lo_export 1 f",
        "\\pset pager_min_lines `ls`", "select 1;\\! ls", "\\unheard", "\\;", "\\c other",
    ],
)  # fmt: skip
def test_what_psql_would_do_on_this_machine_is_not_sent(line: str) -> None:
    effect, held, refused = typed(line)
    assert (effect, held) == ("destroy", "")
    assert refused
    assert typed("delete from t", line)[1] == "delete from t"  # as it was before


def test_a_string_hides_no_command_and_is_none() -> None:
    assert typed("select '\\! ls';")[2] == ""
    assert typed("select $$ \\! ls $$;")[2] == ""
    assert typed("select E'\\' \\! ls';")[2] == ""
    assert typed("select 'a\\' \\! ls;")[2] != ""  # the string ended before
    assert typed("select 'a", "\\! ls")[2] != ""  # nobody knows where it ends


@pytest.mark.parametrize(
    ("argv", "line", "effect"),
    [
        (("redis-cli",), "get cart:1", "read"),
        (("redis-cli",), "FLUSHALL", "destroy"),
        (("redis-cli", "-h", "c"), "set a b", "change"),
        (("redis-cli",), "quit", "read"),
        (("redis-cli",), "get 'a", "destroy"),
        (("redis-cli",), ":set hints", "destroy"),
        (("ssh", "db1"), "ls /srv", "read"),
        (("ssh", "db1"), "rm -rf /srv", "destroy"),
        (("kubectl", "exec", "-it", "p", "--", "sh"), "", "read"),
        (("telnet", "db"), "stats", "destroy"),
        (("python3",), "1 + 1", "destroy"),
    ],
)
def test_other_prompts(argv: tuple[str, ...], line: str, effect: str) -> None:
    assert typed(line, argv=argv) == (effect, "", "")


def test_psql_s_backquotes_are_not_a_read() -> None:
    found = classify_typed(PSQL, "", "\\d `ls`")
    assert found.classified.effect is Effect.DESTROY
