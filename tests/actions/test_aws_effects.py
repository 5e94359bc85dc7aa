"""Every operation of every service of the models that are installed: an effect, with a reason.

Held against AWS's access levels: what AWS calls a write is no read, what it calls a read destroys
nothing. The exceptions are rows with a reason.
"""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

import pytest

from steadyhand.actions import classify_argv
from steadyhand.actions.aws.effects import ASPECTS, NOT_WRITES, OPERATIONS, SECRET_OUTPUT
from steadyhand.actions.aws.effects.levels import Level, operations, services
from steadyhand.actions.aws.effects.verbs import (
    BY_LEVEL,
    OPPOSITES,
    RUNS,
    VERBS,
    by_verb,
    verb_of,
)
from steadyhand.lint.aws.known.facts import facts
from steadyhand.lint.aws.known.models import directory
from steadyhand.lint.aws.known.names import operation_name
from steadyhand.model.effect import Aspect, Classified, Effect

READ, CHANGE, DESTROY = Effect.READ, Effect.CHANGE, Effect.DESTROY
# The CLI calls these services by other names than the models do.
RENAMED = {"codedeploy": "deploy", "config": "configservice", "s3": "s3api"}
# AWS counts these as reads, and here they change something; with the reason.
CHANGING_READS = {("sqs", "receive-message"): "hides messages from others"}


def _installed() -> Iterator[tuple[str, str]]:
    """Give the operations of the models, whose names alone are looked for: a model is large."""
    found = directory()
    assert found is not None
    for folder in sorted(found.iterdir()):
        for file in sorted(folder.glob("*/service-2.json.gz"))[-1:] if folder.is_dir() else ():
            text = gzip.decompress(file.read_bytes()).decode()
            start = text.index('"operations"')
            body, _ = json.JSONDecoder().raw_decode(text, text.index("{", start))
            for name in body:
                yield RENAMED.get(folder.name, folder.name), operation_name(name)


@cache
def classified() -> dict[tuple[str, str], Classified]:
    return {
        (service, operation): classify_argv(("aws", service, operation))
        for service in services()
        for operation in _levels(service)
    }


def _levels(service: str) -> dict[str, Level]:
    known = operations(service)
    assert known is not None
    return known.levels


def level(service: str, operation: str) -> Level:
    return _levels(service)[operation]


def test_no_operation_of_the_installed_models_is_missing() -> None:
    installed = set(_installed())
    assert len(installed) > 18_000
    # A newer botocore may bring some that were not there when the levels were written: those are
    # unknown. Many missing means that `generate/aws_levels.py` has to run again.
    missing = installed - classified().keys()
    assert len(missing) < len(installed) * 0.02, sorted(missing)[:20]
    for key in missing:
        assert classify_argv(("aws", *key)).effect is DESTROY


def test_every_operation_has_an_effect_with_a_reason() -> None:
    for (service, operation), found in classified().items():
        assert found.reason
        if not found.reason.startswith("unknown"):
            assert service in found.reason or "runs `" in found.reason, (service, operation)
        assert list(found.aspects) == [aspect for aspect in Aspect if aspect in found.aspects]


def test_what_aws_calls_a_write_is_no_read() -> None:
    wrong = {
        key for key, found in classified().items() if level(*key).writes and found.effect is READ
    }
    assert wrong == set(NOT_WRITES)


def test_what_aws_calls_a_read_destroys_nothing() -> None:
    reads = {key: found for key, found in classified().items() if level(*key).looks}
    assert not {key for key, found in reads.items() if found.effect is DESTROY}
    changing = {key for key, found in reads.items() if found.effect is CHANGE}
    by_name = {key for key in changing if verb_of(key[1])[0] in {*VERBS, *RUNS}}
    assert changing - by_name == set(CHANGING_READS)
    assert len(by_name) < 40, sorted(by_name)


def test_few_operations_are_unknown_and_those_are_the_worst() -> None:
    unknown = {k: f for k, f in classified().items() if f.reason.startswith("unknown")}
    assert {found.effect for found in unknown.values()} == {DESTROY}
    assert len(unknown) < 120, len(unknown)
    # An operation that AWS gives a level is never unknown: every verb of those is listed.
    named = {key for key in unknown if level(*key) is not Level.UNSAID}
    assert named == {("ecs", "execute-command")}  # what it runs stands in an option


@pytest.mark.parametrize(
    "text",
    [
        "nosuchservice describe-things",
        "ecs frobnicate-things",
        "ecs describe-everything-there-is",
        "s3 frobnicate",
    ],
)
def test_what_the_models_do_not_have_is_the_worst(text: str) -> None:
    found = classify_argv(("aws", *text.split()))
    assert found.effect is DESTROY
    assert found.reason.startswith("unknown")


