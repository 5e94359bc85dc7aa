"""What becomes of alarms: who is told, what joins, what is held, what comes back, what is over."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.app.oncall import schedules, silences
from steadyhand.app.problem import Problem
from steadyhand.app.responding import incident_list, incidents, links
from steadyhand.model.alarm import AlarmState, AlarmTurned
from steadyhand.model.incident.conduct import LevelSkipped
from steadyhand.model.incident.state import IncidentState
from steadyhand.model.oncall.rotation import Shift
from steadyhand.model.oncall.silence import Matcher
from tests.app.shop import DOCUMENT, NOON, PEOPLE, Shop

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.close()


def silence(shop: Shop, alarm: str = "*", hours: float = 1) -> str:
    now = shop.clock.at
    return silences.add(shop.control, Matcher(alarm=alarm), now, now + hours * HOUR, "works", "cyd")


# --- whom ----------------------------------------------------------------------------------------


def test_whoever_is_on_call_is_told_by_their_channels(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    assert shop.told() == [("L1", "ada", "terminal"), ("L1", "ada", "webhook")]
    shop.after(31)
    assert shop.told()[-1] == ("L2", "bob", "terminal")


def test_an_override_changes_who_is_told(shop: Shop) -> None:
    shift = Shift("bob", NOON, NOON + HOUR, "ada is on a train")
    schedules.override(shop.control, shop.loaded.settings, "primary", shift, "ada")
    shop.turn("API 5xx Rate")
    assert shop.told() == [("L1", "bob", "terminal")]


def test_a_gap_is_an_empty_level_and_the_next_one_is_told_at_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path, PEOPLE.replace("2026-05-04", "2026-06-01"))
    shop.turn("API 5xx Rate")
    assert shop.events()[1:3] == ["LevelSkipped", "Escalated"]
    assert shop.told() == [("L2", "bob", "terminal")]
    gaps = schedules.gaps(shop.control, shop.loaded.settings, NOON, 1)
    assert [(gap.schedule, gap.starts) for gap in gaps] == [("primary", NOON)]
    shop.close()


def test_a_kept_calendar_that_cannot_be_worked_out_is_nobody_and_the_next_is_told(
    shop: Shop,
) -> None:
    shop.keep_calendar(ICS.replace("DAILY", "FORTNIGHTLY"))
    shop.turn("API 5xx Rate")
    assert shop.events()[1:3] == ["LevelSkipped", "Escalated"]
    assert shop.told() == [("L2", "bob", "terminal")]
    [said] = schedules.missing(shop.control, shop.loaded, 1)
    assert "nobody is told by primary" in said
    assert "FORTNIGHTLY" in said
    skipped = shop.control.journal.read("incident", shop.incidents()[0])[1].event
    assert isinstance(skipped, LevelSkipped)
    assert "nobody is on call by primary: " in skipped.why
    assert "FORTNIGHTLY" in skipped.why


def test_an_override_puts_somebody_on_call_over_a_broken_calendar(shop: Shop) -> None:
    shop.keep_calendar(ICS.replace("DAILY", "FORTNIGHTLY"))
    shift = Shift("bob", NOON, NOON + HOUR, "the calendar is broken")
    schedules.override(shop.control, shop.loaded.settings, "primary", shift, "ada")
    shop.turn("API 5xx Rate")
    assert shop.told() == [("L1", "bob", "terminal")]


def test_nobody_anywhere_is_told_to_whoever_is_at_the_terminal(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "")
    shop.turn("API 5xx Rate")
    assert shop.events()[1:4] == ["LevelSkipped", "LevelSkipped", "EveryonePaged"]
    assert shop.told() == [("everyone", "everyone", "terminal")]
    shop.close()


def test_breaking_the_glass_tells_everybody_even_under_a_silence(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    silence(shop)
    shop.after(1)
    names = incidents.page_everyone(
        shop.control, shop.loaded, shop.incidents()[0], "cyd", "fire in the hall"
    )
    assert names == ("ada", "bob")
    assert ("everyone", "bob", "terminal") in shop.told()


# --- what belongs together -----------------------------------------------------------------------


def test_the_database_is_down_and_what_depends_on_it_joins(shop: Shop) -> None:
    shop.turn("RDS Connections")
    shop.turn("API 5xx Rate")
    assert len(shop.incidents()) == 1
    seen = shop.incident().alarms["API 5xx Rate"]
    assert seen.why == "RDS PostgreSQL, which it depends on, is down: RDS Connections"
    assert shop.alarm("API 5xx Rate").incident == shop.incidents()[0]


def test_what_has_nothing_to_do_with_it_has_an_incident_of_its_own(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    shop.turn("Disk")
    assert {shop.incident(key).alarm for key in shop.incidents()} == {"API 5xx Rate", "Disk"}


def test_the_settings_say_what_follows_from_what(tmp_path: Path) -> None:
    rule = '[[respond.inhibit]]\nsource = "Disk"\ntarget = "API*"\n'
    shop = Shop(tmp_path, PEOPLE + rule)
    shop.turn("Disk")
    shop.turn("API Latency")
    assert len(shop.incidents()) == 1
    shop.close()


# --- silences and windows ------------------------------------------------------------------------


def test_what_is_silenced_opens_nothing_until_the_silence_is_over(shop: Shop) -> None:
    key = silence(shop, "API*")
    shop.turn("API 5xx Rate")
    assert shop.incidents() == []
    assert shop.alarm("API 5xx Rate").held == key
    shop.turn("Disk")
    assert len(shop.incidents()) == 1
    shop.after(60)
    assert [shop.incident(one).alarm for one in shop.incidents()] == ["Disk", "API 5xx Rate"]
    assert shop.alarm("API 5xx Rate").held == ""


def test_a_muted_alarm_does_not_page_on_a_restart(shop: Shop) -> None:
    silence(shop)
    shop.turn("API 5xx Rate")
    shop.restart()
    shop.operator.sweep()
    shop.drive()
    assert shop.incidents() == []


def test_an_expired_silence_holds_nothing_on_a_restart(shop: Shop) -> None:
    key = silence(shop)
    shop.turn("API 5xx Rate")
    silences.expire(shop.control, key, "ada")
    shop.restart()
    shop.drive()
    assert len(shop.incidents()) == 1
    assert shop.told()[0] == ("L1", "ada", "terminal")


def test_maintenance_ends_the_pages_that_are_under_way(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    silence(shop)
    shop.after(1)
    assert shop.events()[-1] == "PagesHeld"
    assert shop.told("held") == [("L1", "ada", "terminal"), ("L1", "ada", "webhook")]
    before = shop.told()
    shop.after(58)
    assert shop.told() == before  # L2 was due meanwhile
    shop.after(3)
    assert ("L2", "bob", "terminal") in shop.told()[len(before) :]


def test_a_silence_that_is_ended_early_gives_the_pages_back_then(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    key = silence(shop, hours=10)
    shop.after(2)
    silences.expire(shop.control, key, "ada")
    shop.after(1)
    assert shop.events()[-2:] == ["PagesReleased", "PagedAgain"]


SUNDAY = datetime(2026, 5, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(("wanted", "opened"), [('["Maintenance*"]', 0), ("[]", 1)])
def test_a_window_of_the_document_holds_pages_where_the_settings_want_it(
    tmp_path: Path, wanted: str, opened: int
) -> None:
    shop = Shop(tmp_path, f"[respond]\nmaintenance = {wanted}\n" + PEOPLE)
    assert [window.cron for window in shop.loaded.runbook.facts.windows] == ["0 2 * * 0"]
    shop.clock.at = SUNDAY
    shop.turn("API 5xx Rate")
    assert len(shop.incidents()) == opened
    shop.after(60)
    assert len(shop.incidents()) == 1
    shop.close()


def test_silences_are_listed_until_they_end_and_need_a_reason(shop: Shop) -> None:
    key = silence(shop)
    assert [one for one, _ in silences.listed(shop.control)] == [key]
    shop.clock.at += 2 * HOUR
    assert silences.listed(shop.control) == []
    assert [one for one, _ in silences.listed(shop.control, ended=True)] == [key]
    with pytest.raises(Problem, match="ended already"):
        silences.expire(shop.control, key, "ada")
    with pytest.raises(Problem, match="no silence"):
        silences.expire(shop.control, "s-0", "ada")
    now = shop.clock.at
    for matcher, ends, reason in (
        (Matcher(), now + HOUR, "x"),
        (Matcher(alarm="*"), now, "x"),
        (Matcher(alarm="*"), now + HOUR, " "),
    ):
        with pytest.raises(Problem):
            silences.add(shop.control, matcher, now, ends, reason, "ada")


# --- how it ends, and comes back -----------------------------------------------------------------


def test_left_to_people_it_ends_when_its_alarm_is_ok_for_long_enough(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    shop.after(2)
    shop.turn("API 5xx Rate", AlarmState.OK)
    shop.after(4)
    assert shop.incident().state is IncidentState.TRIGGERED
    shop.after(2)
    assert shop.incident().state is IncidentState.REVIEWED
    assert "resolved by itself: API 5xx Rate OK since" in shop.incident().resolution
    assert shop.told("resolved") == [("L1", "ada", "terminal"), ("L1", "ada", "webhook")]


def test_resolved_is_told_to_whoever_was_told_however_long_after(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    shop.after(32)
    shop.restart()
    incidents.resolve_by_hand(shop.control, shop.incidents()[0], "ada", "a cable")
    assert [who for _, who, _ in shop.told("resolved")] == ["ada", "ada", "bob"]
    with pytest.raises(Problem, match="after it was resolved"):
        incidents.resolve_by_hand(shop.control, shop.incidents()[0], "ada", "again")


def test_what_is_in_alarm_again_soon_after_is_opened_again(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    shop.turn("API 5xx Rate", AlarmState.OK)
    shop.after(6)
    assert shop.incident().review
    shop.after(5)
    shop.turn("API 5xx Rate")
    assert len(shop.incidents()) == 1
    assert shop.incident().state is IncidentState.TRIGGERED
    assert len(shop.told()) == 4  # ada is paged anew
    open_now = shop.control.journal.unfinished("incident", "ReviewWritten", "Reopened")
    assert [key for key, _ in open_now] == shop.incidents()  # a restart finds it


def test_what_is_in_alarm_much_later_is_another_incident(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    shop.turn("API 5xx Rate", AlarmState.OK)
    shop.after(6)
    shop.after(31)
    shop.turn("API 5xx Rate")
    assert len(shop.incidents()) == 2


# --- what people do ------------------------------------------------------------------------------


def test_an_acknowledgement_outlives_a_restart_and_an_alarm_that_joins(shop: Shop) -> None:
    shop.turn("RDS Connections")
    incidents.acknowledge(shop.control, shop.incidents()[0], "ada")
    before = shop.told()
    shop.restart()
    shop.turn("RDS Connections", AlarmState.OK)
    shop.turn("RDS Connections")
    shop.turn("API 5xx Rate")
    shop.after(20)  # it would be repeated after 15 minutes
    assert shop.incident().acknowledged_by == "ada"
    assert shop.incident().state is IncidentState.ACKNOWLEDGED
    assert shop.told() == before


def test_no_state_changes_without_an_event_that_others_hear(shop: Shop) -> None:
    """Whatever happens to an alarm, an incident or a silence: who listens hears of it, and the
    journal alone gives the same states again."""
    heard: list[tuple[str, str]] = []
    shop.control.engine.listeners.append(lambda one: heard.append((one.kind, one.id)))
    seen: dict[tuple[str, str], object] = {}

    def look() -> None:
        for kind in ("alarm", "incident", "silence"):
            for key, _ in shop.control.journal.keys(kind):
                now = shop.control.engine.turn(kind, key).state
                if now != seen.get((kind, key)):
                    assert (kind, key) in heard, f"{kind} {key} changed, and nobody was told"
                seen[kind, key] = now
        heard.clear()

    shop.turn("API 5xx Rate")
    look()
    (key,) = shop.incidents()
    deeds: tuple[Callable[[], object], ...] = (
        lambda: shop.after(31),
        lambda: silences.expire(shop.control, silence(shop), "ada"),
        lambda: incidents.acknowledge(shop.control, key, "ada"),
        lambda: shop.after(31),
        lambda: shop.turn("RDS Connections"),
        lambda: incidents.resolve_by_hand(shop.control, key, "ada", "it is well"),
        lambda: shop.after(1),
        lambda: shop.turn("API 5xx Rate", AlarmState.OK),
        lambda: incidents.reopen(shop.control, key, "bob", "it is not"),
    )
    for deed in deeds:
        deed()
        look()
    shop.restart()
    for (kind, one), state in seen.items():
        assert shop.control.engine.turn(kind, one).state == state


def test_an_acknowledgement_is_told_to_the_others(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    shop.after(31)
    key = shop.incidents()[0]
    incidents.acknowledge(shop.control, key, "bob")
    assert shop.incident().acknowledged_by == "bob"
    assert {who for _, who, _ in shop.told("acknowledged")} == {"ada"}
    incidents.acknowledge(shop.control, key, "ada")
    assert shop.incident().acknowledged_by == "bob"


def test_a_person_of_several_levels_is_told_once_by_each_channel(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    shop.after(31)
    key = shop.incidents()[0]
    incidents.page_everyone(shop.control, shop.loaded, key, "cyd", "it grows")
    assert len([who for _, who, _ in shop.told() if who == "ada"]) > 2  # a page is one of its level
    incidents.resolve_by_hand(shop.control, key, "cyd", "seen to be well")
    told = [(who, channel) for _, who, channel in shop.told("resolved")]
    assert len(told) == len(set(told))
    assert {who for who, _ in told} >= {"ada", "bob"}


def test_another_severity_needs_one_of_the_documents_and_a_reason(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    key = shop.incidents()[0]
    with pytest.raises(Problem, match="no severity 'P7'; it has: P1, P3"):
        incidents.change_severity(shop.control, shop.loaded, key, "P7", "ada", "worse")
    with pytest.raises(Problem, match="reason"):
        incidents.change_severity(shop.control, shop.loaded, key, "P1", "ada", "")
    incidents.change_severity(shop.control, shop.loaded, key, "P1", "ada", "all users")
    changed = shop.incident()
    assert (changed.severity, changed.rank) == ("P1", 0)
    assert changed.answering.respond_by == NOON + HOUR / 4
    shop.after(16)
    assert "ResponseBreached" in shop.events()


def test_the_next_business_day_is_waited_for(tmp_path: Path) -> None:
    shop = Shop(tmp_path, '[respond.severities]\nDisk = "P3"\n' + PEOPLE)
    shop.turn("Disk")
    opened = shop.incident().opened
    assert (opened.severity, opened.rank) == ("P3", 3)
    assert opened.pages_from == datetime(2026, 5, 5, 9, tzinfo=UTC)
    assert shop.told() == []
    shop.clock.at = opened.pages_from
    shop.drive()
    assert shop.told() == [("L1", "bob", "terminal")]  # it is bob's day by then
    shop.close()


def test_roles_tasks_notes_links(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    key = shop.incidents()[0]
    incidents.give_role(shop.control, key, "commander", "ada", "bob")
    task = incidents.add_task(shop.control, key, "Call the provider", "ada", 300)
    incidents.note(shop.control, key, "ada", "seen since the deployment")
    incidents.post_update(shop.control, key, "ada", "we are on it")
    incidents.link(shop.control, key, "change", "c-1", "deployed just before")
    shop.after(6)
    state = shop.incident()
    assert dict(state.roles) == {"commander": "ada"}
    assert state.tasks[task].overdue
    assert state.links == (("change", "c-1"),)
    incidents.finish_task(shop.control, key, task, "ada")
    assert shop.incident().tasks[task].done_by == "ada"
    with pytest.raises(Problem, match="no incident x"):
        incidents.note(shop.control, "x", "ada", "y")


# --- schedules as they are kept ------------------------------------------------------------------

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
SUMMARY:bob
DTSTART:20260504T000000Z
DTEND:20260505T000000Z
RRULE:FREQ=DAILY
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar_and_an_override_are_kept_over_a_restart(shop: Shop) -> None:
    settings = shop.loaded.settings
    assert schedules.import_calendar(shop.control, settings, "primary", ICS, "x.ics", "ada") == ()
    shift = Shift("ada", NOON, NOON + HOUR, "")
    key = schedules.override(shop.control, settings, "primary", shift, "bob")
    shop.restart()
    found = [schedules.on_call(shop.control, settings, "primary", NOON + n * HOUR) for n in (0, 2)]
    assert [one.person for one in found if one] == ["ada", "bob"]
    schedules.drop_override(shop.control, settings, "primary", key, "bob")
    now = schedules.on_call(shop.control, settings, "primary", NOON)
    assert now is not None
    assert now.person == "bob"
    assert "SUMMARY:bob" in schedules.feed_of(shop.control, settings, "primary", 7)


def test_what_cannot_be_done_with_a_schedule_is_said(shop: Shop) -> None:
    settings, control = shop.loaded.settings, shop.control
    with pytest.raises(Problem, match=r"no schedule 'x'; .* has: primary"):
        schedules.on_call(control, settings, "x", NOON)
    with pytest.raises(Problem, match="no 'eve' in"):
        schedules.override(control, settings, "primary", Shift("eve", NOON, NOON + HOUR), "ada")
    with pytest.raises(Problem, match="before it starts"):
        schedules.override(control, settings, "primary", Shift("ada", NOON, NOON), "ada")
    with pytest.raises(Problem, match="no override o-0"):
        schedules.drop_override(control, settings, "primary", "o-0", "ada")
    with pytest.raises(Problem, match=r"x\.ics: not an iCalendar text"):
        schedules.import_calendar(control, settings, "primary", "hello", "x.ics", "ada")


# --- delivery ------------------------------------------------------------------------------------


def deliver(shop: Shop) -> None:
    for one in shop.operator.courier.once():
        one.result(20)


def test_what_fails_is_tried_again_and_every_attempt_is_kept(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    deliver(shop)
    shop.clock.at += timedelta(seconds=5)
    deliver(shop)
    sent = incident_list.notices(shop.control, shop.incidents()[0])
    by = {one.notice.channel: one for one in sent if one.notice.kind == "page"}
    assert (by["terminal"].attempts, by["terminal"].failure) == (1, "")
    assert by["terminal"].delivered_at is not None
    assert [one.failure for one in by["webhook"].log] == [
        "http://127.0.0.1:9: connection refused"
    ] * 2
    assert by["webhook"].delivered_at is None


def test_that_it_is_over_is_not_said_before_its_page(shop: Shop) -> None:
    shop.turn("API 5xx Rate")
    deliver(shop)
    incidents.resolve_by_hand(shop.control, shop.incidents()[0], "cyd", "a cable")
    deliver(shop)
    shop.clock.at += timedelta(seconds=60)
    deliver(shop)
    waiting = [
        (one.notice.kind, one.attempts)
        for one in incident_list.notices(shop.control, shop.incidents()[0])
        if one.notice.channel == "webhook"
    ]
    assert waiting == [("page", 2), ("news", 0), ("resolved", 0)]


STORM = """
[notices]
storm_pages = 1

