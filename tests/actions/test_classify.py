"""One line per command: what it may do, and what else is known of it."""

import shlex
from pathlib import Path

import pytest

from steadyhand.actions import classify, classify_argv, classify_sql
from steadyhand.actions.aws.effects import OPERATIONS, SECRET_OUTPUT
from steadyhand.actions.classify import TOOLS
from steadyhand.actions.delivery import (
    ALEMBIC,
    DELIVERY,
    DOCKER,
    GH,
    GIT,
    HELM,
    KUBECTL,
    TERRAFORM,
)
from steadyhand.actions.local import SPECIAL
from steadyhand.actions.redis import CHANGES, DESTROYS, READS
from steadyhand.actions.words import HOLE
from steadyhand.actions.wrappers import RUNNERS
from steadyhand.model.document.shell import Command, Part, PartKind, Word
from steadyhand.model.effect import Classified, Effect


def _cases() -> list[tuple[str, frozenset[str], str]]:
    found = []
    for line in (Path(__file__).parent / "commands.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            said, _, command = line.partition("   ")
            effect, *also = said.split()
            found.append((effect, frozenset(also), command.strip()))
    return found


@pytest.mark.parametrize(("effect", "also", "text"), _cases())
def test_each_command_is_what_it_does(effect: str, also: frozenset[str], text: str) -> None:
    classified = classify_argv(tuple(shlex.split(text)))
    assert classified.effect.word == effect, classified.reason
    assert classified.endless == ("endless" in also)
    assert classified.interactive == ("interactive" in also)
    assert classified.secret_output == ("secret" in also)
    if "repeatable" in also or classified.effect is not Effect.READ:
        assert classified.repeatable == ("repeatable" in also)
    assert classified.reason


def test_reasons_are_for_people() -> None:
    for _, _, text in _cases():
        assert HOLE not in classify_argv(tuple(shlex.split(text))).reason
    shell = classify_argv(tuple("aws ecs execute-command --command /bin/sh".split()))
    assert shell.reason == "aws ecs execute-command opens a shell"
    forced = classify_argv(tuple("aws ecs delete-service --service s --force".split()))
    assert forced.reason == (
        "aws ecs delete-service --force deletes a service, whatever stands in the way"
    )
    inside = classify_argv(("sh", "-c", "redis-cli -h $HOST FLUSHALL"))
    assert inside.reason == (
        "sh runs `redis-cli -h $HOST FLUSHALL`: redis-cli FLUSHALL deletes every key"
    )


def test_every_tool_and_wrapper_has_a_case() -> None:
    names = {shlex.split(text)[0].removesuffix(".sh") for _, _, text in _cases()}
    # These only share a classifier with a name that has its cases.
    same = {"gawk", "mawk", "kafka-console-producer"}
    assert not (TOOLS.keys() | RUNNERS.keys() | SPECIAL.keys() | DELIVERY.keys()) - names - same


@pytest.mark.parametrize(("service", "operation"), sorted(OPERATIONS))
def test_every_listed_operation_says_what_it_does(service: str, operation: str) -> None:
    effect, does = OPERATIONS[service, operation]
    classified = classify_argv(("aws", service, operation))
    if (service, operation) != ("ecs", "execute-command"):  # as bad as what it runs
        assert classified.reason == f"aws {service} {operation} {does}"
        assert classified.effect is effect


@pytest.mark.parametrize(("service", "operation"), sorted(SECRET_OUTPUT))
def test_every_operation_that_prints_a_secret_is_sealed(service: str, operation: str) -> None:
    assert classify_argv(("aws", service, operation)).secret_output


@pytest.mark.parametrize(
    ("tool", "table"),
    [
        ("docker", DOCKER),
        ("gh", GH),
        ("kubectl", KUBECTL),
        ("alembic", ALEMBIC),
        ("helm", HELM),
    ],
)
def test_every_listed_subcommand_has_its_effect(tool: str, table: dict[str, Effect]) -> None:
    for name, effect in table.items():
        assert classify_argv((tool, *name.split(), "x")).effect is effect, name


def test_git_and_terraform_subcommands() -> None:
    for name, effect in GIT.items():
        assert classify_argv(("git", *name.split(), "x")).effect is effect, name
    for name, effect in TERRAFORM.items():
        assert classify_argv(("terraform", *name.split())).effect is effect, name


def test_every_redis_command_is_in_one_class() -> None:
    assert not READS & CHANGES
    assert not (READS | CHANGES) & DESTROYS
    for group, effect in ((READS, Effect.READ), (CHANGES, Effect.CHANGE)):
        assert {classify_argv(("redis-cli", name)).effect for name in group} == {effect}


def _word(*parts: tuple[PartKind, str]) -> Word:
    return Word(tuple(Part(kind, text) for kind, text in parts))


LITERAL, PARAMETER, DYNAMIC = PartKind.LITERAL, PartKind.PARAMETER, PartKind.DYNAMIC


@pytest.mark.parametrize(
    ("words", "effect"),
    [
        # a parameter as a value does not hide what the command is
        (
            [*"aws ecs update-service --service s --task-definition".split(), "f:<revision>"],
            Effect.CHANGE,
        ),
        (["psql", "$URL", "-c", "SELECT 1"], Effect.READ),
        (["psql", "$URL", "-c", "SELECT * FROM t WHERE id = $ID"], Effect.DESTROY),
        (["psql", "$URL", "-c", "$SQL"], Effect.DESTROY),
        (["redis-cli", "-h", "$HOST", "GET", "k:$(date)"], Effect.READ),
        (["redis-cli", "$COMMAND"], Effect.DESTROY),
        (["curl", "-X", "POST", "$HOOK"], Effect.CHANGE),
        (["curl", "-X", "$METHOD", "https://h/"], Effect.DESTROY),
        (["aws", "$SERVICE", "describe-services"], Effect.DESTROY),
        (["aws", "ecs", "$OPERATION"], Effect.DESTROY),
        (["$COMMAND", "ecs"], Effect.DESTROY),
        (["watch", "$COMMAND"], Effect.DESTROY),
    ],
)
def test_a_template_is_known_as_far_as_it_goes(words: list[str], effect: Effect) -> None:
    built = []
    for text in words:
        if "<" in text:
            head, _, name = text.partition("<")
            built.append(_word((LITERAL, head), (PARAMETER, name.rstrip(">"))))
        elif "$" in text:
            head, _, tail = text.partition("$")
            built.append(_word((LITERAL, head), (DYNAMIC, "$" + tail)))
        else:
            built.append(_word((LITERAL, text)))
    assert classify(Command(tuple(built))).effect is effect


@pytest.mark.parametrize(
    ("sql", "effect"),
    [
        ("SELECT 1", Effect.READ),
        ("-- a comment; drop table t\nSELECT 1", Effect.READ),
        ("SELECT 'drop; table' /* delete */ , it''s FROM t", Effect.READ),
        ("SELECT '--' ; DROP TABLE t --'", Effect.DESTROY),
        ("SELECT $a$ ; drop $a$", Effect.READ),
        ("SHOW max_connections", Effect.READ),
        ("WITH a AS (SELECT 1) SELECT * FROM a", Effect.READ),
        ("WITH a(x, y) AS (SELECT 1, 2) SELECT * FROM a", Effect.READ),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", Effect.DESTROY),
        ("EXPLAIN DELETE FROM t", Effect.READ),
        ("EXPLAIN ANALYZE SELECT 1", Effect.READ),
        ("EXPLAIN ANALYZE DELETE FROM t", Effect.DESTROY),
        ("EXPLAIN (ANALYZE) UPDATE t SET a = 1", Effect.CHANGE),
        ("SELECT * INTO u FROM t", Effect.CHANGE),
        ("SELECT * FROM t FOR UPDATE", Effect.CHANGE),
        ("SELECT count(*), now() - query_start FROM pg_stat_activity", Effect.READ),
        ("SELECT pg_size_pretty(pg_database_size(current_database()))", Effect.READ),
        ("SELECT pg_cancel_backend(1)", Effect.CHANGE),
        ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity", Effect.DESTROY),
        ('SELECT "pg_terminate_backend"(1)', Effect.DESTROY),
        ("SELECT pg_catalog.pg_terminate_backend(1)", Effect.DESTROY),
        ("SELECT my_function(1)", Effect.DESTROY),
        ("VACUUM ANALYZE t", Effect.CHANGE),
        ("INSERT INTO t VALUES (1)", Effect.CHANGE),
        ("TRUNCATE t", Effect.DESTROY),
        ("COPY t FROM STDIN", Effect.CHANGE),
        ("COPY t TO STDOUT", Effect.READ),
        ("COPY t TO PROGRAM 'rm x'", Effect.DESTROY),
        (r"SELECT E'\' ; ' || 'x'", Effect.READ),
        (r"SELECT E'\'' ; DROP TABLE t --'", Effect.DESTROY),
        (r"SELECT 1 \g |rm", Effect.DESTROY),
        ("SELECT '/*' ; DROP TABLE t /* '", Effect.DESTROY),
        ("DO $$ BEGIN END $$", Effect.DESTROY),
        (r"\d t", Effect.READ),
        (r"\! rm x", Effect.DESTROY),
        ("", Effect.READ),
    ],
)
def test_sql(sql: str, effect: Effect) -> None:
    classified = classify_sql(sql)
    assert classified.effect is effect, classified.reason


def test_what_a_tools_own_file_stumbles_over_is_destroy(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbling(argv: tuple[str, ...]) -> Classified:
        raise IndexError(argv[9])

    monkeypatch.setitem(TOOLS, "stumbling-tool", stumbling)
    found = classify_argv(("stumbling-tool", "list"))
    assert found.effect is Effect.DESTROY
    assert "cannot be classified" in found.reason


def test_a_line_goes_on_inside_of_what_is_run() -> None:
    found = classify_argv(("watch", "aws sqs list-queues \\\n  --queue-name-prefix shop"))
    assert (found.effect, found.endless) == (Effect.READ, True)