def test_every_row_is_about_an_operation_that_exists() -> None:
    own = _commands_of_the_cli()
    for key in {*OPERATIONS, *SECRET_OUTPUT, *ASPECTS, *NOT_WRITES}:
        assert key in classified() or " ".join(key) in own, key


def _commands_of_the_cli() -> set[str]:
    return set(facts().commands)


def test_every_command_of_the_cli_itself_is_known_or_the_worst() -> None:
    for command in _commands_of_the_cli():
        found = classify_argv(("aws", *command.split()))
        assert found.reason
        if found.effect is READ:
            assert re.search(
                r"list|get|describe|show|export|status|logs|tail|ls|presign|sign|generate|monitor|verify|"
                r"help|history",
                command,
            ), command


def test_a_verb_stands_in_one_list() -> None:
    assert not VERBS.keys() & RUNS
    assert not BY_LEVEL & RUNS
    assert all(verb in VERBS for pair in OPPOSITES.items() for verb in pair)


@pytest.mark.parametrize(
    ("operation", "letter", "effect"),
    [
        ("describe-things", "R", READ),
        ("describe-things", "W", CHANGE),
        ("get-thing", "?", READ),
        ("stop-query", "R", READ),
        ("stop-thing", "W", DESTROY),
        ("create-thing", "P", CHANGE),
        ("start-report", "L", READ),
        ("update-thing", "R", CHANGE),
        ("batch-delete-thing", "W", DESTROY),
        ("invoke-thing", "W", DESTROY),
        ("invoke-model", "R", CHANGE),
        ("generate-thing", "?", None),
        ("generate-thing", "W", CHANGE),
        ("frobnicate-thing", "W", None),
        ("frobnicate-thing", "R", READ),
    ],
)
def test_verb_and_level(operation: str, letter: str, effect: Effect | None) -> None:
    found = by_verb(operation, Level(letter))
    assert (found and found[0]) is effect


REVERSIBLE, DISRUPTIVE, DESTRUCTIVE = Aspect.REVERSIBLE, Aspect.DISRUPTIVE, Aspect.DESTRUCTIVE
SECRET, MONEY = Aspect.EXPOSES_SECRET, Aspect.COSTS_MONEY


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("ecs describe-services", ()),
        ("ecs update-service --service s", (REVERSIBLE, DISRUPTIVE)),
        ("ecs update-service --desired-count 4", (REVERSIBLE, DISRUPTIVE, MONEY)),
        ("ecs update-service --desired-count 0", (REVERSIBLE, DISRUPTIVE)),
        ("ecs delete-service --force", (DISRUPTIVE, DESTRUCTIVE)),
        ("ecs stop-task --task t", (DISRUPTIVE,)),
        ("ecs run-task --task-definition t", (MONEY,)),
        ("rds create-db-snapshot", (REVERSIBLE, MONEY)),
        ("rds create-db-parameter-group", (REVERSIBLE,)),
        ("rds reboot-db-instance", (DISRUPTIVE,)),
        ("rds delete-db-snapshot", (DESTRUCTIVE,)),
        ("ec2 purchase-host-reservation", (MONEY,)),
        ("ec2 authorize-security-group-ingress", (REVERSIBLE,)),
        ("secretsmanager get-secret-value", (SECRET,)),
        ("secretsmanager delete-secret", (REVERSIBLE, DISRUPTIVE)),
        (
            "secretsmanager delete-secret --force-delete-without-recovery",
            (REVERSIBLE, DISRUPTIVE, DESTRUCTIVE),
        ),
        ("cognito-idp describe-user-pool-client", (SECRET,)),
        ("iam create-access-key", (REVERSIBLE, SECRET)),
        ("ssm get-parameter --name p", ()),
        ("ssm get-parameter --name p --with-decryption", (SECRET,)),
        ("elbv2 modify-listener", (REVERSIBLE, DISRUPTIVE)),
        ("lambda tag-resource", (REVERSIBLE,)),
        ("s3 rm s3://b/k", (DESTRUCTIVE,)),
    ],
)
def test_what_else_is_true_of_an_operation(text: str, aspects: tuple[Aspect, ...]) -> None:
    assert classify_argv(("aws", *text.split())).aspects == aspects


def test_the_large_table_is_read_only_when_an_aws_command_is_classified() -> None:
    asked = (
        "from steadyhand.actions import classify_argv\n"
        "from steadyhand.actions.aws.effects.levels import services\n"
        "classify_argv(('date',))\n"
        "assert services.cache_info().currsize == 0\n"
        "classify_argv(('aws', 'ecs', 'list-clusters'))\n"
        "assert services.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", asked], check=True, timeout=60)
