"""Incidents: what may follow what, and the promises that no order of events can break."""

from datetime import UTC, datetime, timedelta

import pytest

from steadyhand.model import canonical
from steadyhand.model.alarm import Condition
from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.conduct import Rung
from steadyhand.model.incident.events import (
    INCIDENT_EVENTS,
    Acknowledged,
    AssessmentEnded,
    AssessmentOpened,
    CausesJudged,
    Escalated,
    IncidentOpened,
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
from steadyhand.model.incident.state import Incident, IncidentState, evolve, well, window
from steadyhand.model.run.events import Outcome

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
LEVELS = (
    Rung("L1", "On-call", "first", 0.0),
    Rung("L2", "Lead", "after 30 min", 150.0),
    Rung("L3", "CTO", "major outage", None),
)
OPENED = IncidentOpened(
    at=AT,
    onset=AT - timedelta(seconds=25),
    alarm="5xx Rate",
    rule="> 5% for 5 min",
    reason="5 of 5 datapoints breach > 5",
    condition=Condition(">", 5, 5, 5),
    period_seconds=5,
    verify_seconds=25,
    levels=LEVELS,
    system="shop",
    runbook="RUNBOOK.md",
    target="lab",
    factor=12,
    procedure="api-down",
    title="API down",
)
ROLLBACK = Verdict("Bad release", "Roll back", Support.SUPPORTED, ("new",), 0.9, "Rollback")
BY_HAND = Verdict("Memory", "More memory", Support.SUPPORTED, ("137",), 0.9)
WELL = (1.0,) * 5
SEEN = RecoverySeen(AT + timedelta(seconds=35), WELL)
WATCHED = RecoveryWatched(AT + timedelta(seconds=60), AT + timedelta(seconds=60), (9.0, *WELL))
PAGED = LevelPaged("L1", "On-call", ("terminal",), AT)
L2 = Escalated("L2", "Lead", (), "", AT)
L3 = Escalated("L3", "CTO", (), "", AT)
INVESTIGATED = (PAGED, AssessmentOpened("a"), AssessmentEnded("a", Outcome.COMPLETED))
CHOSEN = (*INVESTIGATED, CausesJudged((ROLLBACK, BY_HAND), 0, "because"))
MENDED = (
    *CHOSEN, RemedyOpened("r"), RemedyEnded("r", Outcome.COMPLETED), Mitigated(AT, "", "rollback"),
)  # fmt: skip
IGNORED = (*CHOSEN, RemedyOpened("r"), RemedyEnded("r", Outcome.IGNORED))
RECOVERED = (*MENDED, WATCHED, SEEN)
DONE = (*RECOVERED, Resolved(AT, 60.0), ReviewWritten("x.md"))


def after(*events: object) -> Incident:
    incident = evolve(None, OPENED)
    for event in events:
        incident = evolve(incident, event)
    return incident


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), IncidentState.TRIGGERED),
        ((PAGED, Acknowledged("ada", AT)), IncidentState.ACKNOWLEDGED),
        (IGNORED, IncidentState.TRIGGERED),
        (MENDED, IncidentState.MITIGATED),
        (RECOVERED, IncidentState.MITIGATED),
        (DONE[:-1], IncidentState.RESOLVED),
        (DONE, IncidentState.REVIEWED),
    ],
)
def test_state(events: tuple[object, ...], state: IncidentState) -> None:
    assert after(*events).state is state


