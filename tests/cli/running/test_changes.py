"""`changes`: runs that change something and deployments that were seen, each with its record."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.model.change.state import ChangeState
from tests.cli.terminal import Person
from tests.moved import MovedClock

RULES = """\
# Shop

## Safety Rules

- Changes must be approved by the owner
- **MONITOR** for 10 hours after every deployment

### Pre-Deployment Checklist

- [ ] Tested in staging

## Rollback

```bash
aws ecs update-service --cluster shop --service shop-api --task-definition shop-api:9
```
"""
SETTINGS = """\
[alarms."5xx Rate"]
namespace = "AWS/ApplicationELB"
metric = "HTTPCode_Target_5XX_Count"
service = { cluster = "shop", name = "shop-api" }
"""


def the_change(person: Person) -> dict[str, object]:
    code, out, err = person("changes", "list", "--json")
    assert code == 0, err
    lines = out.splitlines()
    assert len(lines) == 1, out
    said: dict[str, object] = json.loads(lines[0])
    return said


def test_a_run_that_changes_something_is_a_change_from_its_plan_to_its_end(
    person: Person,
) -> None:
    words = ("run", "shop.md", "Roll back", "--target", "lab", "--set", "previous=10")
    code, out, err = person(*words)
    assert code == 3, err
    key = next(line[4:] for line in out.splitlines() if line.startswith("run 2"))
    planned = the_change(person)
    assert (planned["id"], planned["state"]) == (f"run-{key}", ChangeState.PLANNED)
    assert person("changes", "list", "--since", "1h") == (0, "", "")  # nothing is changed yet
    assert person("approve", key, "--yes")[0] == 0
    assert person("resume", key)[0] == 0
    code, out, err = person("changes", "show", key)
    assert "approved by" in out
    assert "began" in out
    assert "aws ecs update-service --cluster shop" in out
    assert f"way back: steadyhand undo {key}" in out
    assert "unwatched: the document asks for no time of watching" in out
    code, out, _ = person("changes", "list", "--since", "1h")
    assert (code, len(out.splitlines())) == (0, 1)


def test_the_deployment_of_a_run_is_the_runs_and_no_change_of_its_own(
    person: Person, tmp_path: Path
) -> None:
    (tmp_path / "steadyhand.toml").write_text(SETTINGS)
    key = person.goes_through(
        "run", "shop.md", "Roll back", "--target", "lab", "--set", "previous=10"
    )
    assert person("changes", "look", "shop.md", "--target", "lab")[0] == 0
    said = the_change(person)
    assert (said["id"], said["deployments"]) == (f"run-{key}", ["ecs-svc/2"])
    assert person("changes", "look", "shop.md", "--target", "lab") == (0, "", "")


def test_a_run_that_only_reads_is_no_change(person: Person) -> None:
    code, _, err = person("run", "shop.md", "Roll back", "--target", "lab", "--only", "1")
    assert code == 0, err
    assert person("changes", "list") == (0, "", "")


@pytest.fixture
def deployed(person: Person, tmp_path: Path) -> Person:
    """Somebody has deployed the shop, and not by a run."""
    (tmp_path / "shop.md").write_text(RULES)
    (tmp_path / "steadyhand.toml").write_text(SETTINGS)
    return person


def test_a_deployment_that_is_seen_is_a_change_with_what_is_missing(deployed: Person) -> None:
    code, out, err = deployed("changes", "look", "shop.md", "--target", "lab")
    assert code == 0, err
    assert "  watched  " in out
    assert deployed("changes", "look", "shop.md", "--target", "lab") == (0, "", "")
    said = the_change(deployed)
    assert said["state"] == "watched"  # the lab divides ten hours to a minute
    code, out, _ = deployed("changes", "show", "ecs-svc/1")
    assert code == 1
    assert "missing: nobody approved it: Changes must be approved by the owner (shop.md:5)" in out
    assert "missing: not ticked: Tested in staging" in out
    assert "way back: Rollback (shop.md:12)" in out


def test_people_complete_the_record_and_it_stays_seen_that_they_were_late(
    deployed: Person,
) -> None:
    deployed("changes", "look", "shop.md", "--target", "lab")
    assert deployed("changes", "approve", "ecs-svc/1", "--as", "Ada")[0] == 0
    assert deployed("changes", "tick", "ecs-svc/1", "1")[0] == 0
    assert deployed("changes", "tick", "ecs-svc/1", "1")[0] == 2
    code, out, _ = deployed("changes", "way-back", "ecs-svc/1", "task definition 9 again")
    assert (code, "way back: task definition 9 again" in out) == (0, True)
    code, out, _ = deployed("changes", "show", "ecs-svc/1")
    assert (code, "missing: approved only after it had begun" in out) == (1, True)
    assert "not ticked" not in out


def test_its_time_of_watching_ends_and_says_how_it_went(deployed: Person) -> None:
    deployed("changes", "look", "shop.md", "--target", "lab")

    deployed.clock = MovedClock(datetime.now(UTC) + timedelta(hours=1))
    said = the_change(deployed)
    assert (said["state"], said["verdict"]) == ("closed", "well")


def test_mistakes_are_one_line(person: Person) -> None:
    code, _, err = person("changes", "show", "nothing")
    assert (code, err.count("\n")) == (2, 1)
    code, _, err = person("changes", "list", "--since", "yesterday")
    assert (code, "write it as 30m, 1h or 2d" in err) == (2, True)
