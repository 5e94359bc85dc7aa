"""Escalation: each defect that such programs have had, and properties of any night.

The state machine plays the engine, people, alarms and silences; the clock is moved.
"""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from steadyhand.model import canonical
from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.conduct import (
    AcknowledgementExpired,
    AlarmAgain,
    AlarmBack,
    AlarmJoined,
    EveryonePaged,
    LevelSkipped,
    LevelUnreached,
    Linked,
    NoteAdded,
    PagedAgain,
    PagesHeld,
    PagesReleased,
    PagingEnded,
    Reopened,
    ResponseAtRisk,
    ResponseBreached,
    RoleGiven,
    Rung,
    SeverityChanged,
    TaskAdded,
    TaskDone,
    TaskOverdue,
    TimeBox,
    UpdateDue,
    UpdatePosted,
)
from steadyhand.model.incident.events import (
    INCIDENT_EVENTS,
    Acknowledged,
    Escalated,
    IncidentOpened,
    LevelPaged,
    Mitigated,
    NeedsPerson,
    RecoverySeen,
    RecoveryWatched,
    Resolved,
    ReviewWritten,
)
from steadyhand.model.incident.state import Incident, IncidentState, evolve
from steadyhand.model.settings.on import On
from steadyhand.respond.decide import LookAgain, Next, Page, Record, WatchRecovery, decide
from steadyhand.respond.timers import next_at
from tests.model.incident.test_incident import AT, OPENED, WELL

MINUTE = timedelta(minutes=1)
PATH = (
    Rung("L1", "On-call", "first", 120.0, On.UNACKNOWLEDGED),
    Rung("L2", "Manager", "then", 600.0, On.UNACKNOWLEDGED),
    Rung("L3", "Director", "not over in an hour", 3600.0, On.UNRESOLVED, ("Tell the board",)),
    Rung("L4", "CTO", "data loss", None),
)
NIGHT = replace(
    OPENED, levels=PATH, procedure="", why="none fits", factor=1.0, severity="P1", rank=1,
    respond_by=AT + 15 * MINUTE, acknowledge_seconds=1800.0, repeat_seconds=900.0,
    update_seconds=1800.0, boxes=(TimeBox("Look at it", 0.0, 300.0),),
)  # fmt: skip
BARE = replace(NIGHT, boxes=(), update_seconds=None, respond_by=None)


