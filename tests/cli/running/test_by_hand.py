"""What a person did, and what only that person knows of it: given by hand, claimed, shown."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from steadyhand.model.run.events import HoleFilled
from tests.cli.terminal import Person
from tests.run.shop import UPDATE, Plane

RUN = ("run", "shop.md", "Roll back", "--target", "lab")
CLAIM = " says so (by hand)"


def key_of(out: str) -> str:
    return next(line[4:] for line in out.splitlines() if line.startswith("run 2"))


@pytest.fixture
def skipped(person: Person) -> str:
    """A run whose step that lists the revisions was skipped: nothing printed the one before."""
    person.shop.refuse = "list-task-definitions"
    code, out, err = person.types(["s", "I have looked myself"], *RUN)
    assert code == 130, err  # nobody is there any more for the next question
    assert "<previous> is what a step that was done by hand would have printed" in out
    return key_of(out)


def test_it_waits_for_the_value_and_says_how_to_give_it(person: Person, skipped: str) -> None:
    code, _, err = person("resume", skipped)
    assert code == 3
    assert "give it with --value previous=VALUE" in err


def test_a_value_given_by_hand_is_claimed_and_shown_where_it_is_approved(
    person: Person, skipped: str, tmp_path: Path
) -> None:
    assert person("resume", skipped, "--value", "previous=10")[0] == 3  # to be approved
    code, out, err = person("approve", skipped, "--yes")
    assert code == 0, err
    line = next(line for line in out.splitlines() if line.startswith("<previous> = 10: "))
    assert line.endswith(CLAIM)
    assert person("resume", skipped)[0] == 0
    assert person.shop.changes == [UPDATE]
    told = person("runs", "export", skipped)[1]
    assert "<previous> = 10" in told.replace("\\", "").partition("## Deviations")[2]
    plane = Plane.open(tmp_path / ".steadyhand", person.shop)
    events = [r.event for r in plane.engine.journal.read("run", skipped)]
    plane.close()
    (given,) = (event for event in events if isinstance(event, HoleFilled))
    assert given.how == f"{given.by}{CLAIM}"
    assert given.by


def test_a_value_that_came_some_other_way_and_holds_what_nobody_sees_is_not_run(
    person: Person, skipped: str, tmp_path: Path
) -> None:
    plane = Plane.open(tmp_path / ".steadyhand", person.shop)
    seq = len(plane.engine.journal.read("run", skipped)) + 1
    filled = HoleFilled("previous", "10\u200b", "printed by another version", "ada")
    plane.engine.journal.append("run", skipped, seq, filled, datetime.now(UTC))
    plane.close()
    assert person("resume", skipped)[0] == 3  # to be approved
    assert person("approve", skipped, "--yes")[0] == 0
    code, out, _ = person("resume", skipped)
    assert (code, person.shop.changes) == (1, [])
    assert r"not given to bash: \u200b: nobody who reads the step sees this character" in out


def test_at_a_terminal_it_asks_for_the_value(person: Person) -> None:
    person.shop.refuse = "list-task-definitions"
    code, out, err = person.types(["s", "I have looked", "10", "y"], *RUN)
    assert (code, person.shop.changes) == (0, [UPDATE]), err
    assert "<previous> = 10: " in out


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ("previuos=10", 2, "<previuos> is not filled by this run; it has: previous"),
        ("previous", 2, "--value previous: write it as NAME=VALUE"),
        ("previous=10\u200b", 2, r"<previous> is “10\u200b”: nobody sees \u200b in it"),
    ],
)
def test_what_is_no_value_of_the_run_is_said(
    person: Person, skipped: str, given: str, code: int, says: str
) -> None:
    said = person("resume", skipped, "--value", given)
    assert (said[0], says in said[2]) == (code, True), said[2]


def test_a_value_is_given_once(person: Person, skipped: str) -> None:
    person("resume", skipped, "--value", "previous=10")
    said = person("resume", skipped, "--value", "previous=9")
    assert (said[0], "<previous> already has a value" in said[2]) == (2, True)


def test_what_nobody_printed_and_nobody_did_by_hand_ends_the_run(person: Person) -> None:
    person.shop.revision = 9  # none below it is listed
    code, out, _ = person(*RUN)
    assert (code, "no revision of shop-api below shop-api:9" in out) == (1, True)


LOST = """\
# Shop

## Roll back

```bash
# Put the one before back, and keep what it answers
SAID=$(aws ecs update-service --cluster shop --service shop-api --task-definition shop-api:10)
```
"""


@pytest.mark.parametrize(("typed", "changes"), [(["d", "SHOP"], 1), (["n"], 2)])
def test_at_a_terminal_it_asks_what_became_of_a_call_in_doubt(
    person: Person, tmp_path: Path, typed: list[str], changes: int
) -> None:
    (tmp_path / "shop.md").write_text(LOST)
    person.shop.lose = 1
    code, out, err = person.types(["y", *typed], *RUN)
    assert "nobody knows whether this was done: aws ecs update-service" in out
    assert (code, len(person.shop.changes)) == (0, changes), err


def test_a_call_in_doubt_is_left_for_later(person: Person, tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text(LOST)
    person.shop.lose = 1
    code, out, err = person.types(["y", "l"], *RUN)
    assert (code, "in doubt" in err) == (3, True)
    key = key_of(out)
    code, _, err = person("resume", key, "--done")
    assert code == 2
    assert "the script reads what this printed, and that is lost" in err
    assert f"steadyhand resume {key} --done --printed TEXT" in err
    assert person("resume", key, "--not-done", "--printed", "x")[0] == 2
    assert person("resume", key, "--printed", "x")[0] == 2
    assert person("resume", key, "--done", "--printed", "said by hand")[0] == 0
    assert len(person.shop.changes) == 1
    code, out, _ = person("runs", "show", key)
    assert "says so, and what it printed" in out
    assert 'SAID="said by hand"' in person("runs", "show", key, "--json")[1].replace('\\"', '"')
