"""A command in, what a server would refuse out."""

import pytest

from steadyhand.actions.redis import CHANGES, DESTROYS, READS
from steadyhand.actions.words import HOLE
from steadyhand.lint.tools.redis import check_redis, commands


@pytest.mark.parametrize(
    ("text", "subject", "message"),
    [
        ("GTE k", "GTE", "there is no command `GTE` in Redis or Valkey"),
        ("flushal", "flushal", "there is no command `FLUSHAL` in Redis or Valkey"),
        ("CONFIG GTE maxmemory", "GTE", "`CONFIG` knows no `GTE` in Redis or Valkey"),
        ("GET", "GET", "`GET` wants 1 argument and is given none"),
        ("GET a b", "GET", "`GET` wants 1 argument and is given 2"),
        ("DEL", "DEL", "`DEL` wants at least 1 argument and is given none"),
        ("config set maxmemory", "config",
         "`CONFIG SET` wants at least 2 arguments and is given 1"),
        ("CONFIG", "CONFIG", "`CONFIG` wants at least 1 argument and is given none"),
        ("KEYS a b c", "KEYS", "`KEYS` wants 1 argument and is given 3"),
        ("DBSIZE x", "DBSIZE", "`DBSIZE` wants 0 arguments and is given 1"),
    ],
)  # fmt: skip
def test_what_a_server_refuses(text: str, subject: str, message: str) -> None:
    (problem,) = check_redis(tuple(text.split()))
    assert (problem.subject, problem.message) == (subject, message)
    assert problem.help


def test_a_command_in_quotes_is_one_word() -> None:
    (problem,) = check_redis(("KEYS *",))
    assert problem.subject == "KEYS *"
    assert check_redis(("hello world",)) != ()  # HELLO is a command
    assert check_redis(("nothing known",)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "PING",
        "PING hello",
        "info",
        "INFO replication persistence",
        "SET k v EX 10 NX",
        "CONFIG GET maxmemory",
        "CLIENT LIST TYPE normal",
        "MEMORY DOCTOR",
        "FLUSHALL ASYNC",
        "ZRANK z m WITHSCORE",
        "JSON.GET doc $",
        "FT.SEARCH idx *",
        "BF.ADD a b",
        "SENTINEL get-master-addr-by-name mymaster",
        "COMMANDLOG GET 10 slow",
        "CLUSTER SLOT-STATS SLOTSRANGE 0 5",
        "HEXPIRE h 10 FIELDS 1 f",
        "3 INCR k",
        "",
        "acl whoami",
        "DEBUG SLEEP 0",
        "OBJECT FREQ k",
        "XGROUP CREATE s g $ MKSTREAM",
    ],
)
def test_what_a_server_takes_or_nobody_can_say(text: str) -> None:
    assert check_redis(tuple(text.split())) == ()


def test_what_is_filled_in_later_is_not_counted() -> None:
    assert check_redis(("GET", HOLE)) == ()
    assert check_redis(("GET", HOLE, "b")) == ()
    assert check_redis((HOLE,)) == ()
    assert check_redis(("CONFIG", HOLE)) == ()
    assert check_redis(("DEL",), more=True) == ()
    assert check_redis(("GET", "a", "b"), more=True) != ()


def test_effects_and_definitions_know_the_same_commands() -> None:
    assert (READS | CHANGES | DESTROYS) - commands().keys() == set()


def test_the_table_is_that_of_the_servers() -> None:
    known = commands()
    assert known["get"]["arity"] == 2
    assert known["config"]["kinds"]["set"]["arity"] == -4
    assert "dangerous" in known["keys"]["flags"]
    assert {"flushall", "hexpire", "commandlog", "sentinel"} <= known.keys()
