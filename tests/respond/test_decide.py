"""What an incident needs now: by example, and as properties of any life that an incident has.

The state machine plays the engine and the world: it does what `decide` says, lets runs end any way
they can, moves the clock, and lets people act at any time.
"""

from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.conduct import EveryonePaged
from steadyhand.model.incident.events import (
    Acknowledged,
    AssessmentEnded,
    AssessmentOpened,
    CausesJudged,
    Escalated,
    LevelPaged,
    Mitigated,
    NeedsPerson,
    RecoveryMissed,
    RecoverySeen,
    RecoveryWatched,
    RemedyChosen,
    RemedyEnded,
    RemedyOpened,
    Resolved,
    ReviewWritten,
    Support,
    Verdict,
)
from steadyhand.model.incident.state import Incident, IncidentState, evolve, well
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import Outcome
from steadyhand.respond.decide import (
    Assess,
    AwaitRun,
    Judge,
    LookAgain,
    Next,
    Page,
    Record,
    Remedy,
    Review,
    WatchRecovery,
    decide,
)
from tests.model.incident.test_incident import (
    AT,
    BY_HAND,
    CHOSEN,
    DONE,
    IGNORED,
    INVESTIGATED,
    LEVELS,
    MENDED,
    OPENED,
    PAGED,
    RECOVERED,
    ROLLBACK,
    after,
)

L2_AT = AT + timedelta(seconds=150)


def soon(*events: object, seconds: float = 60) -> Next:
    return decide(after(*events), AT + timedelta(seconds=seconds))


def level_of(page: Page) -> str:
    assert not isinstance(page.event, EveryonePaged)
    return page.event.level


def test_the_page_comes_before_everything() -> None:
    assert soon() == Page(LevelPaged("L1", "On-call", (), AT + timedelta(seconds=60)))


@pytest.mark.parametrize(
    ("events", "intent"),
    [
        ((PAGED,), Assess("api-down")),
        ((PAGED, AssessmentOpened("a")), AwaitRun("a", L2_AT)),
        (INVESTIGATED, Judge("api-down")),
        ((PAGED, AssessmentEnded("", Outcome.FAILED)), Judge("api-down")),
        (CHOSEN, Remedy("api-down", "Rollback")),
        ((*CHOSEN, RemedyChosen("Rotate Keys", "ada", "rotate-keys")), Remedy("rotate-keys", "")),
        ((*CHOSEN, RemedyChosen("Scale", "", "", ("s1",))), Remedy("api-down", "", ("s1",))),
        ((*CHOSEN, RemedyOpened("r")), AwaitRun("r", L2_AT)),
        (MENDED, WatchRecovery(AT)),
        (DONE[:-1], Review()),
        (DONE, Finished("reviewed")),
    ],
)
def test_the_next_thing(events: tuple[object, ...], intent: Next) -> None:
    assert soon(*events) == intent


def test_a_run_that_waits_for_people_does_not_delay_an_escalation() -> None:
    due = soon(*CHOSEN, RemedyOpened("r"), seconds=150)
    assert isinstance(due, Page)
    assert isinstance(due.event, Escalated)
    assert level_of(due) == "L2"
    assert "30 min" in due.event.why  # as in production: 150 s × 12


@pytest.mark.parametrize("events", [(PAGED,), INVESTIGATED, MENDED, IGNORED])
def test_escalation_goes_on_until_it_is_resolved(events: tuple[object, ...]) -> None:
    due = soon(*events, seconds=150)
    assert isinstance(due, Page)
    assert level_of(due) == "L2"
    assert isinstance(soon(*RECOVERED, seconds=150), Record)
    assert soon(*DONE[:-1], seconds=150) == Review()


def test_a_level_for_a_condition_is_never_told_by_the_clock() -> None:
    l2 = Escalated("L2", "Lead", (), "", AT)
    waits = soon(PAGED, l2, AssessmentEnded("", Outcome.FAILED), CausesJudged((), None, "none"),
                 NeedsPerson("none"), seconds=9999)  # fmt: skip
    assert waits == LookAgain(None, "none; L3 (CTO) only on its own condition: major outage")


def test_a_higher_level_that_is_due_first_is_told_after_the_lower_one() -> None:
    levels = (*LEVELS[:2], replace(LEVELS[2], after_seconds=10.0))
    incident = evolve(evolve(None, replace(OPENED, levels=levels)), PAGED)
    now = AT + timedelta(seconds=10)
    for level in ("L2", "L3"):
        page = decide(incident, now)
        assert isinstance(page, Page)
        assert level_of(page) == level
        incident = evolve(incident, page.event)


