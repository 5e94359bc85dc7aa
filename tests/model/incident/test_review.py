"""Reviews: what may follow what; none is closed while anything is missing."""

from datetime import timedelta

import pytest

from steadyhand.model import canonical
from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.review import (
    REVIEW_EVENTS,
    ActionAdded,
    ActionDone,
    ActionDropped,
    ActionOverdue,
    Part,
    PartSaid,
    Record,
    Review,
    ReviewClosed,
    ReviewOpened,
    decide,
    evolve,
)
from steadyhand.model.next import Wait
from tests.moved import NOON

OPENED = ReviewOpened("i-1", "shop", "shop.md", "i-1.md", "", NOON)
DUE = NOON + timedelta(days=3)
ADDED = ActionAdded("Cache with a limit", "Ada", "Ben", NOON, DUE)
SAID = tuple(PartSaid(part, "so it was", "Ada", NOON) for part in Part)


def of(*events: object) -> Review:
    review: Review | None = None
    for event in events:
        review = evolve(review, event)
    assert review is not None
    return review


def test_it_is_closed_only_when_all_is_said_and_done() -> None:
    assert of(OPENED).missing == (
        "nobody has said: impact",
        "nobody has said: why",
        "nobody has said: worked",
        "no action item; say why in one that is dropped",
    )
    review = of(OPENED, *SAID, ADDED)
    with pytest.raises(IllegalEvent, match="action 1 is open"):
        evolve(review, ReviewClosed("Ada", NOON))
    for over in (ActionDone(1, "Ada", NOON), ActionDropped(1, "Ada", "too dear", NOON)):
        assert evolve(evolve(review, over), ReviewClosed("Ada", NOON)).state == "closed"


def test_an_action_is_overdue_once() -> None:
    review = of(OPENED, ADDED)
    assert decide(review, NOON) == Wait(DUE, "open")
    assert decide(review, DUE) == Record(ActionOverdue(1, DUE))
    late = evolve(review, ActionOverdue(1, DUE))
    assert late.actions[0].state == "overdue"
    assert decide(late, DUE + timedelta(days=9)) == Wait(None, "open")
    assert evolve(late, ActionDone(1, "Ada", DUE)).actions[0].state == "done"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (OPENED, "opened once"),
        (ActionAdded("x", " ", "Ben", NOON), "nobody owns"),
        (ActionAdded(" ", "Ada", "Ben", NOON), "nothing is to be done"),
        (ActionDone(2, "Ada", NOON), "no action 2"),
        (ActionDropped(1, "Ada", " ", NOON), "without a reason"),
        (ActionOverdue(1, NOON), "not overdue now"),
        (PartSaid(Part.WHY, " ", "Ada", NOON), "nothing is said"),
    ],
)
def test_what_cannot_be_is_refused(event: object, words: str) -> None:
    with pytest.raises(IllegalEvent, match=words):
        evolve(of(OPENED, ADDED), event)


def test_five_whys_are_enough() -> None:
    why = PartSaid(Part.WHY, "because", "Ada", NOON)
    with pytest.raises(IllegalEvent, match="five whys are enough"):
        of(OPENED, *[why] * 6)


@pytest.mark.parametrize("event", [OPENED, ADDED, SAID[0]])
def test_events_come_back_from_the_journal_as_they_were(event: object) -> None:
    kind = REVIEW_EVENTS[type(event).__name__]
    assert canonical.loads(kind, canonical.dumps(event)) == event
