"""Duties: what may follow what, and the promises that no order of times and hands can break."""

from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from steadyhand.model import canonical
from steadyhand.model.document.span import Span
from steadyhand.model.duty.events import (
    DUTY_EVENTS,
    Definition,
    DutyCameDue,
    DutyDefined,
    DutyDone,
    DutyKind,
    DutyMissed,
    DutyOverdue,
    DutyRetired,
    DutySkipped,
    Figures,
    ItemSigned,
    RestoreMeasured,
    RestoreOpened,
)
from steadyhand.model.duty.state import (
    AwaitRestore,
    Duty,
    DutyState,
    Record,
    decide,
    evolve,
)
from steadyhand.model.events import IllegalEvent
from steadyhand.model.next import Wait
from steadyhand.model.recurrence import Recurrence
from steadyhand.model.run.events import Outcome
from tests.moved import NOON

DAILY = Definition(
    name="Morning look",
    kind=DutyKind.CHECKLIST,
    system="shop",
    runbook="shop.md",
    text="Daily",
    span=Span("shop.md", 3, 3),
    recurrence=Recurrence("0 6 * * *"),
    grace_seconds=3600.0,
    items=("Look at the errors", "Look at the backups"),
    owner="Ada",
    channels=("terminal",),
)
SIX = NOON.replace(hour=6) + timedelta(days=1)  # when it first comes due
RESTORES = replace(DAILY, kind=DutyKind.RESTORE_TEST, items=())
OPENED = RestoreOpened("run-1", "restore", "lab", 1.0, SIX, "Ada", SIX)
MEASURED = RestoreMeasured("run-1", Outcome.COMPLETED, Figures(60.0, 60.0, 5.0), SIX)


def driven(duty: Duty | None, now: datetime) -> tuple[Duty | None, list[object]]:
    """Write down what is to be written down now, as the engine does."""
    events: list[object] = []
    while isinstance(intent := decide(duty, now), Record):
        duty = evolve(duty, intent.event)
        events.append(intent.event)
        assert len(events) < 10, "it never comes to rest"
    return duty, events


def of(*events: object) -> Duty:
    duty: Duty | None = None
    for event in events:
        duty = evolve(duty, event)
    assert duty is not None
    return duty


DUE = of(DutyDefined(DAILY, NOON), DutyCameDue(SIX, SIX + timedelta(hours=1), DAILY.items, SIX))


def test_it_waits_until_it_is_due_and_is_due_once() -> None:
    duty = of(DutyDefined(DAILY, NOON))
    assert decide(duty, NOON) == Wait(SIX, "not due")
    due, events = driven(duty, SIX)
    assert [type(event) for event in events] == [DutyCameDue]
    assert due is not None
    assert due.state is DutyState.DUE
    assert decide(due, SIX) == Wait(SIX + timedelta(hours=1), "due")


def test_it_is_done_only_when_every_item_is_signed() -> None:
    one = evolve(DUE, ItemSigned(0, "Ada", SIX))
    with pytest.raises(IllegalEvent, match="not done"):
        evolve(one, DutyDone(SIX, SIX))
    assert driven(one, SIX)[1] == []
    both, events = driven(evolve(one, ItemSigned(1, "Ben", SIX)), SIX)
    assert events == [DutyDone(SIX, SIX)]
    assert both is not None
    assert (both.state, both.done, both.last_done) == ("waiting", 1, SIX)


def test_nobody_signs_an_item_twice_or_one_that_is_not_there() -> None:
    one = evolve(DUE, ItemSigned(0, "Ada", SIX))
    for item, words in ((0, "signed already"), (2, "it has 2 items"), (-1, "it has 2 items")):
        with pytest.raises(IllegalEvent, match=words):
            evolve(one, ItemSigned(item, "Ada", SIX))
    with pytest.raises(IllegalEvent, match="nobody"):
        evolve(one, ItemSigned(1, " ", SIX))


def test_it_is_overdue_once_and_says_who_was_told() -> None:
    late, events = driven(DUE, SIX + timedelta(hours=1))
    assert events == [DutyOverdue(SIX + timedelta(hours=1), "Ada")]
    assert late is not None
    assert late.state is DutyState.OVERDUE
    assert driven(late, SIX + timedelta(hours=2))[1] == []


def test_whom_nobody_reaches_was_not_told() -> None:
    mute = replace(DUE, definition=replace(DAILY, channels=()))
    assert driven(mute, SIX + timedelta(hours=1))[1] == [DutyOverdue(SIX + timedelta(hours=1), "")]