def test_a_refused_remedy_waits_and_only_the_clock_goes_on() -> None:
    waits = soon(*CHOSEN, RemedyOpened("r"), RemedyEnded("r", Outcome.REFUSED, "ada: too risky"))
    assert waits == LookAgain(L2_AT, "the remedy was refused: ada: too risky")


@pytest.mark.parametrize(
    "outcome", [Outcome.FAILED, Outcome.IGNORED, Outcome.UNVERIFIED, Outcome.DIVERGED]
)
def test_a_remedy_that_did_nothing_is_raised_at_once_and_put_to_people(outcome: Outcome) -> None:
    ended = (*CHOSEN, RemedyOpened("r"), RemedyEnded("r", outcome, "nothing happened"))
    missed = soon(*ended)
    assert isinstance(missed, Record)
    assert missed.event == RecoveryMissed(f"Rollback {outcome}: nothing happened")
    page = soon(*ended, missed.event)
    assert isinstance(page, Page)
    assert level_of(page) == "L2"
    asks = soon(*ended, missed.event, page.event)
    assert isinstance(asks, Record)
    assert isinstance(asks.event, NeedsPerson)
    assert isinstance(soon(*ended, missed.event, page.event, asks.event), LookAgain)


def test_only_one_level_is_raised_for_one_miss() -> None:
    levels = (*LEVELS[:2], replace(LEVELS[2], after_seconds=900.0))
    incident = evolve(None, replace(OPENED, levels=levels))
    for event in (*IGNORED, RecoveryMissed("x"), Escalated("L2", "Lead", (), "", AT)):
        incident = evolve(incident, event)
    assert decide(incident, AT) == Record(NeedsPerson("x"))


def test_a_fix_without_commands_is_put_to_a_person() -> None:
    asks = soon(*INVESTIGATED, CausesJudged((ROLLBACK, BY_HAND), 1, "because"))
    assert asks == Record(
        NeedsPerson("Memory: “More memory” has no commands in the procedure; it is done by hand")
    )


def test_no_procedure_is_put_to_a_person_with_the_reason() -> None:
    incident = evolve(evolve(None, replace(OPENED, procedure="", why="two fit")), PAGED)
    assert decide(incident, AT) == Record(NeedsPerson("no procedure to follow: two fit"))


def watched(seconds: float, *values: float | None) -> RecoveryWatched:
    at = AT + timedelta(seconds=seconds)
    return RecoveryWatched(at, at, values)


def test_recovery_is_looked_at_once_a_period() -> None:
    look = watched(10, 9.0)
    assert soon(*MENDED, look, seconds=14) == LookAgain(
        AT + timedelta(seconds=15), "watching whether users are well"
    )
    assert soon(*MENDED, look, seconds=15) == WatchRecovery(AT)


def test_the_last_look_counts_not_the_clock() -> None:
    """A process that was down meanwhile looks before it gives up."""
    assert soon(*MENDED, watched(10, 9.0), seconds=149) == WatchRecovery(AT)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((9.0, 9.0), "not well for long enough since the remedy (alarm: > 5% for 5 min)"),
        ((1.0, None, 1.0, None, 1.0), "not well for long enough"),
        ((None, None, None), "no data since the remedy, and no data is not recovery"),
        ((), "no data since the remedy"),
    ],
)
def test_what_is_not_well_in_time_is_missed(values: tuple[float | None, ...], said: str) -> None:
    missed = soon(*MENDED, watched(75, *values), seconds=76)
    assert isinstance(missed, Record)
    assert isinstance(missed.event, RecoveryMissed)
    assert said in missed.event.reason
    assert not isinstance(soon(*MENDED, watched(74, *values), seconds=74), Record)


def test_resolved_says_how_long_it_took() -> None:
    assert soon(*RECOVERED, seconds=61.5) == Record(Resolved(AT + timedelta(seconds=61.5), 61.5))


# --- any life -----------------------------------------------------------------------------------

VERDICTS = (
    ROLLBACK,
    BY_HAND,
    Verdict("Cold cache", "Wait", Support.CONTRADICTED, ("warm",)),
)
VALUES = st.lists(st.sampled_from([1.0, 9.0, None]), max_size=12) | st.just([1.0] * 8)


