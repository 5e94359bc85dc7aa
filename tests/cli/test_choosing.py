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