def test_what_was_never_done_is_missed_with_what_was_left_and_the_next_round_begins() -> None:
    one = evolve(DUE, ItemSigned(0, "Ada", SIX))
    tomorrow = SIX + timedelta(days=1)
    after, events = driven(one, tomorrow)
    assert events[0] == DutyMissed(SIX, tomorrow, ("Look at the backups",), "Ada")
    assert isinstance(events[1], DutyCameDue)
    assert events[1].due == tomorrow
    assert after is not None
    assert (after.missed, after.done) == (1, 0)
    assert after.round is not None
    assert after.round.signed == {}


def test_rounds_that_nobody_was_there_for_are_counted_and_not_gone_through() -> None:
    _, events = driven(of(DutyDefined(DAILY, NOON)), SIX + timedelta(days=10, minutes=5))
    assert [type(event) for event in events] == [DutyCameDue]
    begun = events[0]
    assert isinstance(begun, DutyCameDue)
    assert (begun.unseen, begun.due) == (10, SIX + timedelta(days=10))


def test_a_clock_that_goes_back_begins_no_round_again() -> None:
    duty, _ = driven(evolve(DUE, DutySkipped("Ada", "a holiday", SIX)), SIX)
    assert driven(duty, SIX - timedelta(hours=1))[1] == []
    assert driven(duty, SIX + timedelta(minutes=1))[1] == []


def test_no_round_begins_again_whoever_says_so() -> None:
    over = evolve(DUE, DutySkipped("Ada", "a holiday", SIX))
    for due in (SIX, SIX - timedelta(days=1)):
        with pytest.raises(IllegalEvent, match="has been there already"):
            evolve(over, DutyCameDue(due, due, DAILY.items, SIX))


def test_a_round_is_skipped_with_a_reason_only() -> None:
    with pytest.raises(IllegalEvent, match="without a reason"):
        evolve(DUE, DutySkipped("Ada", " ", SIX))
    assert evolve(DUE, DutySkipped("Ada", "a holiday", SIX)).skipped == 1
    with pytest.raises(IllegalEvent, match="not due before 2026-05-02 06:00"):
        evolve(of(DutyDefined(DAILY, NOON)), DutySkipped("Ada", "a holiday", NOON))


def test_another_schedule_asks_for_nothing_that_lies_before_it() -> None:
    weekly = replace(DAILY, recurrence=Recurrence("0 6 * * 0"))
    duty = of(DutyDefined(weekly, NOON))
    later = NOON + timedelta(days=20)
    again = evolve(duty, DutyDefined(DAILY, later))
    assert driven(again, later)[1] == []
    with pytest.raises(IllegalEvent, match="says that already"):
        evolve(again, DutyDefined(DAILY, later))


def test_what_the_document_no_longer_says_is_asked_of_nobody() -> None:
    gone = evolve(DUE, DutyRetired("gone", SIX))
    assert (gone.state, gone.round) == (DutyState.RETIRED, None)
    assert driven(gone, SIX + timedelta(days=9))[1] == []
    back = evolve(gone, DutyDefined(DAILY, SIX + timedelta(days=9)))
    assert driven(back, SIX + timedelta(days=9))[1] == []


def test_a_restore_test_is_done_only_when_a_restore_was_completed_in_it() -> None:
    due, _ = driven(of(DutyDefined(RESTORES, NOON)), SIX)
    assert due is not None
    assert not due.complete
    running = evolve(due, OPENED)
    assert decide(running, SIX) == AwaitRestore("run-1", SIX + timedelta(hours=1))
    failed = evolve(running, replace(MEASURED, outcome=Outcome.FAILED))
    assert driven(failed, SIX)[1] == []
    assert driven(evolve(running, MEASURED), SIX)[1] == [DutyDone(SIX, SIX)]


def test_a_restore_without_a_schedule_is_kept_and_begins_no_round() -> None:
    duty = of(DutyDefined(replace(RESTORES, recurrence=Recurrence()), NOON), OPENED)
    with pytest.raises(IllegalEvent, match="under way"):
        evolve(duty, replace(OPENED, run="run-2"))
    with pytest.raises(IllegalEvent, match="not its restore"):
        evolve(duty, replace(MEASURED, run="run-2"))
    measured = evolve(duty, MEASURED)
    assert (measured.state, measured.measured, measured.restore) == ("on demand", MEASURED, OPENED)


def test_a_checklist_takes_no_restore() -> None:
    with pytest.raises(IllegalEvent, match="no restore test"):
        evolve(DUE, OPENED)


@pytest.mark.parametrize("event", [OPENED, MEASURED, DutyDefined(DAILY, NOON)])
def test_events_come_back_from_the_journal_as_they_were(event: object) -> None:
    kind = DUTY_EVENTS[type(event).__name__]
    assert canonical.loads(kind, canonical.dumps(event)) == event


