"""`duties restore-test`: a procedure that restores, run and measured against the document."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.terminal import Person

DOCUMENT = """\
# Shop

| Metric | Target | Actual |
|--------|--------|--------|
| RPO | < 1 hour | ~5 min |
| RTO | < 4 hours | ~30 min |

## Bring it back

```bash
aws rds restore-db-instance-from-db-snapshot --db-instance-identifier db-restored \\
  --db-snapshot-identifier <snapshot>
```
"""
BEGIN = ("duties", "restore-test", "shop.md", "--target", "lab", "--set", "snapshot=nightly")


@pytest.fixture
def shop(person: Person, tmp_path: Path) -> Person:
    (tmp_path / "shop.md").write_text(DOCUMENT)
    person.shop.restorable = datetime.now(UTC) - timedelta(seconds=3)
    return person


def began(person: Person, *more: str) -> str:
    code, out, err = person(*BEGIN, *more)
    assert code == 3, err
    return next(line[4:] for line in out.splitlines() if line.startswith("run 2"))


def test_it_is_measured_when_what_it_restored_is_up(shop: Person) -> None:
    run = began(shop)
    code, _, err = shop(*BEGIN)
    assert (code, "restores already" in err) == (1, True)
    assert shop("approve", run, "--yes")[0] == 0
    assert shop("resume", run)[0] == 0
    assert shop.shop.copies == {"db-restored": 2}
    code, out, _ = shop("duties", "show", "restore test")
    assert "restore test: completed" not in out  # it is being created still
    code, out, _ = shop("duties", "show", "restore test")
    assert f"restore test: completed: run {run} of bring-it-back" in out
    assert "by what was restored (snapshot nightly) (× 600): missed < 1 hour" in out
    code, out, _ = shop("duties", "show", "restore test", "--json")
    restore = json.loads(out)["restore"]
    assert (restore["rpo"], restore["source"]) == ("missed", "db")
    assert 3 <= restore["figures"]["rpo"] < 60
    assert restore["figures"]["lost"] > 3600
    assert restore["figures"]["rto"] > 0


def test_what_is_declined_measured_nothing_and_can_be_done_again(shop: Person) -> None:
    run = began(shop)
    assert shop("approve", run, "--decline", "not today")[0] == 0
    shop("resume", run)
    _code, out, _ = shop("duties", "show", "restore test")
    assert f"restore test: refused: run {run}" in out
    assert "RTO: –" in out
    assert began(shop) != run


def test_the_moment_of_the_fault_is_not_in_the_future(shop: Person) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    code, _, err = shop(*BEGIN, "--fault-at", later)
    assert (code, "still to come" in err) == (2, True)
    code, _, err = shop(*BEGIN, "--fault-at", "noon")
    assert (code, "write it as" in err) == (2, True)


def test_a_snapshot_made_after_the_fault_is_no_way_back(shop: Person) -> None:
    shop.shop.restorable = None
    began(shop, "--fault-at", "2026-05-01T02:00:00Z")
    _code, out, _ = shop("duties", "show", "restore test", "--json")
    opened = next(e for e in json.loads(out)["history"] if e["type"] == "RestoreOpened")
    assert (opened["newest"], opened["unread"]) == (
        None,
        "no restorable time of db could be read",
    )
