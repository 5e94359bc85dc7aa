"""A program's task that does not report pages; its reports come by command and by heartbeat."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.app.appending import append
from steadyhand.app.oncall import duties
from steadyhand.app.runbooks import documents
from steadyhand.app.watching import alarms
from steadyhand.app.watching.desk import Desk
from steadyhand.app.watching.probing import report
from steadyhand.model.alarm import AlarmState
from steadyhand.model.duty.events import DutyRetired
from steadyhand.model.duty.heard import names_of
from steadyhand.model.settings.probes import HeartbeatProbe
from steadyhand.model.settings.whole import BadSettings, read_settings
from steadyhand.store import heartbeats
from steadyhand.store.heartbeats import Beat
from steadyhand.watch.book import Sample
from steadyhand.watch.prober import measured
from steadyhand.watch.sources import heartbeat
from tests.app.shop import DOCUMENT, PEOPLE, Shop

TASKS = """
## Scheduled Tasks

| Task | Schedule | Purpose |
|------|----------|---------|
| Database backup | Daily 3AM UTC | A copy |
| Old things | Hourly | Tidy up |
"""
WANTED = """
[duties."Database backup"]
reported = true
page = true
grace_seconds = 900
"""
NAME = "Database backup"
ALARM = "Database backup did not report"
EVENING = datetime(2026, 5, 4, 22, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "shop", more=PEOPLE + WANTED, document=DOCUMENT + TASKS)
    made.clock.at = EVENING
    duties.keep(made.control, made.loaded)
    yield made
    made.close()


def look(shop: Shop, at: datetime) -> AlarmState:
    """Look with the duty's own heartbeat at a moment, as the prober does; write what turned."""
    shop.clock.at = at
    probe = shop.desk.watcher.probes[NAME]
    assert isinstance(probe, HeartbeatProbe)
    seen = heartbeat.judged(probe, report(shop.desk, EVENING, NAME), at)
    shop.desk.take(Sample(NAME, at, measured(probe, seen, None), seen.problem))
    shop.desk.write()
    shop.drive()
    return shop.alarm(ALARM).state


def night(hour: int, minute: int, day: int = 5) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


def test_the_backup_that_did_not_report_pages_and_one_that_comes_late_ends_it(shop: Shop) -> None:
    assert look(shop, night(2, 59)) is AlarmState.OK
    assert look(shop, night(3, 14)) is AlarmState.OK  # it may be a quarter of an hour late
    assert shop.incidents() == []
    assert look(shop, night(3, 16)) is AlarmState.ALARM
    assert [one[1] for one in shop.told()] == ["ada", "ada"]  # terminal and webhook
    duties.report(shop.control, "database backup", "cron")
    assert look(shop, night(3, 17)) is AlarmState.OK


@pytest.mark.parametrize("name", names_of("shop", NAME))
def test_a_heartbeat_under_any_of_its_names_does_the_duty(shop: Shop, name: str) -> None:
    shop.clock.at = night(3, 5)
    duties.heard(shop.control, Beat(name, night(3, 5)), "the job")
    assert look(shop, night(3, 30)) is AlarmState.OK
    assert duties.find(shop.control, NAME).duty.done == 1


def test_a_task_that_says_that_it_failed_pages_and_is_not_done(shop: Shop) -> None:
    shop.clock.at = night(3, 5)
    said = duties.report(shop.control, NAME, "cron", "disk full", failed=True)
    assert said is not None
    assert said.duty.done == 0
    assert look(shop, night(3, 6)) is AlarmState.ALARM
    assert len(shop.incidents()) == 1


def test_what_is_nobodys_task_is_kept_as_a_heartbeat_only(shop: Shop) -> None:
    duties.heard(shop.control, Beat("worker-7", night(3, 5)), "it")
    assert heartbeats.newest(shop.control.journal.database, ["worker-7"]) is not None
    assert all(not one.duty.done for one in duties.listed(shop.control))


def mill_beside(shop: Shop) -> None:
    """Keep the duties of another system whose tasks have the same names."""
    folder = shop.folder.parent / "mill"
    folder.mkdir()
    for file in ("shop.md", "steadyhand.toml"):
        text = (shop.folder / file).read_text()
        (folder / file.replace("shop", "mill")).write_text(text)
    duties.keep(shop.control, documents.load(folder / "mill.md"))


