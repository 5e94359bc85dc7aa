"""`incidents`, `oncall` and `silences` as a user calls them: what they say, do, and refuse."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from steadyhand.app.problem import Problem
from steadyhand.cli.program import program
from steadyhand.main import build
from tests.app.shop import Shop

Said = Callable[..., Any]

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
SUMMARY:Bobby
DTSTART:20260101T000000Z
DTEND:20260102T000000Z
RRULE:FREQ=DAILY
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    made.turn("API 5xx Rate")
    yield made
    made.close()


@pytest.fixture
def said(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.chdir(shop.folder)

    def call(*words: str, code: int = 0) -> Any:
        runner = CliRunner()
        done = runner.invoke(
            program, ["--state", str(shop.folder / "state"), *words], obj={"build": build},
            standalone_mode=False,
        )  # fmt: skip
        if isinstance(done.exception, Problem):
            assert done.exception.code == code, done.exception
            return str(done.exception)
        if done.exception is not None:
            raise done.exception
        assert (done.return_value or 0) == code, done.output
        if "--json" in words:
            return [json.loads(line) for line in done.output.splitlines()]
        return done.output

    return call


def test_an_incident_is_listed_and_shown(shop: Shop, said: Said) -> None:
    [key] = shop.incidents()
    [listed] = said("incidents", "list", "--json")
    assert (listed["id"], listed["state"], listed["told"]) == (key, "triggered", ["L1"])
    assert listed["alarms"] == {"API 5xx Rate": True}
    assert said("incidents", "list", "--open") == said("incidents", "list")
    assert all(f"  {name} " in said("incidents", "--help") for name in ("list", "ack", "severity"))
    shown = said("incidents", "show", key)
    assert "L1 On-call engineer paged (ada) by terminal, webhook" in shown
    assert [event["type"] for event in said("incidents", "show", key, "--json")] == shop.events()
    assert "no incident x" in said("incidents", "show", "x", code=2)


def test_the_newest_are_listed_alone_and_the_newest_open_ones(shop: Shop, said: Said) -> None:
    for alarm in ("RDS Connections", "Disk"):
        shop.clock.sleep(60)
        shop.turn(alarm)
    first, second, third = shop.incidents()
    said("incidents", "resolve", third, "--reason", "emptied")

    def listed(*words: str) -> list[str]:
        return [one["id"] for one in said("incidents", "list", "--json", *words)]

    assert listed("--last", "1") == [third]
    assert listed("--last", "2") == [second, third]
    assert listed("--last", "9") == [first, second, third]
    assert listed("--last", "1", "--open") == [second]
    assert listed("--last", "2", "--open") == listed("--open") == [first, second]


def test_an_incident_is_led_to_its_end(shop: Shop, said: Said) -> None:
    [key] = shop.incidents()
    [taken] = said("incidents", "ack", key, "--json")
    assert taken["acknowledged_by"]
    said("incidents", "severity", key, "P1", "--reason", "all users")
    said("incidents", "role", key, "commander", "ada")
    said("incidents", "task", key, "Call the provider", "--due", "5")
    assert "[ ] t1  Call the provider" in said("incidents", "task", key)
    [done] = said("incidents", "task", key, "--done", "t1", "--json")
    assert done["tasks"]["t1"]["done_by"]
    said("incidents", "note", key, "since the deployment")
    said("incidents", "note", key, "we are on it", "--update")
    said("incidents", "page", key, "--everyone", "--reason", "fire")
    refused = said("incidents", "remedy", key, "Rollback", code=2)
    assert "follows no procedure" in refused
    for nothing in ("", " "):
        assert "say what was done" in said("incidents", "mitigate", key, "--how", nothing, code=2)
    assert "mitigated" in said("incidents", "mitigate", key, "--how", "restarted")
    assert "resolved" in said("incidents", "resolve", key, "--reason", "a cable")
    assert said("incidents", "list", "--open") == ""
    assert "triggered" in said("incidents", "reopen", key, "--reason", "not yet")
    shown = said("incidents", "show", key)
    for line in ("severity P1 (rank 0)", "ada is commander", "task t1 done", "update by",
                 "everybody paged (ada, bob): fire", ": a cable", "open again"):  # fmt: skip
        assert line in shown
    assert "a reason" in said("incidents", "resolve", key, "--reason", " ", code=2)
    assert "no severity 'P9'" in said("incidents", "severity", key, "P9", "--reason", "x", code=2)


def test_the_notices_of_an_incident_are_shown(shop: Shop, said: Said) -> None:
    for one in shop.operator.courier.once():
        one.result(20)
    [key] = shop.incidents()
    shown = said("incidents", "notices", key)
    assert "L1  ada by terminal  page  delivered" in shown
    assert "http://127.0.0.1:9: connection refused" in shown
    assert "/ada" not in shown  # the rest of an address may be a secret
    first = said("incidents", "notices", key, "--json")[0]
    assert (first["attempts"], len(first["log"])) == (1, 1)


def test_who_is_on_call_and_who_instead(said: Said) -> None:
    assert "primary  ada" in said("oncall", "who", "--at", "2026-05-04T12:00")
    [now] = said("oncall", "who", "primary", "--at", "2026-05-05T12:00+02:00", "--json")
    assert now["person"] == "bob"
    said("oncall", "who", "--at", "2026-01-01", code=1)  # before the first turn
    key = said("oncall", "override", "primary", "bob", "--from", "2026-05-04T10:00", "--until",
               "2026-05-04T13:00", "--reason", "a train").strip()  # fmt: skip
    assert "a train" in said("oncall", "who", "--at", "2026-05-04T12:00")
    said("oncall", "override", "primary", "--drop", key)
    assert "primary  ada" in said("oncall", "who", "--at", "2026-05-04T12:00")
    assert "no schedule" in said("oncall", "who", "night", code=2)
    assert "is no time" in said("oncall", "who", "--at", "noon", code=2)
    assert "needs a PERSON" in said("oncall", "override", "primary", code=2)


def test_shifts_gaps_and_calendars(said: Said, shop: Shop) -> None:
    shown = said("oncall", "show", "primary", "--days", "2", "--json")
    assert {one["person"] for one in shown} == {"ada", "bob"}
    assert said("oncall", "gaps", "--days", "7") == ""
    lost = said("oncall", "gaps", "shop.md", "--days", "1")
    assert lost == ""
    (shop.folder / "on.ics").write_text(CALENDAR)
    assert "'Bobby' is nobody of [people]" in said("oncall", "import", "primary", "on.ics")
    assert "Bobby" in said("oncall", "who")
    assert "Bobby cannot be reached" in said("oncall", "gaps", "shop.md", "--days", "1", code=1)
    gaps = said("oncall", "gaps", "--days", "1", "--json", code=1)
    assert {(one["schedule"], one["why"]) for one in gaps} == {
        ("primary", "Bobby cannot be reached")
    }
    assert "BEGIN:VCALENDAR" in said("oncall", "feed", "primary")
    assert "not an iCalendar" in said("oncall", "import", "primary", "shop.md", code=2)


def test_a_calendar_that_cannot_be_worked_out_is_not_imported(said: Said, shop: Shop) -> None:
    calendar = shop.folder / "on.ics"
    calendar.write_text(CALENDAR.replace("FREQ=DAILY", "FREQ=FORTNIGHTLY"))
    refused = said("oncall", "import", "primary", "on.ics", code=2)
    assert refused.startswith("on.ics: event 'Bobby' (20260101T000000Z): RRULE: ")
    assert refused.endswith("nothing is imported: correct it there")
    assert "Bobby" not in said("oncall", "who", "--at", "2026-05-04T12:00")


def test_a_calendar_that_was_kept_and_cannot_be_worked_out_is_said(said: Said, shop: Shop) -> None:
    shop.keep_calendar(CALENDAR.replace("DAILY", "DAILY;X-A=1"))
    shown = said("oncall", "who", "--at", "2026-05-04T12:00", code=1)
    assert "primary  nobody\n" in shown
    assert "nobody is on call by primary but by overrides: the calendar that was" in shown
    assert "'X-A'; import one that is right" in shown
    assert "X-A" in said("oncall", "show")
    [gap] = said("oncall", "gaps", "--days", "1", "--json", code=1)
    assert "X-A" in gap["why"]
    assert "nobody: the calendar" in said("oncall", "gaps", "shop.md", "--days", "1", code=1)
    (shop.folder / "on.ics").write_text(CALENDAR)
    said("oncall", "import", "primary", "on.ics")
    assert "Bobby" in said("oncall", "who", "--at", "2026-05-04T12:00")


def test_contacts_that_nobody_is_reached_by(said: Said, shop: Shop) -> None:
    settings = shop.folder / "steadyhand.toml"
    settings.write_text(
        settings.read_text().replace('[contacts."Engineering lead"]', "[contacts.X]")
    )
    [lost] = said("oncall", "gaps", "shop.md", "--days", "1", "--json", code=1)
    assert lost["contact"] == "Engineering lead"
    settings.write_text("")
    refused = said("oncall", "who", code=2)
    assert refused.startswith(f"{settings}: no [schedules]; ")
    settings.unlink()
    (shop.folder / ".git").mkdir()  # it is not looked for above
    refused = said("oncall", "who", code=2)
    assert refused.startswith("there is no steadyhand.toml here or above: no [schedules]; ")


@pytest.mark.parametrize(
    "words",
    [
        ("incidents", "task", "KEY", "Call", "--due", "nan"),
        ("incidents", "task", "KEY", "Call", "--due", "-5"),
        ("incidents", "task", "KEY", "Call", "--due", "1e12"),
        ("tokens", "create", "--person", "a", "--days", "999999999"),
        ("tokens", "create", "--person", "a", "--days", "1e9"),
        ("tokens", "create", "--person", "a", "--days", "nan"),
        ("oncall", "show", "--days", "nan"),
    ],
)
def test_numbers_that_are_none_or_too_much_are_refused(
    said: Said, shop: Shop, words: tuple[str, ...]
) -> None:
    [key] = shop.incidents()
    with pytest.raises(click.BadParameter) as refused:
        said(*(key if word == "KEY" else word for word in words))
    assert refused.value.exit_code == 2
    assert refused.value.param is not None
    assert words[-2] in refused.value.param.opts
    assert not shop.incident().tasks


def test_times_that_are_none_any_more_are_refused(said: Said) -> None:
    silence = ("silences", "add", "--alarm", "x", "--for", "1h", "--reason", "far", "--from")
    assert "--from 9999-12-31T23:59Z: 1h from" in said(*silence, "9999-12-31T23:59Z", code=2)
    assert "after 9999 in UTC" in said(*silence, "9999-12-31T22:00-05:00", code=2)
    assert "from 1900 to 2199" in said("oncall", "who", "--at", "9999-12-31T23:59", code=2)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_first_turn_at_an_end_of_time_is_a_mistake_of_the_settings(
    said: Said, shop: Shop, day: str
) -> None:
    settings = shop.folder / "steadyhand.toml"
    settings.write_text(settings.read_text().replace("2026-05-04", day))
    place = "schedules.primary.rotations[0].starts"
    assert f"{place}: a day from 1900 to 2199 (it is {day})" in said("oncall", "who", code=2)


def test_silences_are_added_listed_and_ended(said: Said) -> None:
    [added] = said("silences", "add", "--alarm", "API*", "--for", "2h", "--reason", "w", "--json")
    assert "alarm=API*" in said("silences", "list")
    [listed] = said("silences", "list", "--json")
    assert (listed["id"], listed["holds"]) == (added["id"], True)
    said("silences", "expire", added["id"])
    assert said("silences", "list") == ""
    assert "ended" in said("silences", "list", "--all")
    assert "ended already" in said("silences", "expire", added["id"], code=2)
    assert "needs a system" in said("silences", "add", "--for", "2h", "--reason", "w", code=2)
    assert "90m" in said(
        "silences", "add", "--alarm", "*", "--for", "ages", "--reason", "w", code=2
    )
