"""Change records: what may follow what, and that none is closed as well without having been
watched."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from steadyhand.model import canonical
from steadyhand.model.change.events import (
    CHANGE_EVENTS,
    ChangeApproved,
    ChangeBegan,
    ChangeClosed,
    ChangeEnded,
    ChangeKind,
    ChangeOpened,
    DeploymentLinked,
    Item,
    ItemTicked,
    Result,
    TroubleSeen,
    Verdict,
    WatchBegan,
    WayBackNamed,
)
from steadyhand.model.change.state import Change, ChangeState, Follow, Record, decide, evolve
from steadyhand.model.events import IllegalEvent
from steadyhand.model.next import Finished, Wait
from tests.moved import NOON

OPENED = ChangeOpened(
    kind=ChangeKind.DEPLOYMENT,
    title="deployment of shop-api",
    system="shop",
    target="lab 1 us-east-1",
    source="ecs-svc/7",
    at=NOON,
    checklist=(Item("Tested"), Item("Way back ready")),
    asks_approval="Changes need approval (shop.md:4)",
    watch_seconds=600.0,
)
BEGAN = ChangeBegan("shop-api: 7 → 8", NOON)
DONE = ChangeEnded(Result.DONE, "seen", NOON)
UNTIL = NOON + timedelta(seconds=600)


def of(*events: object) -> Change:
    change: Change | None = None
    for event in events:
        change = evolve(change, event)
    assert change is not None
    return change


def driven(change: Change, seconds: float) -> Change:
    now = NOON + timedelta(seconds=seconds)
    while isinstance(intent := decide(change, now), Record):
        change = evolve(change, intent.event)
    return change


def test_a_deployment_is_watched_for_as_long_as_the_document_says() -> None:
    change = driven(of(OPENED, BEGAN, DONE), 1)
    assert change.state is ChangeState.WATCHED
    assert decide(change, NOON) == Wait(UNTIL, "watched")
    closed = driven(change, 600)
    assert closed.closed is not None
    assert closed.closed.verdict is Verdict.WELL
    assert decide(closed, UNTIL) == Finished("well")


def test_an_incident_in_its_time_makes_it_troubled() -> None:
    change = driven(of(OPENED, BEGAN, DONE), 1)
    change = evolve(change, TroubleSeen("i-1", "5xx Rate", NOON))
    closed = driven(change, 601).closed
    assert closed is not None
    assert (closed.verdict, closed.why) == (Verdict.TROUBLED, "in its time: 5xx Rate (i-1)")


def test_what_nobody_was_there_to_watch_is_not_called_well() -> None:
    late = driven(of(OPENED, BEGAN, DONE), 3600).closed
    assert late is not None
    assert (late.verdict, late.why) == (Verdict.UNWATCHED, "nobody was there to watch it")
    unasked = driven(of(replace(OPENED, watch_seconds=0.0), BEGAN, DONE), 1).closed
    assert unasked is not None
    assert (unasked.verdict, unasked.why) == (
        Verdict.UNWATCHED,
        "the document asks for no time of watching",
    )


def test_a_run_that_watches_itself_is_well_only_when_it_was_done() -> None:
    opened = replace(OPENED, kind=ChangeKind.RUN, watched_by_run=True, watch_seconds=0.0)
    assert decide(of(opened), NOON) == Follow("ecs-svc/7")
    well = driven(of(opened, BEGAN, DONE), 1).closed
    assert well is not None
    assert well.verdict is Verdict.WELL
    partly = driven(of(opened, BEGAN, ChangeEnded(Result.PARTLY, "failed", NOON)), 1).closed
    assert partly is not None
    assert partly.verdict is Verdict.UNWATCHED


def test_what_never_began_is_not_done() -> None:
    closed = driven(of(OPENED, ChangeEnded(Result.NOT_DONE, "declined", NOON)), 1).closed
    assert closed is not None
    assert closed.verdict is Verdict.NOT_DONE


def test_what_is_missing_is_said() -> None:
    change = of(OPENED, BEGAN)
    assert change.gaps == (
        "nobody approved it: Changes need approval (shop.md:4)",
        "not ticked: Tested",
        "not ticked: Way back ready",
        "no way back is named",
    )
    change = evolve(change, ChangeApproved("Ada", NOON, afterwards=True))
    change = evolve(change, ItemTicked(0, "Ada", NOON))
    change = evolve(change, WayBackNamed("put 7 back", "Ada", NOON))
    assert change.gaps == ("approved only after it had begun", "not ticked: Way back ready")
    frozen = of(replace(OPENED, frozen="nothing until Monday", break_glass="fire"), BEGAN)
    assert frozen.gaps[-2:] == (
        "made in a freeze: nothing until Monday",
        "against the policy: fire",
    )
    approved = of(OPENED, ChangeApproved("Ada", NOON), BEGAN)
    assert not any("approved" in gap for gap in approved.gaps)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((OPENED, OPENED), "opened once"),
        ((OPENED, DONE), "not begun is not done"),
        ((OPENED, BEGAN, BEGAN), "begun already"),
        ((OPENED, BEGAN, DONE, DONE), "ended already"),
        ((OPENED, BEGAN, ChangeEnded(Result.NOT_DONE, "", NOON)), "not begun is not done"),
        ((OPENED, BEGAN, WatchBegan(UNTIL, NOON)), "not to be watched"),
        ((OPENED, BEGAN, DONE, WatchBegan(NOON, NOON)), "over already"),
        ((OPENED, BEGAN, DONE, ChangeClosed(Verdict.WELL, "", UNTIL)), "not seen well"),
        (
            (OPENED, BEGAN, DONE, WatchBegan(UNTIL, NOON), ChangeClosed(Verdict.WELL, "", NOON)),
            "watched still",
        ),
        ((OPENED, TroubleSeen("i", "a", NOON)), "nothing is changed yet"),
        ((OPENED, ItemTicked(2, "Ada", NOON)), "no such item"),
        ((OPENED, ChangeApproved("Ada", NOON, afterwards=True)), "not the same"),
        ((OPENED, WayBackNamed(" ", "Ada", NOON)), "no way back is said"),
        ((BEGAN,), "before ChangeOpened"),
    ],
)
def test_what_cannot_be_is_refused(events: tuple[object, ...], words: str) -> None:
    with pytest.raises(IllegalEvent, match=words):
        of(*events)


@pytest.mark.parametrize("event", [OPENED, BEGAN, DONE, DeploymentLinked("d", NOON)])
def test_events_come_back_from_the_journal_as_they_were(event: object) -> None:
    kind = CHANGE_EVENTS[type(event).__name__]
    assert canonical.loads(kind, canonical.dumps(event)) == event


class Changes(RuleBasedStateMachine):
    """Things are changed, watched, go wrong; people add what they know, whenever they know it."""

    @initialize(
        watch=st.sampled_from([0.0, 600.0]),
        itself=st.booleans(),
        kind=st.sampled_from(list(ChangeKind)),
    )
    def begin(self, watch: float, itself: bool, kind: ChangeKind) -> None:
        self.now = NOON
        itself = itself and kind is ChangeKind.RUN
        opened = replace(OPENED, kind=kind, watch_seconds=watch, watched_by_run=itself)
        self.journal: list[object] = [opened]
        self.change = of(opened)
        self.troubles = 0

    def write(self, event: object) -> bool:
        try:
            self.change = evolve(self.change, event)
        except IllegalEvent:
            return False
        self.journal.append(event)
        return True

    @rule(seconds=st.sampled_from([0.0, 1.0, 300.0, 599.0, 600.0, 7200.0]))
    def time_goes_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        while isinstance(intent := decide(self.change, self.now), Record):
            assert self.write(intent.event), "what is decided is legal"

    @precondition(lambda self: self.change.began is None and self.change.ended is None)
    @rule()
    def it_begins(self) -> None:
        assert self.write(ChangeBegan("x", self.now))

    @rule(result=st.sampled_from(list(Result)))
    def it_ends(self, result: Result) -> None:
        open_ = self.change.ended is None and self.change.closed is None
        fits = (result is Result.NOT_DONE) is (self.change.began is None)
        assert self.write(ChangeEnded(result, "", self.now)) is (open_ and fits)

    @rule()
    def an_incident_begins(self) -> None:
        self.troubles += 1
        allowed = self.change.began is not None and self.change.closed is None
        event = TroubleSeen(f"i-{self.troubles}", "5xx", self.now)
        assert self.write(event) is allowed

    @rule(by=st.sampled_from(["Ada", "Ben"]), afterwards=st.booleans())
    def somebody_approves(self, by: str, afterwards: bool) -> None:
        known = by in {one.by for one in self.change.approved}
        allowed = not known and afterwards is (self.change.began is not None)
        assert self.write(ChangeApproved(by, self.now, afterwards)) is allowed

    @rule(item=st.integers(-1, 2))
    def somebody_ticks(self, item: int) -> None:
        known = item in {one.item for one in self.change.ticked}
        assert self.write(ItemTicked(item, "Ada", self.now)) is (item in {0, 1} and not known)

    @rule(verdict=st.sampled_from(list(Verdict)))
    def somebody_would_close_it(self, verdict: Verdict) -> None:
        before = self.change
        if self.write(ChangeClosed(verdict, "", self.now)) and verdict is Verdict.WELL:
            assert before.watch is None or self.now >= before.watch.until
            assert before.watch is not None or before.opened.watched_by_run

    @invariant()
    def the_journal_says_the_same_again(self) -> None:
        assert of(*self.journal) == self.change

    @invariant()
    def what_is_closed_as_well_had_no_trouble(self) -> None:
        closed = self.change.closed
        if closed is not None:
            assert (closed.verdict is Verdict.TROUBLED) is bool(self.change.troubles)

    @invariant()
    def an_approval_that_came_late_is_never_taken_for_one_before(self) -> None:
        begun = False
        for event in self.journal:
            begun |= isinstance(event, ChangeBegan)
            if isinstance(event, ChangeApproved):
                assert event.afterwards is begun


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