class Duties(RuleBasedStateMachine):
    """Time goes on and jumps back, people sign and skip, the document changes its mind."""

    @initialize(
        kind=st.sampled_from(list(DutyKind)),
        cron=st.sampled_from(["0 6 * * *", "@weekly", "30 2 * * *", ""]),
        zone=st.sampled_from(["UTC", "Europe/Berlin"]),
    )
    def begin(self, kind: DutyKind, cron: str, zone: str) -> None:
        self.now = datetime.fromisoformat("2026-03-20T12:00:00+00:00")  # DST comes soon
        definition = replace(DAILY, kind=kind, recurrence=Recurrence(cron, zone))
        self.journal: list[object] = [DutyDefined(definition, self.now)]
        self.duty = of(*self.journal)
        self.runs = 0

    def write(self, event: object) -> bool:
        try:
            self.duty = evolve(self.duty, event)
        except IllegalEvent:
            return False
        self.journal.append(event)
        return True

    def drive(self) -> None:
        duty, events = driven(self.duty, self.now)
        assert duty is not None
        self.duty = duty
        self.journal += events

    @rule(hours=st.floats(0, 400))
    def time_goes_on(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        self.drive()

    @rule()
    def the_clock_jumps_back(self) -> None:
        self.now -= timedelta(hours=1)
        self.drive()

    @rule(item=st.integers(-1, 3))
    def somebody_signs(self, item: int) -> None:
        open_before = self.duty.round
        taken = self.write(ItemSigned(item, "Ada", self.now))
        allowed = open_before is not None and 0 <= item < 2 and item not in open_before.signed
        assert taken is allowed
        self.drive()

    @rule(reason=st.sampled_from(["", "a holiday"]))
    def somebody_skips(self, reason: str) -> None:
        allowed = self.duty.round is not None and bool(reason)
        assert self.write(DutySkipped("Ada", reason, self.now)) is allowed
        self.drive()

    @precondition(lambda self: self.duty.restoring is None)
    @rule()
    def a_restore_is_begun(self) -> None:
        self.runs += 1
        taken = self.write(replace(OPENED, run=f"run-{self.runs}"))
        assert taken is (self.duty.definition.kind is DutyKind.RESTORE_TEST)

    @precondition(lambda self: self.duty.restoring is not None)
    @rule(outcome=st.sampled_from([Outcome.COMPLETED, Outcome.FAILED]))
    def a_restore_ends(self, outcome: Outcome) -> None:
        assert self.write(replace(MEASURED, run=f"run-{self.runs}", outcome=outcome))
        self.drive()

    @rule(cron=st.sampled_from(["0 6 * * *", "@weekly"]))
    def the_document_says_it_otherwise(self, cron: str) -> None:
        definition = replace(self.duty.definition, recurrence=Recurrence(cron))
        self.write(DutyDefined(definition, self.now))
        self.drive()

    @invariant()
    def nothing_more_is_to_be_written_now(self) -> None:
        assert not isinstance(decide(self.duty, self.now), Record)

    @invariant()
    def the_journal_says_the_same_again(self) -> None:
        assert of(*self.journal) == self.duty

    @invariant()
    def no_round_begins_twice_and_each_ends_one_way(self) -> None:
        dues = [event.due for event in self.journal if isinstance(event, DutyCameDue)]
        assert dues == sorted(set(dues))
        ended = self.duty.done + self.duty.missed + self.duty.skipped
        assert len(dues) == ended + (self.duty.round is not None)

    @invariant()
    def whoever_is_late_was_told_once(self) -> None:
        told, since = 0, False
        for event in self.journal:
            if isinstance(event, DutyCameDue):
                told, since = 0, True
            if isinstance(event, DutyOverdue):
                told += 1
                assert since
                assert told == 1

    @invariant()
    def what_is_done_was_signed_whole(self) -> None:
        signed, restored = set[int](), False
        for event in self.journal:
            match event:
                case DutyCameDue():
                    signed, restored = set(), False
                case ItemSigned(item):
                    signed.add(item)
                case RestoreMeasured(_, Outcome.COMPLETED):
                    restored = True
                case DutyDone():
                    assert signed == {0, 1}
                    assert restored or self.duty.definition.kind is not DutyKind.RESTORE_TEST
                case _:
                    pass

    @invariant()
    def it_is_looked_at_again_in_time(self) -> None:
        waiting = decide(self.duty, self.now)
        if isinstance(waiting, Wait) and not self.duty.definition.recurrence.never:
            assert waiting.until is not None
            assert waiting.until > self.now


TestDuties = Duties.TestCase
TestDuties.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