@pytest.mark.parametrize(
    ("events", "illegal"),
    [
        # nothing resolves that was not seen to be well
        (MENDED, Resolved(AT, 1.0)),
        (IGNORED, Resolved(AT, 1.0)),
        ((PAGED,), Resolved(AT, 1.0)),
        (MENDED, SEEN),
        ((*MENDED, WATCHED), RecoverySeen(AT, WELL)),
        ((*MENDED, WATCHED), RecoverySeen(SEEN.since, (1.0,))),
        ((*MENDED, RecoveryWatched(AT, AT, (1.0, 1.0, 9.0, 1.0, 1.0))), SEEN),
        ((*MENDED, WATCHED, RecoveryMissed("no")), SEEN),
        ((PAGED,), WATCHED),
        # a change that did nothing mends nothing
        (IGNORED, Mitigated(AT, "", "rollback")),
        (CHOSEN, Mitigated(AT, "", "rollback")),
        ((*CHOSEN, RemedyOpened("r")), Mitigated(AT, "ada", "by hand")),
        (MENDED, Mitigated(AT, "ada", "again")),
        ((PAGED,), RecoveryMissed("nothing was tried")),
        ((*IGNORED, RecoveryMissed("x")), RecoveryMissed("x")),
        # levels come in order, once
        ((), L2),
        ((PAGED,), PAGED),
        ((PAGED,), L3),
        ((PAGED, L2), L2),
        ((), Escalated("L1", "On-call", (), "", AT)),
        ((PAGED,), LevelPaged("L2", "Lead", (), AT)),
        ((PAGED,), Escalated("L9", "?", (), "", AT)),
        # one investigation, one judgement, one remedy at a time
        ((PAGED, AssessmentOpened("a")), AssessmentOpened("b")),
        ((PAGED, AssessmentOpened("a")), AssessmentEnded("b", Outcome.COMPLETED)),
        (INVESTIGATED, AssessmentEnded("a", Outcome.COMPLETED)),
        ((PAGED,), CausesJudged((), None, "")),
        (CHOSEN, CausesJudged((), None, "")),
        (INVESTIGATED, CausesJudged((ROLLBACK,), 1, "none of them")),
        (
            INVESTIGATED,
            CausesJudged((Verdict("c", "f", Support.CONTRADICTED, ()),), 0, "against the evidence"),
        ),
        (INVESTIGATED, RemedyOpened("r")),
        ((*INVESTIGATED, CausesJudged((BY_HAND,), 0, "")), RemedyOpened("r")),
        ((*CHOSEN, RemedyOpened("r")), RemedyOpened("q")),
        ((*CHOSEN, RemedyOpened("r")), RemedyEnded("q", Outcome.COMPLETED)),
        ((*CHOSEN, RemedyOpened("r")), RemedyChosen("Rollback", "ada")),
        (MENDED, RemedyEnded("r", Outcome.COMPLETED)),
        (MENDED, RemedyChosen("Rollback", "ada")),
        ((PAGED,), RemedyChosen("Rollback", "ada")),
        # the end
        (RECOVERED, ReviewWritten("x")),
        (DONE, ReviewWritten("x")),
        (DONE, NeedsPerson("late")),
        (DONE[:-1], NeedsPerson("late")),
        (DONE[:-1], L2),
        ((), OPENED),
        ((), object()),
    ],
)
def test_what_may_not_follow(events: tuple[object, ...], illegal: object) -> None:
    incident = after(*events)
    with pytest.raises(IllegalEvent):
        evolve(incident, illegal)


def test_nothing_comes_before_it_is_opened() -> None:
    with pytest.raises(IllegalEvent):
        evolve(None, PAGED)


def test_a_level_for_a_condition_may_be_passed_over_but_a_timed_one_not() -> None:
    assert after(PAGED, L2, L3).told == ("L1", "L2", "L3")


def test_a_refused_remedy_leaves_it_open_and_to_people() -> None:
    incident = after(*CHOSEN, RemedyOpened("r"), RemedyEnded("r", Outcome.REFUSED, "ada: no"))
    assert incident.state is IncidentState.TRIGGERED
    assert "refused" in incident.needs_person
    again = evolve(incident, RemedyChosen("Rollback", "bob"))
    assert (again.needs_person, again.remedy, again.section) == ("", None, "Rollback")


def test_a_person_mends_by_hand_after_a_remedy_that_did_nothing() -> None:
    incident = after(*IGNORED, RecoveryMissed("x"), L2, NeedsPerson("x"))
    assert incident.raised
    mended = evolve(incident, Mitigated(AT, "ada", "restarted"))
    assert (mended.needs_person, mended.missed, mended.raised) == ("", "", False)
    assert after(*IGNORED, RecoveryMissed("x"), Mitigated(AT, "a", "b"), WATCHED, SEEN).recovered


def test_the_run_it_waits_for() -> None:
    assert after(PAGED, AssessmentOpened("a")).run == "a"
    assert after(*CHOSEN).run == ""
    assert after(*CHOSEN, RemedyOpened("r")).run == "r"


@pytest.mark.parametrize(
    ("values", "back"),
    [
        ((1, 1, 1, 1, 1), 25),
        ((9, 1, 1, 1, 1, 1), 25),
        ((1, 1, 1, 1, 1, None), 30),  # the newest one is still on its way
        ((1, 1, 1, 1, 1, None, None), 35),
        ((1, 1, 1, 1, 1, None, None, None), None),  # no data is not recovery
        ((1, 1, None, 1, 1), None),
        ((1, 1, 1, 1), None),
        ((1, 1, 1, 1, 9), None),
        ((1, 1, 1, 1, 1, 5.1), None),
        ((5, 5, 5, 5, 5), 25),
        ((), None),
        ((None,) * 9, None),
    ],
)
def test_well(values: tuple[float | None, ...], back: int | None) -> None:
    until = AT + timedelta(seconds=100)
    seen = well(OPENED, RecoveryWatched(until, until, values))
    assert (seen.since if seen else None) == (until - timedelta(seconds=back) if back else None)


def test_the_window_is_in_whole_periods() -> None:
    assert window(OPENED) == 5


def test_every_event_is_kept_as_it_was() -> None:
    for event in (OPENED, *DONE, L2, Acknowledged("a", AT), NeedsPerson("w"), RecoveryMissed("m"),
                  RemedyChosen("s", "b")):  # fmt: skip
        kind = INCIDENT_EVENTS[type(event).__name__]
        assert canonical.loads(kind, canonical.dumps(event)) == event