def at(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def night(*events: object, opened: IncidentOpened = BARE) -> Incident:
    incident = evolve(None, opened)
    for event in events:
        incident = evolve(incident, event)
    return incident


def play(incident: Incident, until: datetime, nobody: frozenset[str] = frozenset()) -> list[object]:
    """Play what happens by itself until a time, every event at its minute. None reads a message."""
    events: list[object] = []
    now = AT
    while now <= until:
        for _ in range(50):
            match decide(incident, now):
                case Page(event) if isinstance(event, LevelPaged | Escalated):
                    said: object = event
                    if event.contact in nobody:
                        said = LevelSkipped(event.level, event.contact, "nobody", now)
                case Page(event) | Record(event):
                    said = event
                case _:
                    break
            incident = evolve(incident, said)
            events.append(said)
        else:
            raise AssertionError(f"it never rests: {events[-3:]}")
        now += MINUTE / 2
    return events


def levels(events: list[object], *kinds: type) -> list[tuple[str, float]]:
    return [
        (event.level, (event.at - AT) / MINUTE)
        for event in events
        if isinstance(event, kinds or (LevelPaged, Escalated))
        and isinstance(event, LevelPaged | Escalated | PagedAgain | LevelSkipped)
    ]


# --- the path ------------------------------------------------------------------------------------


def test_each_level_is_told_at_its_time_the_first_one_too() -> None:
    told = levels(play(night(), at(70)))
    assert told == [("L1", 2.0), ("L2", 10.0), ("L3", 60.0)]


def test_an_acknowledgement_stops_what_is_for_the_unacknowledged_only() -> None:
    taken = night(LevelPaged("L1", "On-call", ("x",), at(2)), Acknowledged("ada", at(5)),
                  opened=replace(BARE, acknowledge_seconds=None))  # fmt: skip
    # L2 is for the unacknowledged: it is told only because no level is passed over
    assert levels(play(taken, at(70))) == [("L2", 60.0), ("L3", 60.0)]


def test_pages_wait_for_business_hours_and_the_path_starts_there() -> None:
    tomorrow = replace(BARE, pages_from=at(30))
    assert levels(play(night(opened=tomorrow), at(45))) == [("L1", 32.0), ("L2", 40.0)]


def test_what_a_level_has_to_do_becomes_a_task() -> None:
    events = play(night(), at(61))
    tasks = [event for event in events if isinstance(event, TaskAdded)]
    assert [(task.task, task.text, task.by) for task in tasks] == [("L3-1", "Tell the board", "L3")]


# --- every defect that others have had ------------------------------------------------------------


def test_escalation_does_not_stop_in_silence() -> None:
    """Nobody reads anything: it is paged again and again, at all levels there are."""
    again = levels(play(night(), at(120)), PagedAgain)
    assert again == [
        ("L1", 25.0), ("L2", 25.0), ("L1", 40.0), ("L2", 40.0), ("L1", 55.0), ("L2", 55.0),
        ("L1", 75.0), ("L2", 75.0), ("L3", 75.0), ("L1", 90.0), ("L2", 90.0), ("L3", 90.0),
        ("L1", 105.0), ("L2", 105.0), ("L3", 105.0), ("L1", 120.0), ("L2", 120.0), ("L3", 120.0),
    ]  # fmt: skip


def test_a_round_of_pages_says_one_reason_and_not_that_of_the_round_before() -> None:
    taken = night(
        LevelPaged("L1", "On-call", ("x",), at(2)),
        Escalated("L2", "Manager", ("x",), "then", at(10)),
        Acknowledged("ada", at(11)),
    )
    again = [event for event in play(taken, at(59)) if isinstance(event, PagedAgain)]
    assert [(event.level, event.why) for event in again] == [
        ("L1", "ada took it up, and it is not resolved"),
        ("L2", "ada took it up, and it is not resolved"),
        ("L1", "nobody has taken it up"),
        ("L2", "nobody has taken it up"),
    ]


def test_where_it_may_stop_it_says_so() -> None:
    events = play(night(opened=replace(BARE, repeats=1, levels=PATH[:1])), at(90))
    ended = [event for event in events if isinstance(event, PagingEnded)]
    assert levels(events, PagedAgain) == [("L1", 17.0)]
    assert [(e.at - AT) / MINUTE for e in ended] == [32.0]
    assert "paged again 1 times" in ended[0].why


def test_an_empty_level_does_not_wait() -> None:
    events = play(night(), at(30), frozenset({"On-call"}))
    assert levels(events, LevelSkipped) == [("L1", 2.0)]
    first = next(event for event in events if isinstance(event, Escalated))
    assert (first.level, first.at, first.why) == ("L2", at(2), "nobody at L1")


def test_where_all_levels_are_empty_everybody_is_told() -> None:
    nobody = frozenset(level.contact for level in PATH)
    events = play(night(), at(30), nobody)
    assert [level for level, _ in levels(events, LevelSkipped)] == ["L1", "L2", "L3"]
    calls = [event for event in events if isinstance(event, EveryonePaged)]
    assert [(event.at - AT) / MINUTE for event in calls] == [2.0, 17.0]
    assert "nobody could be told at L1, L2, L3" in calls[0].reason


def test_an_acknowledgement_that_is_forgotten_is_good_for_half_an_hour() -> None:
    taken = night(LevelPaged("L1", "On-call", ("x",), at(2)), Acknowledged("ada", at(5)))
    events = play(taken, at(36))
    assert [type(event) for event in events] == [NeedsPerson, AcknowledgementExpired, Escalated,
                                                 PagedAgain]  # fmt: skip
    assert events[1] == AcknowledgementExpired("ada", at(35))
    assert night(*[LevelPaged("L1", "On-call", ("x",), at(2)), Acknowledged("ada", at(5))],
                 *events).state is IncidentState.TRIGGERED  # fmt: skip


def test_whoever_acknowledges_anew_has_half_an_hour_more() -> None:
    taken = night(LevelPaged("L1", "On-call", ("x",), at(2)), Acknowledged("ada", at(5)),
                  Acknowledged("bob", at(30)))  # fmt: skip
    assert not [e for e in play(taken, at(59)) if isinstance(e, AcknowledgementExpired)]
    assert [e for e in play(taken, at(60)) if isinstance(e, AcknowledgementExpired)]


def test_what_is_being_verified_is_not_taken_up_anew() -> None:
    mended = night(LevelPaged("L1", "On-call", ("x",), at(2)), Acknowledged("ada", at(5)),
                   Mitigated(at(6), "ada", "restarted"))  # fmt: skip
    assert isinstance(decide(mended, at(36)), WatchRecovery)


def test_a_silence_holds_the_pages_that_are_under_way_and_gives_them_back() -> None:
    held = PagesHeld("s-1", "maintenance", at(30), at(3))
    incident = night(LevelPaged("L1", "On-call", ("x",), at(2)), held)
    events = play(incident, at(32))
    assert not [e for e in events if isinstance(e, Escalated | PagedAgain) and e.at < at(30)]
    assert levels(events, Escalated, PagedAgain) == [("L2", 30.0), ("L1", 30.0)]
    assert [type(e) for e in events][:2] == [NeedsPerson, PagesReleased]


def test_a_silence_that_is_over_early_gives_the_pages_back_then() -> None:
    held = PagesHeld("s-1", "maintenance", at(300), at(3))
    incident = night(LevelPaged("L1", "On-call", ("x",), at(2)), held)
    assert not levels(play(incident, at(30)), Escalated, PagedAgain)
    freed = evolve(incident, PagesReleased("expired by ada", at(5)))
    assert levels(play(freed, at(6)), PagedAgain)[0][0] == "L1"


# --- clocks --------------------------------------------------------------------------------------


def test_a_response_is_at_risk_then_late_once_each() -> None:
    events = play(night(opened=replace(NIGHT, levels=PATH[:1])), at(120))
    clock = [e for e in events if isinstance(e, ResponseAtRisk | ResponseBreached)]
    assert [(type(e), (e.at - AT) / MINUTE) for e in clock] == [
        (ResponseAtRisk, 12.0), (ResponseBreached, 15.0),
    ]  # fmt: skip
    taken = night(Acknowledged("ada", at(1)), opened=replace(NIGHT, acknowledge_seconds=None))
    events = play(taken, at(120))
    assert not [e for e in events if isinstance(e, ResponseAtRisk | ResponseBreached)]


def test_news_are_due_on_a_cadence_that_each_update_begins_anew() -> None:
    silent = [e for e in play(night(opened=NIGHT), at(91)) if isinstance(e, UpdateDue)]
    assert [(e.at - AT) / MINUTE for e in silent] == [30.0, 60.0, 90.0]
    told = night(UpdatePosted("we know", "ada", at(20)), opened=NIGHT)
    assert told.answering.update_due is False
    due = [e for e in play(told, at(55)) if isinstance(e, UpdateDue)]
    assert [(e.at - AT) / MINUTE for e in due] == [50.0]


def test_the_documents_time_boxes_are_tasks_that_can_be_late() -> None:
    events = play(night(opened=NIGHT), at(10))
    assert [(type(e), e.at) for e in events if isinstance(e, TaskAdded | TaskOverdue)] == [
        (TaskAdded, AT), (TaskOverdue, at(5)),
    ]  # fmt: skip
    done = night(TaskAdded("box-1", "Look at it", "the document", AT, at(5)),
                 TaskDone("box-1", "ada", at(4)), opened=NIGHT)  # fmt: skip
    assert not [e for e in play(done, at(10)) if isinstance(e, TaskOverdue)]


# --- severity ------------------------------------------------------------------------------------


def test_another_severity_has_its_own_path_and_what_is_the_same_was_told() -> None:
    worse = (PATH[0], Rung("L2", "Director", "at once", 0.0), PATH[3])
    changed = SeverityChanged("P0", 0, "all users", "ada", at(4), worse, at(10), None, 600.0)
    incident = night(LevelPaged("L1", "On-call", ("x",), at(2)), changed)
    assert (incident.severity, incident.rank, incident.told) == ("P0", 0, ("L1",))
    events = play(incident, at(10))
    assert levels(events, Escalated)[0][0] == "L2"
    assert [type(e) for e in events if isinstance(e, ResponseBreached)] == [ResponseBreached]
    with pytest.raises(IllegalEvent, match="that already"):
        evolve(incident, changed)
    with pytest.raises(IllegalEvent, match="reason"):
        evolve(night(), replace(changed, reason=" "))


# --- alarms of one incident ----------------------------------------------------------------------


def test_left_to_people_it_is_over_by_itself_when_all_alarms_are_ok_long_enough() -> None:
    left = night(NeedsPerson("none fits"), AlarmBack(OPENED.alarm, at(3)),
                 opened=replace(BARE, levels=PATH[:1], repeat_seconds=None))  # fmt: skip
    opened_for = OPENED.verify_seconds
    assert isinstance(decide(left, at(3) + timedelta(seconds=opened_for - 1)), LookAgain | Page)
    quiet = evolve(left, LevelPaged("L1", "On-call", ("x",), at(2)))
    over = decide(quiet, at(3) + timedelta(seconds=opened_for))
    assert isinstance(over, Record)
    assert isinstance(over.event, Resolved)
    assert "resolved by itself: 5xx Rate OK since" in over.event.reason
    assert evolve(quiet, over.event).state is IncidentState.RESOLVED


def test_not_while_one_of_them_is_in_alarm() -> None:
    both = night(AlarmJoined("Slow", "> 2 s", "3", "the same procedure", at(1)),
                 NeedsPerson("none fits"), AlarmBack(OPENED.alarm, at(3)))  # fmt: skip
    assert both.calm_since is None
    assert both.others_firing == ("Slow",)
    with pytest.raises(IllegalEvent, match="not OK"):
        evolve(both, Resolved(at(9), 1.0, "", "by itself"))
    calm = evolve(both, AlarmBack("Slow", at(5)))
    assert calm.calm_since == at(5)


def test_recovered_but_for_one_that_joined_is_left_to_people() -> None:
    seen = RecoverySeen(AT + timedelta(seconds=35), WELL)
    until = AT + timedelta(seconds=60)
    well = night(AlarmJoined("Slow", "> 2 s", "3", "same", at(0)), Mitigated(AT, "ada", "x"),
                 RecoveryWatched(until, until, (9.0, *WELL)), seen)  # fmt: skip
    asks = decide(well, at(1))
    assert isinstance(asks, Record)
    assert asks.event == NeedsPerson("5xx Rate is well; still in ALARM: Slow")
    calm = evolve(well, AlarmBack("Slow", at(2)))
    over = decide(calm, at(2))
    assert isinstance(over, Record)
    assert isinstance(over.event, Resolved)


def test_what_comes_back_while_it_is_verified_is_opened_again() -> None:
    first = (LevelPaged("L1", "On-call", ("x",), at(2)), Acknowledged("ada", at(3)),
             Mitigated(at(4), "ada", "restarted"))  # fmt: skip
    back = night(*first, AlarmBack(OPENED.alarm, at(5)), AlarmAgain(OPENED.alarm, at(6)))
    intent = decide(back, at(6))
    assert isinstance(intent, Record)
    assert isinstance(intent.event, Reopened)
    again = evolve(back, intent.event)
    assert (again.state, again.told, again.acknowledged_by) == (IncidentState.TRIGGERED, (), "")
    assert levels(play(again, at(20)))[0] == ("L1", 8.0)  # its own clock, from the beginning


def test_what_comes_back_after_it_was_resolved_is_opened_again_and_reviewed_again() -> None:
    done = night(Resolved(at(9), 1.0, "ada", "seems fine"), ReviewWritten("a.md"))
    again = evolve(done, Reopened("in ALARM again", at(12)))
    assert again.state is IncidentState.TRIGGERED
    assert again.alarms[OPENED.alarm].firing
    over = evolve(again, Resolved(at(20), 1.0, "ada", "now it is"))
    assert evolve(over, ReviewWritten("a.md")).state is IncidentState.REVIEWED


@pytest.mark.parametrize(
    ("events", "illegal"),
    [
        ((), Reopened("why", AT)),
        ((), Resolved(AT, 1.0, "ada", "")),
        ((), Resolved(AT, 1.0, "", "by itself")),
        ((), PagedAgain("L1", "On-call", (), "", AT)),
        ((), PagesReleased("over", AT)),
        ((), AcknowledgementExpired("ada", AT)),
        ((), AlarmBack("Slow", AT)),
        ((), TaskDone("t1", "ada", AT)),
        ((), NoteAdded(" ", "ada", AT)),
        ((TaskAdded("t1", "x", "ada", AT),), TaskAdded("t1", "y", "ada", AT)),
        ((TaskAdded("t1", "x", "ada", AT),), TaskOverdue("t1", AT)),
        ((Linked("run", "r", "", AT),), Linked("run", "r", "", AT)),
        ((PagesHeld("s", "w", AT, AT),), PagesHeld("s", "w", AT, AT)),
        ((Acknowledged("ada", AT),), PagingEnded("x", AT)),
        ((Resolved(AT, 1.0, "ada", "ok"),), LevelPaged("L1", "On-call", (), AT)),
        ((Resolved(AT, 1.0, "ada", "ok"),), PagesHeld("s", "w", AT, AT)),
    ],
)
def test_what_may_not_follow(events: tuple[object, ...], illegal: object) -> None:
    incident = night(*events)
    with pytest.raises(IllegalEvent):
        evolve(incident, illegal)


def test_of_a_resolved_incident_one_may_still_talk() -> None:
    resolved = night(Resolved(AT, 1.0, "ada", "ok"))
    for event in (NoteAdded("x", "ada", AT), RoleGiven("lead", "bob", "ada", AT),
                  Linked("change", "c", "", AT), TaskAdded("t", "x", "ada", AT)):  # fmt: skip
        evolve(resolved, event)


def test_every_event_is_kept_as_it_was() -> None:
    for event in (NIGHT, SeverityChanged("P0", 0, "r", "ada", AT, PATH, AT, AT, 1.0),
                  PagesHeld("s", "w", AT, AT), EveryonePaged("ada", "r", AT, ("bob",)),
                  AlarmJoined("a", "r", "x", "w", AT),
                  TaskAdded("t", "x", "a", AT, AT)):  # fmt: skip
        kind = INCIDENT_EVENTS[type(event).__name__]
        assert canonical.loads(kind, canonical.dumps(event)) == event


# --- any night -----------------------------------------------------------------------------------


class Nights(RuleBasedStateMachine):
    """Nobody plans anything here; people, alarms and silences do what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.incident: Incident = evolve(None, NIGHT)
        self.now: datetime = AT
        self.journal: list[object] = [NIGHT]
        self.nobody: frozenset[str] = frozenset()
        self.silence: datetime | None = None

    def append(self, event: object) -> None:
        self.incident = evolve(self.incident, event)
        self.journal.append(event)

    def try_to(self, event: object) -> None:
        before = self.incident
        try:
            self.append(event)
        except IllegalEvent:
            assert self.incident is before

    def intent(self) -> Next:
        return decide(self.incident, self.now)

    def turn(self) -> bool:
        """Do what the doer does: under a silence a page is held, an empty level is skipped."""
        match self.intent():
            case Page(event):
                if self.silence is not None and self.silence > self.now:
                    self.append(PagesHeld("s-1", "why", self.silence, self.now))
                elif isinstance(event, LevelPaged | Escalated) and event.contact in self.nobody:
                    self.append(LevelSkipped(event.level, event.contact, "nobody", self.now))
                else:
                    self.append(event)
            case Record(event):
                self.append(event)
            case WatchRecovery():
                self.append(RecoveryWatched(self.now, self.now, (1.0, 9.0)))
            case _:
                return False
        return True

    @rule()
    def the_engine_drives(self) -> None:
        for _ in range(60):
            if not self.turn():
                return
        raise AssertionError(f"it never rests: {self.journal[-4:]}")

    @rule(seconds=st.sampled_from([1, 30, 119, 300, 900, 4000]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(who=st.sets(st.sampled_from([level.contact for level in PATH])))
    def people_come_and_go(self, who: set[str]) -> None:
        self.nobody = frozenset(who)

    @rule(level=st.sampled_from([level.name for level in PATH]))
    def no_channel_takes_it(self, level: str) -> None:
        self.try_to(LevelUnreached(level, "x", "404", self.now))

    @rule(minutes=st.integers(1, 90))
    def somebody_silences_it(self, minutes: int) -> None:
        self.silence = self.now + timedelta(minutes=minutes)

    @rule()
    def the_silence_is_taken_back(self) -> None:
        self.silence = None
        self.try_to(PagesReleased("expired", self.now))

    @rule(by=st.sampled_from(["ada", "bob"]))
    def somebody_takes_it_up(self, by: str) -> None:
        self.try_to(Acknowledged(by, self.now))

    @rule(worse=st.booleans())
    def the_severity_changes(self, worse: bool) -> None:
        path = (PATH[0], replace(PATH[1], contact="Director")) if worse else PATH
        name = "P0" if worse else "P1"
        by = self.now + timedelta(minutes=5)
        self.try_to(SeverityChanged(name, int(not worse), "r", "a", self.now, path, by, None, 60.0))

    @rule()
    def somebody_mends_it(self) -> None:
        self.try_to(Mitigated(self.now, "ada", "by hand"))

    @rule(name=st.sampled_from([OPENED.alarm, "Slow"]), again=st.booleans())
    def an_alarm_turns(self, name: str, again: bool) -> None:
        self.try_to((AlarmAgain if again else AlarmBack)(name, self.now))

    @rule()
    def another_alarm_joins(self) -> None:
        self.try_to(AlarmJoined("Slow", "> 2 s", "3", "same", self.now))

    @rule()
    def somebody_resolves_it(self) -> None:
        self.try_to(Resolved(self.now, 1.0, "ada", "it is fine"))

    @precondition(lambda self: not self.incident.open)
    @rule()
    def it_comes_back(self) -> None:
        self.try_to(Reopened("again", self.now, self.now + timedelta(minutes=15)))

    # --- what always holds

    @invariant()
    def what_it_says_is_legal_and_leads_on(self) -> None:
        intent = self.intent()
        if isinstance(intent, Page | Record):
            changed = evolve(self.incident, intent.event)
            assert changed != self.incident
            assert decide(changed, self.now) != intent

    @invariant()
    def at_rest_an_open_incident_that_nobody_took_up_has_a_next_page(self) -> None:
        """Escalation never stops: it waits for a time, and at that time somebody is told."""
        incident = self.incident
        intent = self.intent()
        if not incident.open or incident.acknowledged_by or not isinstance(intent, LookAgain):
            return
        assert intent.until is not None
        assert intent.until > self.now
        assert intent.until == min(intent.until, next_at(incident) or intent.until)

    @invariant()
    def whoever_is_due_was_told_or_is_told_next(self) -> None:
        incident = self.incident
        if not incident.open or incident.paging.held or incident.recovered or incident.relapsed:
            return
        if incident.acknowledged_by:
            return
        for level in incident.levels:
            late = incident.paging.starts + timedelta(seconds=level.after_seconds or 0)
            gone = (*incident.told, *incident.paging.skipped)
            if level.after_seconds is not None and late <= self.now and level.name not in gone:
                assert isinstance(self.intent(), Page)
                return

    @invariant()
    def nobody_waits_behind_a_level_that_nothing_reached(self) -> None:
        incident, paging = self.incident, self.incident.paging
        at_work = incident.relapsed or incident.recovered or incident.acknowledged_by
        if not incident.open or paging.held or at_work or self.now < paging.starts:
            return
        there = {level.name for level in incident.levels}  # another severity has another path
        for lower, higher in pairwise(PATH[:3]):
            gone = (*incident.told, *paging.skipped)
            waits = higher.name in there - {*gone}
            if lower.name in paging.unreached and waits:
                assert isinstance(self.intent(), Page)

    @invariant()
    def nothing_is_told_while_it_is_held(self) -> None:
        if self.incident.paging.held is not None and self.incident.paging.held.until > self.now:
            assert not isinstance(self.intent(), Page)

    @invariant()
    def nothing_is_told_of_what_is_over(self) -> None:
        if not self.incident.open:
            assert not isinstance(self.intent(), Page)

    @invariant()
    def an_acknowledgement_lasts_half_an_hour_at_most(self) -> None:
        since = self.incident.paging.acknowledged_at
        if not (self.incident.open and self.incident.acknowledged_by) or since is None:
            return
        helped = self.incident.mitigated is not None and not self.incident.missed
        quiet = self.incident.relapsed or self.incident.recovered or helped
        if self.now >= since + 30 * MINUTE and not quiet:
            intent = self.intent()
            assert isinstance(intent, Record)
            assert isinstance(intent.event, AcknowledgementExpired)

    def teardown(self) -> None:
        """The journal gives the same state again."""
        incident: Incident | None = None
        for event in self.journal:
            incident = evolve(incident, event)
        assert incident == self.incident

    @invariant()
    def every_clock_speaks_once(self) -> None:
        since = [n for n, e in enumerate(self.journal)
                 if isinstance(e, IncidentOpened | SeverityChanged | Reopened)][-1]  # fmt: skip
        for kind in (ResponseAtRisk, ResponseBreached):
            assert sum(isinstance(event, kind) for event in self.journal[since:]) <= 1


TestNights = Nights.TestCase
TestNights.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
