"""Alternatives at a terminal: a person is asked, and what comes of it is what --choose makes."""

from pathlib import Path

import pytest

from tests.cli.terminal import Person

SCALING = """\
# Shop

## Scaling

```bash
# Scale up
aws ecs update-service --cluster shop --service shop-api --desired-count 4

# Scale down
aws ecs update-service --cluster shop --service shop-api --desired-count 2
```

## Look

```bash
date
```
"""
PLAN = ("plan", "scaling.md", "Scaling", "--target", "lab")


@pytest.fixture(autouse=True)
def _document(tmp_path: Path) -> None:
    (tmp_path / "scaling.md").write_text(SCALING.replace("\n## Look\n\n```bash", "\n```bash"))


def digest(out: str) -> str:
    return next(x for x in out.splitlines() if x.startswith("plan ")).split()[1]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["1"], ["--choose", "1"]),
        (["2"], ["--choose", "2"]),
        (["1, 2"], ["--choose", "1", "--choose", "2"]),
        (["none"], ["--skip", "1", "--skip", "2"]),
        (["7", "", "1 none", " 2 "], ["--choose", "2"]),  # it asks until it is answered
    ],
)
def test_the_answer_makes_the_plan_that_the_option_makes(
    person: Person, typed: list[str], words: list[str]
) -> None:
    code, out, err = person.types(typed, *PLAN)
    assert code == 0, err
    assert "1  Scale up  (scaling.md:7)\n  2  Scale down  (scaling.md:10)" in out
    assert digest(out) == digest(person(*PLAN, *words)[1])


def test_a_run_goes_the_way_that_was_chosen(person: Person) -> None:
    code, out, err = person.types(["none"], "run", *PLAN[1:])
    assert code == 0, err
    assert person.shop.changes == []
    assert "not run: Scale up (skipped by choice)" in out


def test_a_program_is_not_asked(person: Person) -> None:
    code, out, err = person.types(["1"], *PLAN, "--json")
    assert (code, out) == (3, "")
    assert "choose one with --choose STEP" in err


def test_who_breaks_off_has_planned_nothing(person: Person, tmp_path: Path) -> None:
    code, _, _ = person.types([], *PLAN)
    assert code == 130
    assert not (tmp_path / ".steadyhand/plans").exists()


ONLY = ("plan", "shop.md", "Roll back", "--target", "lab", "--only", "3")
HOW = "shop-api:10 is the highest listed below shop-api:11, by the command of shop.md:7"


def test_a_value_that_is_missing_is_suggested_by_the_document_s_own_read(person: Person) -> None:
    code, out, err = person(*ONLY)
    assert (code, out) == (2, "")
    assert "<previous> has no value (roll-back/1 prints it)" in err
    assert f"read now: --set previous=10 ({HOW})" in err
    assert person.shop.changes == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [("", f"<previous> = 10 (read now: {HOW})"), ("9", "<previous> = 9 (given at the terminal)")],
)
def test_at_a_terminal_a_value_is_asked_for(person: Person, typed: str, says: str) -> None:
    code, out, err = person.types([typed], *ONLY)
    assert code == 0, err
    assert f"read now: 10 ({HOW})" in out
    assert says in out


LOOKED_UP = """\
# Shop

## Look

```bash
aws ecs describe-services --cluster shop --services shop-api
aws ecs list-tasks --cluster shop
```

## Stop a task

```bash
aws ecs stop-task --cluster shop --task <task-arn>
```
"""


def test_what_nobody_can_take_out_is_shown_to_look_it_up(person: Person, tmp_path: Path) -> None:
    (tmp_path / "tasks.md").write_text(LOOKED_UP)
    words = ("plan", "tasks.md", "Stop a task", "--target", "lab")
    code, _, err = person(*words)
    assert code == 2
    assert "the command of tasks.md:7 prints now:\n    {" in err
    code, out, err = person.types(["arn:of-one"], *words)
    assert code == 0, err
    assert "<task-arn> = arn:of-one (given at the terminal)" in out


def test_what_cannot_be_read_is_only_asked_for(person: Person) -> None:
    person.shop.refuse = "list-task-definitions"
    code, _, err = person(*ONLY)
    assert (code, "read now" in err, "give one with --set previous=VALUE" in err) == (
        2, False, True,
    )  # fmt: skip