def test_one_name_in_two_systems_does_neither_duty(shop: Shop) -> None:
    mill_beside(shop)
    shop.clock.at = night(3, 5)
    duties.heard(shop.control, Beat("database-backup", night(3, 5)), "the job")
    assert [one.duty.done for one in duties.listed(shop.control)] == [0, 0]
    duties.heard(shop.control, Beat("mill.database-backup", night(3, 5)), "the job")
    assert {one.id: one.duty.done for one in duties.listed(shop.control)} == {
        "mill.database-backup": 1,
        "shop.database-backup": 0,
    }


def test_one_name_in_two_systems_silences_neither_alarm(shop: Shop) -> None:
    mill_beside(shop)
    shop.clock.at = night(3, 5)
    duties.heard(shop.control, Beat("database-backup", night(3, 5)), "the job")
    assert look(shop, night(3, 16)) is AlarmState.ALARM
    said = report(shop.desk, EVENING, NAME).uncounted
    assert said.endswith("may be that of mill: report as shop.database-backup")
    duties.heard(shop.control, Beat("shop.database-backup", night(3, 17)), "the job")
    assert look(shop, night(3, 18)) is AlarmState.OK
    append(shop.control, "duty", "mill.database-backup", DutyRetired("it is gone", night(3, 20)))
    duties.heard(shop.control, Beat("database-backup", night(3, 6, 6)), "the job")
    assert look(shop, night(3, 30, 6)) is AlarmState.OK


def test_a_probe_of_the_same_name_beside_makes_it_nobodys(tmp_path: Path) -> None:
    own = '[probes.Worker]\nkind = "heartbeat"\nevery_seconds = 60\n'
    made = Shop(tmp_path / "shop", more=PEOPLE + own)
    target, engine = made.desk.target, made.control.journal.database
    mill = Desk(made.control, made.loaded, target, "mill")
    heartbeats.record(engine, Beat("worker", EVENING))
    assert report(made.desk, EVENING, "Worker", [made.desk]).at == EVENING
    both = [made.desk, mill]
    heard = report(made.desk, EVENING, "Worker", both)
    assert (heard.at, "report as shop.worker" in heard.uncounted) == (None, True)
    later = EVENING + timedelta(seconds=5)
    heartbeats.record(engine, Beat("shop.worker", later))
    heard = report(made.desk, EVENING, "Worker", both)
    assert (heard.at, heard.uncounted) == (later, "")
    assert report(mill, EVENING, "Worker", both).at is None
    made.close()


def test_the_rows_say_it(shop: Shop) -> None:
    found, stray = alarms.derived(shop.loaded, 1)
    rows = {row.name: row for row in found if row.kind == "schedule"}
    assert rows[NAME].binding == f"heartbeat {NAME}, late by 900 s at most: alarm {ALARM}"
    assert rows["Old things"].unbound.startswith("a program's task: unbound; who reports it")
    assert stray == ()
    assert shop.desk.watcher.probes[NAME] == HeartbeatProbe(
        "heartbeat", cron="0 3 * * *", zone="UTC", grace_seconds=900
    )


def test_what_the_settings_say_of_the_heartbeat_stays(tmp_path: Path) -> None:
    own = f'[probes."{NAME}"]\nkind = "heartbeat"\ncron = "0 4 * * *"\n'
    made = Shop(tmp_path / "shop", more=PEOPLE + WANTED + own, document=DOCUMENT + TASKS)
    try:
        assert made.desk.watcher.probes[NAME] == HeartbeatProbe("heartbeat", cron="0 4 * * *")
        assert made.loaded.settings.alarms[ALARM].probe == NAME
    finally:
        made.close()


def test_who_does_not_report_cannot_be_paged_about() -> None:
    with pytest.raises(BadSettings, match=r"duties.a.page: needs reported = true"):
        read_settings({"duties": {"a": {"page": True}}}, "steadyhand.toml")


def test_a_day_later_it_is_asked_for_again(shop: Shop) -> None:
    duties.heard(shop.control, Beat(NAME, night(3, 5)), "the job")
    assert look(shop, night(3, 30)) is AlarmState.OK
    assert look(shop, night(3, 30) + timedelta(days=1)) is AlarmState.ALARM
