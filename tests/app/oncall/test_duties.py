"""Duties as they are kept: taken up from documents, signed, missed, and told in the outbox."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from steadyhand.app.control import Control
from steadyhand.app.oncall import duties
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.model.duty.events import DutyDefined, DutyKind, DutyOverdue
from steadyhand.model.duty.state import DutyState
from steadyhand.store import outbox
from tests.moved import NOON, MovedClock, plane

DOCUMENT = """\
# Shop

**Owner**: Ada

### Daily Look

- [ ] Look at the errors
- [ ] Look at the orders

## Scheduled Tasks

| Task | Schedule | Purpose |
|------|----------|---------|
| Backup | Daily 3AM UTC | A copy |
"""
SETTINGS = """\
[contacts.Ada]
notices = ["terminal"]

[duties.Backup]
reported = true
"""


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def control(tmp_path: Path, clock: MovedClock) -> Iterator[Control]:
    built = plane(tmp_path / "state", clock)
    yield built
    built.close()


def shop(folder: Path, text: str = DOCUMENT) -> Loaded:
    (folder / "shop").mkdir(exist_ok=True)
    (folder / "shop" / "runbook.md").write_text(text)
    (folder / "shop" / "steadyhand.toml").write_text(SETTINGS)
    return documents.load(folder / "shop" / "runbook.md")


def test_duties_are_taken_up_once_under_an_id_that_stays(control: Control, tmp_path: Path) -> None:
    loaded = shop(tmp_path)
    first = duties.keep(control, loaded)
    assert [one.id for one in first] == ["shop.daily-look", "shop.backup"]
    assert duties.keep(control, loaded) == first
    said = [r.event for r in duties.history(control, "daily look")]
    assert [type(event) for event in said] == [DutyDefined]


def test_a_day_of_a_duty(control: Control, clock: MovedClock, tmp_path: Path) -> None:
    duties.keep(control, shop(tmp_path))
    assert duties.due(control, clock.now()) == ()
    with pytest.raises(Problem, match="not due before 2026-05-02 00:00"):
        duties.sign(control, "daily look", (1,), "Ada")

    clock.at = NOON + timedelta(hours=13)
    [waiting] = duties.due(control, clock.now())  # nobody has driven it yet
    assert waiting.duty.state is DutyState.DUE
    one = duties.sign(control, "daily look", (2,), "Ada", "all paid")
    assert one.duty.round is not None
    assert one.duty.round.unsigned == ("Look at the errors",)
    with pytest.raises(Problem, match="item 2 is signed already"):
        duties.sign(control, "daily look", (2,), "Ben")
    done = duties.sign(control, "daily look", (), "Ben")
    assert (done.duty.state, done.duty.done) == (DutyState.WAITING, 1)


def test_whoever_is_late_is_told_once_and_again_when_it_was_never_done(
    control: Control, clock: MovedClock, tmp_path: Path
) -> None:
    duties.keep(control, shop(tmp_path))
    database = control.journal.database
    for hours in (13, 24, 25, 26):  # it was due at midnight, and is overdue at noon
        clock.at = NOON + timedelta(hours=hours)
        duties.drive_all(control)
    told = [n for n in outbox.undelivered(database) if "Daily Look" in n.title]
    assert [(n.contact, n.system, n.kind, n.title) for n in told] == [
        ("Ada", "shop", "notice", "shop: Daily Look: overdue")
    ]
    assert "- Look at the errors\n- Look at the orders" in told[0].body

    clock.at = NOON + timedelta(hours=37)
    duties.drive_all(control)
    duties.drive_all(control)
    titles = [n.title for n in outbox.undelivered(database) if "Daily Look" in n.title]
    assert titles == ["shop: Daily Look: overdue", "shop: Daily Look: missed"]
    assert duties.find(control, "daily look").duty.missed == 1


def test_a_program_reports_its_task(control: Control, clock: MovedClock, tmp_path: Path) -> None:
    duties.keep(control, shop(tmp_path))
    assert duties.find(control, "backup").duty.definition.kind is DutyKind.TASK
    assert duties.report(control, "backup", "cron") is None  # before its time
    clock.at = NOON + timedelta(hours=15, minutes=5)
    reported = duties.report(control, "backup", "cron")
    assert reported is not None
    assert reported.duty.done == 1
    clock.at += timedelta(days=1, hours=2)
    duties.drive_all(control)
    assert duties.find(control, "backup").duty.state is DutyState.OVERDUE


def test_what_left_the_document_is_retired_and_what_came_back_is_kept_again(
    control: Control, clock: MovedClock, tmp_path: Path
) -> None:
    duties.keep(control, shop(tmp_path))
    duties.keep(control, shop(tmp_path, DOCUMENT.replace("### Daily Look", "### A Look")))
    assert duties.find(control, "daily look").duty.state is DutyState.RETIRED
    clock.at = NOON + timedelta(days=3)
    kept = duties.keep(control, shop(tmp_path))
    look = next(one for one in kept if one.id.endswith("daily-look"))
    assert (look.duty.state, look.duty.unseen) == (DutyState.WAITING, 0)


def test_another_document_of_the_same_folder_retires_nothing(
    control: Control, tmp_path: Path
) -> None:
    duties.keep(control, shop(tmp_path))
    (tmp_path / "shop" / "other.md").write_text("# Other\n\n### Weekly Tidy\n\n- [ ] Tidy\n")
    duties.keep(control, documents.load(tmp_path / "shop" / "other.md"))
    states = {one.id: one.duty.state for one in duties.listed(control)}
    assert states["shop.daily-look"] is DutyState.WAITING
    assert states["other.weekly-tidy"] is DutyState.WAITING


def test_a_name_that_fits_two_duties_is_asked_back(control: Control, tmp_path: Path) -> None:
    duties.keep(control, shop(tmp_path))
    with pytest.raises(Problem, match=r"fits 2 duties: shop\.backup, shop\.daily"):
        duties.find(control, "shop")
    with pytest.raises(Problem, match="there is no duty “nightly”"):
        duties.find(control, "nightly")


def test_eight_people_sign_one_item_and_one_signature_stands(
    control: Control, clock: MovedClock, tmp_path: Path
) -> None:
    duties.keep(control, shop(tmp_path))
    clock.at = NOON + timedelta(hours=13)
    duties.drive_all(control)
    barrier, refused = Barrier(8), []

    def sign(name: str) -> None:
        barrier.wait()
        try:
            duties.sign(control, "daily look", (1,), name)
        except Problem as problem:
            refused.append(str(problem))

    hands = [Thread(target=sign, args=(f"p{n}",)) for n in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(30)
    assert len(refused) == 7
    assert all("signed already" in words for words in refused)


def test_whoever_is_on_call_for_the_owner_is_told_and_named(
    control: Control, clock: MovedClock, tmp_path: Path
) -> None:
    loaded = shop(tmp_path)
    (tmp_path / "shop" / "steadyhand.toml").write_text(
        '[contacts.Ada]\npeople = ["ben"]\n[people.ben]\nnotices = ["terminal"]\n'
    )
    duties.keep(control, loaded)
    clock.at = NOON + timedelta(hours=24)
    duties.drive_all(control)
    [told] = [n for n in outbox.undelivered(control.journal.database) if "Daily" in n.title]
    assert (told.contact, told.person, told.system) == ("Ada", "ben", "shop")
    late = [r.event for r in duties.history(control, "daily look")][-1]
    assert isinstance(late, DutyOverdue)
    assert late.told == "ben"


def test_a_long_name_has_an_id_that_the_journal_has_room_for(
    control: Control, tmp_path: Path
) -> None:
    long = DOCUMENT.replace("### Daily Look", "### Daily Look " + "at everything " * 8)
    [look, _] = duties.keep(control, shop(tmp_path, long))
    assert len(look.id) <= 64
    assert duties.find(control, look.id) == look