[contacts."On-call engineer"]
people = ["eve"]

[people.eve]
notices = ["webhook"]
webhook = "http://127.0.0.1:9/eve"
"""


def test_in_a_storm_the_page_that_is_too_many_is_a_digest(tmp_path: Path) -> None:
    shop = Shop(tmp_path, STORM)
    for alarm in ("API 5xx Rate", "RDS Connections", "Disk"):
        shop.turn(alarm)
    assert len(shop.incidents()) == 3
    deliver(shop)
    folded = [
        one
        for key in shop.incidents()
        for one in incident_list.notices(shop.control, key)
        if one.notice.kind == "page" and "in the digest" in one.failure
    ]
    digests = [
        one.notice
        for key in shop.incidents()
        for one in incident_list.notices(shop.control, key)
        if one.notice.kind == "digest"
    ]
    assert len(folded) == 2
    assert [one.title for one in digests] == ["2 more pages, of 2 incidents"]
    shop.close()


def test_a_link_acknowledges_for_whom_it_was_made(tmp_path: Path) -> None:
    shop = Shop(tmp_path, '[notices]\nlink = "https://ops.example.org/"\n' + PEOPLE)
    shop.turn("API 5xx Rate")
    [notice, *_] = [one.notice for one in incident_list.notices(shop.control, shop.incidents()[0])]
    made = shop.desk.channels(shop.said.append).link(notice)
    address, _, token = made.partition("?token=")
    assert address == "https://ops.example.org/acknowledge"
    bearer, incident = links.bearer_of(shop.control, token)
    assert (bearer.person, incident.acknowledged_by) == ("ada", "")
    links.acknowledge_by(shop.control, token)
    assert shop.incident().acknowledged_by == "ada"
    assert (shop.control.state / "links.key").stat().st_mode & 0o777 == 0o600
    shop.clock.at += timedelta(days=3)
    with pytest.raises(Problem, match="not good"):
        links.acknowledge_by(shop.control, token)
    shop.close()


# --- notices that wake nobody, and alarms that get worse -----------------------------------------

QUIET = PEOPLE.replace('["terminal", "webhook"]', '["terminal", "pagerduty"]').replace(
    'webhook = "http://127.0.0.1:9/ada"', 'pagerduty = "env:NO_KEY"'
)


def test_an_alarm_that_only_notifies_wakes_nobody(tmp_path: Path) -> None:
    document = DOCUMENT.replace("| Disk | > 90% for 5 min | Page on-call |",
                                "| Disk | > 90% for 5 min | Notify team |")  # fmt: skip
    shop = Shop(tmp_path, QUIET, document)
    shop.turn("Disk")
    shop.after(120)
    assert shop.told("page") == []
    assert shop.told("notice") == [("L1", "ada", "terminal")]  # once, and not by PagerDuty
    shop.turn("API 5xx Rate")
    assert len(shop.incidents()) == 2
    assert ("L1", "ada", "pagerduty") in shop.told(key=shop.alarm("API 5xx Rate").incident)
    shop.close()


LEVELS = """# Shop

