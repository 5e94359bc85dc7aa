"""Our reading of the AWS CLI against the real one: commands made for it, and the five runbooks.

The oracle's awscli is version 1 with the models of the installed botocore. What differs stands in
commands.toml with the reason.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from steadyhand.lint.aws import Models, check, installed
from steadyhand.lint.aws.known import models
from tests.lint.aws.commands import Case, cases
from tests.lint.aws.filling import filled
from tests.lint.subjects import subject

# What the CLI prints → our word for it. The first that is found counts.
REASONS = (
    (r"argument command: Invalid choice", "unknown-service"),
    (r"argument (operation|subcommand): Invalid choice", "unknown-operation"),
    (r"argument [^:]+: Invalid choice", "invalid-choice"),
    (r"Invalid endpoint", "wrong-form"),
    (r"are required: operation", "missing-operation"),
    (r"the following arguments are required", "missing-option"),
    (r"ambiguous option", "ambiguous-option"),
    (r"expected (one argument|at least one argument|\d arguments?)", "missing-value"),
    (r"ignored explicit argument", "unwanted-value"),
    (r"Unknown options: -", "unknown-option"),
    (r"Unknown options: ", "unexpected-word"),
    (r"Bad value for --query", "query-syntax"),
    (r"Bad value for --endpoint-url", "wrong-form"),
    (r"invalid (int|float) value|could not convert|invalid literal", "wrong-type"),
    (r"AttributeError|Invalid type for parameter|must be strings?", "wrong-type"),
    (r"Invalid JSON|Expected: '|Second instance of key", "wrong-syntax"),
    (r"Missing required parameter in input", "missing-option"),
    (r"Missing required parameter in|[Tt]agged union", "missing-key"),
    (r"Unknown parameter in", "unknown-key"),
    (r"Invalid length for parameter", "wrong-length"),
    (r"valid min value", "out-of-range"),
)
# A waiter is a sub-command to the CLI.
SAME = {"unknown-waiter": "unknown-operation"}
SECONDS = 240


def ask(argvs: Sequence[Sequence[str]]) -> list[str]:
    """Give what the real CLI says to each argv: "accepted", or our word for its reason."""
    data = models.directory()
    assert data is not None
    once = list(dict.fromkeys(tuple(argv) for argv in argvs))
    answer = subprocess.run(
        [sys.executable, "-m", "tests.lint.aws.oracle", str(data)],
        input=json.dumps(once),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    answers = json.loads(answer.stdout)
    said = {
        argv: "accepted" if accepted else reason(text)
        for argv, (accepted, text) in zip(once, answers, strict=True)
    }
    return [said[tuple(argv)] for argv in argvs]


def reason(said: str) -> str:
    for pattern, kind in REASONS:
        if re.search(pattern, said):
            return kind
    return said.strip()[-200:]


def known() -> Models:
    found = installed()
    assert found is not None
    return found


def ours(case: Case) -> frozenset[str]:
    return frozenset(problem.kind.value for problem in check(case.words, known()).problems)


ALL = cases()


@pytest.mark.parametrize("case", ALL, ids=[case.command[4:60] for case in ALL])
def test_our_check_says_what_is_expected(case: Case) -> None:
    assert ours(case) == case.ours


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    return dict(zip([c.command for c in ALL], ask([c.argv[1:] for c in ALL]), strict=True))


@pytest.mark.parametrize("case", ALL, ids=[case.command[4:60] for case in ALL])
def test_the_cli_says_what_is_expected(case: Case, answers: dict[str, str]) -> None:
    assert answers[case.command] == SAME.get(case.cli, case.cli)


def test_there_are_enough_commands() -> None:
    assert len({case.command for case in ALL}) == len(ALL) >= 300
    assert len({case.argv[1] for case in ALL}) >= 30


# Of all aws commands in the five runbooks: what our check says, what the CLI does, how often.
# `logs tail` is in version 2; one value is less than what the documentation allows; and one is two
# choices in one word. Those two the CLI leaves to the service.
DIFFERENT = {
    (("v2-only",), "unknown-operation"): 11,
    (("out-of-range",), "accepted"): 1,
    (("invalid-choice",), "accepted"): 1,
}


@pytest.mark.seeds
def test_the_five_runbooks_are_read_as_the_cli_reads_them(seed_folder: Path) -> None:
    commands = [
        used
        for path in sorted(seed_folder.glob("*.md"))
        for used in subject(path.read_text(), str(path)).named("aws")
    ]
    assert len(commands) >= 180
    cli = ask([filled(used.words, known()) for used in commands])
    different: Counter[tuple[tuple[str, ...], str]] = Counter()
    for used, answer in zip(commands, cli, strict=True):
        kinds = sorted({p.kind.value for p in check(used.words, known()).problems})
        if (kinds or ["accepted"]) != [answer]:
            different[tuple(kinds), answer] += 1
    assert different == DIFFERENT
