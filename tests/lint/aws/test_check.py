"""What the check says of a command beside its problems, where, and what it leaves open."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steadyhand.lint.aws import Kind, Models, check, installed
from steadyhand.model.document.edit import apply_edits
from steadyhand.model.document.finding import Mark
from steadyhand.model.document.shell import Part, PartKind, Word
from tests.lint.aws.commands import Case, cases
from tests.lint.subjects import findings

ALL = cases()
VARIABLE = Word((Part(PartKind.DYNAMIC, "$X"),))
PLACEHOLDER = Word((Part(PartKind.PARAMETER, "x"),))
QUOTED = Word((Part(PartKind.DYNAMIC, "$(x)", True),))


def known() -> Models:
    found = installed()
    assert found is not None
    return found


def words(command: str) -> tuple[Word, ...]:
    return Case(command, frozenset(), "").words


def kinds(command: tuple[Word, ...]) -> set[Kind]:
    return {problem.kind for problem in check(command, known()).problems}


def test_a_call_says_what_is_asked_for() -> None:
    call = check(words("aws ecs update-service --service web --region eu-west-1"), known()).call
    assert (call.service, call.operation, call.waiter) == ("ecs", "UpdateService", "")
    assert call.command == ("ecs", "update-service")
    assert (call.value("--service"), call.value("--region")) == ("web", "eu-west-1")
    assert call.value("--cluster") is None


def test_a_call_knows_waiters_renamed_services_and_what_is_not_known_yet() -> None:
    call = check(words("aws ecs wait services-stable --services a b"), known()).call
    assert (call.operation, call.waiter) == ("", "services-stable")
    assert call.values["--services"] == ("a", "b")
    call = check(words("aws deploy list-applications"), known()).call
    assert (call.service, call.operation) == ("codedeploy", "ListApplications")
    call = check((*words("aws ecs list-tasks --cluster"), VARIABLE), known()).call
    assert call.values["--cluster"] == (None,)
    assert check((*words("aws ecs"), VARIABLE), known()).call.operation == ""


@pytest.mark.parametrize(
    ("command", "word", "wrong", "right"),
    [
        ("aws esc list-tasks", 1, "esc", "ecs"),
        ("aws ecs list-task", 2, "list-task", "list-tasks"),
        ("aws ecs list-tasks --clusters a", 3, "--clusters", "--cluster"),
        ("aws ecs update-service --desired-count two --service a", 4, "two", ""),
        ("aws ecs list-tasks --launch-type FARGAET", 4, "FARGAET", "FARGATE"),
        ("aws ec2 describe-instances --filters Name=a,Value=b", 4, "Value", "Values"),
        (
            "aws ecs list-attributes --target-type container-instances",
            4,
            "container-instances",
            "container-instance",
        ),
        (
            "aws sqs get-queue-attributes --queue-url q --attribute-names Policy,QueueArn",
            6,
            "Policy,QueueArn",
            "Policy QueueArn",
        ),
        ("aws ecs describe-services --cluster a", 2, "describe-services", ""),
        ("aws sts get-caller-identity --query Acount", 4, "Acount", "Account"),
        ("aws ecs list-tasks --query 'lenght(taskArns)'", 4, "lenght", "length"),
    ],
)
def test_a_problem_says_where_it_is(command: str, word: int, wrong: str, right: str) -> None:
    (problem,) = check(words(command), known()).problems
    assert (problem.word, problem.wrong, problem.right) == (word, wrong, right)
    assert problem.message
    assert problem.help


def test_made_up_keys_are_left_alone() -> None:
    tags = "aws ecs tag-resource --resource-arn a --tags"
    assert kinds(words(f'{tags} \'[{{"xxx": "v"}}]\'')) == set()
    assert kinds(words(f'{tags} \'[{{"kee": "v"}}]\'')) == {Kind.UNKNOWN_KEY}


def test_a_finding_marks_the_word_that_is_meant_and_mends_it() -> None:
    text = (
        "# P\n\n```bash\n# Get 5 of them: 5\n"
        "aws rds describe-db-snapshots --db-instance-identifier 5 --max-records 5\n"
        "aws cloudwatch get-metric-statistics --namespace a --metric-name b --period 60 \\\n"
        "  --start-time 1 --end-time 2 --statistics Sum,Average\n```\n"
    )
    range_, choice = findings(text, "invalid-aws-value")
    line = text.split("\n")[4]
    assert range_.mark == Mark(5, len(line), len(line) + 1)
    assert not range_.fix
    assert apply_edits(text, choice.fix).split("\n")[6].endswith("--statistics Sum Average")


def holed(command: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    """Put something unknown in each word's place; quoted, only where a value may stand."""
    for index in range(1, len(command)):
        options = (command[index].literal or "").startswith("-")
        for hole in (VARIABLE, PLACEHOLDER, *(() if options else (QUOTED,))):
            yield (*command[:index], hole, *command[index + 1 :])


@pytest.mark.parametrize("case", ALL, ids=[case.command[4:60] for case in ALL])
def test_what_is_unknown_never_makes_a_problem(case: Case) -> None:
    said = kinds(case.words)
    for command in holed(case.words):
        assert kinds(command) <= said


VOCABULARY = sorted({word for case in ALL for word in case.argv[1:]})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(VOCABULARY) | st.text(max_size=12), max_size=10))
def test_any_words_are_read_to_the_end(argv: list[str]) -> None:
    command = tuple(Word((Part(PartKind.LITERAL, text, True),)) for text in ("aws", *argv))
    for problem in check(command, known()).problems:
        assert 0 < problem.word < len(command)
        assert problem.wrong in argv[problem.word - 1]
