"""`duties`: what a person reads and signs, and the exit codes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.terminal import Person
from tests.moved import NOON, MovedClock

DOCUMENT = """\
# Shop

### Daily Look

- [ ] Look at the errors
- [ ] Look at the orders
"""


@pytest.fixture
def shop(person: Person, tmp_path: Path) -> Person:
    (tmp_path / "shop.md").write_text(DOCUMENT)
    person.clock = MovedClock()
    return person


def day(person: Person, hours: float) -> None:
    person.clock = MovedClock(NOON + timedelta(hours=hours))


def test_a_documents_duties_are_listed_and_nothing_is_written(shop: Person) -> None:
    code, out, _ = shop("duties", "list", "shop.md")
    assert code == 0
    assert out.startswith("shop.md:3: Daily Look: checklist, @daily (UTC), 2 to sign, NOBODY")
    assert shop("duties", "list") == (0, "", "")


def test_a_document_without_any_says_so(shop: Person, tmp_path: Path) -> None:
    (tmp_path / "bare.md").write_text("# Bare\n")
    code, out, _ = shop("duties", "list", "bare.md")
    assert (code, out) == (0, "bare.md: the document says of nothing that it comes again\n")


def test_a_day(shop: Person) -> None:
    assert shop("duties", "keep", "shop.md")[0] == 0
    code, _, err = shop("duties", "sign", "daily look", "--all")
    assert (code, "not due before 2026-05-02" in err) == (2, True)
    day(shop, 13)
    code, out, _ = shop("duties", "list", "--due")
    assert (code, "due        2026-05-02 00:00" in out, "2 to sign" in out) == (0, True, True)
    code, out, _ = shop("duties", "sign", "daily look", "1", "--as", "Ada")
    assert (code, " 1 [x] Look at the errors: Ada (as " in out) == (0, True)
    assert " 2 [ ] Look at the orders" in out
    day(shop, 25)
    code, out, _ = shop("duties", "list")
    assert (code, out.startswith("overdue")) == (1, True)
    code, out, _ = shop("duties", "sign", "daily look", "--all", "--json")
    said = json.loads(out)
    assert (code, said["state"], said["done"]) == (0, "waiting", 1)
    assert said["next_due"] == datetime(2026, 5, 3, tzinfo=UTC).isoformat()
    code, out, _ = shop("duties", "show", "daily look")
    assert "done 1, missed 0" in out
    assert "ItemSigned item=1" in out


def test_a_round_is_skipped_with_a_reason(shop: Person) -> None:
    shop("duties", "keep", "shop.md")
    day(shop, 13)
    assert shop("duties", "skip", "daily look")[0] == 2
    code, out, _ = shop("duties", "skip", "daily look", "--reason", "a holiday", "--json")
    assert (code, json.loads(out)["skipped"]) == (0, 1)


def test_mistakes_are_one_line(shop: Person, tmp_path: Path) -> None:
    (tmp_path / "steadyhand.toml").write_text('[duties."Daily Luck"]\ncron = "0 5 * * *"\n')
    code, _, err = shop("duties", "list", "shop.md")
    assert (code, err) == (
        0,
        'steadyhand.toml: [duties."Daily Luck"] fits nothing in shop.md\n',
    )
    code, _, err = shop("duties", "show", "nothing")
    assert (code, err.count("\n")) == (2, 1)
    code, _, err = shop("duties", "sign", "daily look")
    assert (code, "give the numbers of items, or --all" in err) == (2, True)
    code, _, err = shop("duties", "restore-test", "shop.md")
    assert (code, err) == (
        2,
        "steadyhand: the document has no procedure that restores from a backup\n",
    )