class Lives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.incident: Incident = evolve(None, OPENED)
        self.now: datetime = AT
        self.journal: list[object] = [OPENED]
        self.ended_runs = 0

    def append(self, event: object) -> None:
        self.incident = evolve(self.incident, event)
        self.journal.append(event)

    def intent(self) -> Next:
        return decide(self.incident, self.now)

    @rule(data=st.data())
    def engine_turns(self, data: st.DataObject) -> None:
        match self.intent():
            case Page(event) | Record(event):
                self.append(event)
            case Assess():
                fails = data.draw(st.booleans())
                self.append(AssessmentEnded("", Outcome.FAILED) if fails else AssessmentOpened("a"))
            case Judge():
                chosen = data.draw(st.sampled_from([0, 1, None]))
                self.append(CausesJudged(VERDICTS, chosen, "said"))
            case Remedy():
                planned = data.draw(st.booleans())
                self.ended_runs += 1
                run = f"r{self.ended_runs}"
                self.append(RemedyOpened(run) if planned else RemedyEnded("", Outcome.FAILED))
            case AwaitRun(run):
                if data.draw(st.booleans()):
                    outcome = data.draw(st.sampled_from(list(Outcome)))
                    kind = AssessmentEnded if run == "a" else RemedyEnded
                    self.append(kind(run, outcome))
            case WatchRecovery():
                values = tuple(data.draw(VALUES))
                self.append(RecoveryWatched(self.now, self.now, values))
            case Review():
                self.append(ReviewWritten("review.md"))
            case Wait() | Finished():
                pass

    @rule(seconds=st.sampled_from([0.1, 5, 30, 200]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.incident.resolved_at is None)
    @rule(by=st.sampled_from(["ada", "bob"]))
    def somebody_acknowledges(self, by: str) -> None:
        self.append(Acknowledged(by, self.now))

    @rule()
    def somebody_mends_by_hand(self) -> None:
        self.try_to(Mitigated(self.now, "ada", "by hand"))

    @rule()
    def somebody_chooses_a_remedy(self) -> None:
        self.try_to(RemedyChosen("Rollback", "ada"))

    @rule()
    def somebody_claims_that_it_is_resolved(self) -> None:
        self.try_to(Resolved(self.now, 1.0))

    def try_to(self, event: object) -> None:
        before = self.incident
        try:
            self.append(event)
        except IllegalEvent:
            assert self.incident is before

    @invariant()
    def there_is_always_a_next_thing(self) -> None:
        assert self.intent() is not None

    @invariant()
    def what_it_says_is_legal_and_leads_on(self) -> None:
        intent = self.intent()
        if isinstance(intent, Page | Record):
            changed = evolve(self.incident, intent.event)
            assert changed != self.incident
            assert decide(changed, self.now) != intent

    @invariant()
    def nothing_ends_that_was_not_seen_to_be_well(self) -> None:
        if self.incident.state in {IncidentState.RESOLVED, IncidentState.REVIEWED}:
            seen = [e for e in self.journal if isinstance(e, RecoverySeen)]
            looks = [e for e in self.journal if isinstance(e, RecoveryWatched)]
            assert seen
            assert well(OPENED, looks[-1]) == seen[-1]

    @invariant()
    def whoever_is_due_has_been_told_or_is_told_next(self) -> None:
        open_for = (self.now - AT).total_seconds()
        incident = self.incident
        if incident.resolved_at is not None or incident.recovered is not None:
            return
        due = [
            level.name
            for level in LEVELS
            if level.after_seconds is not None and level.after_seconds <= open_for
        ]
        untold = [name for name in due if name not in incident.told]
        if untold:
            intent = self.intent()
            assert isinstance(intent, Page)
            assert level_of(intent) == untold[0]

    @invariant()
    def nobody_waits_past_the_next_escalation(self) -> None:
        intent = self.intent()
        if isinstance(intent, Wait | AwaitRun | LookAgain) and "L2" not in self.incident.told:
            assert intent.until is not None
            assert intent.until <= L2_AT

    @invariant()
    def levels_are_told_in_order_and_once(self) -> None:
        told = self.incident.told
        assert list(told) == [level.name for level in LEVELS if level.name in told]

    @invariant()
    def a_change_that_failed_is_never_a_mitigation(self) -> None:
        ends = [e for e in self.journal if isinstance(e, RemedyEnded | Mitigated)]
        for before, event in zip([None, *ends], ends, strict=False):
            if isinstance(event, Mitigated) and not event.by:
                assert isinstance(before, RemedyEnded)
                assert before.outcome is Outcome.COMPLETED


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