## Severity

| Level | Description | Response Time |
|-------|-------------|---------------|
| P1 | Critical: all is down | 15 minutes |
| P2 | Medium | 4 hours |

## Alarms

| Metric | Warning | Critical |
|--------|---------|----------|
| Disk | >70% | >90% |
"""


def test_what_gets_worse_has_the_worse_severity_unless_a_person_said_otherwise(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, PEOPLE, LEVELS)

    def level(name: str) -> None:
        event = AlarmTurned("Disk", AlarmState.ALARM, "r", (95.0,), shop.clock.at, name)
        shop.control.engine.turn("alarm", "shop/Disk").append(event)
        shop.after(2)

    level("warning")
    assert (shop.incident().severity, shop.incident().rank) == ("P2", 2)
    level("critical")
    assert (shop.incident().severity, shop.incident().rank) == ("P1", 0)
    incidents.change_severity(shop.control, shop.loaded, shop.incidents()[0], "P2", "ada", "calm")
    shop.after(5)
    assert shop.incident().severity == "P2"
    shop.close()


def test_what_was_left_alone_takes_in_no_alarm(shop: Shop) -> None:
    """A drill that was broken off leaves an incident that nobody drives: no page may join it."""
    shop.turn("API 5xx Rate")
    shop.turn("API 5xx Rate", AlarmState.OK)
    shop.clock.at += timedelta(seconds=10)
    shop.desk.responder.since = shop.clock.at
    shop.turn("API 5xx Rate")
    assert len(shop.incidents()) == 2
