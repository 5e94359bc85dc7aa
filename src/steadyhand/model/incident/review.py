"""A review of an incident as its events, with `evolve` and `decide`: what people found, and what is
to be done about it, tracked until it is done. Pure.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from steadyhand.model.events import IllegalEvent
from steadyhand.model.next import Wait


class Part(StrEnum):
    """What only people can say. A review is closed only when each is said."""

    IMPACT = "impact"  # on users, in their words
    WHY = "why"  # five times, or until the answer is something that can be changed
    WORKED = "worked"  # what went well, and what was luck
    DETECTION = "detection"  # how it could have been known earlier


_NEEDED = (Part.IMPACT, Part.WHY, Part.WORKED)
WHYS = 5


class ReviewOpened(Struct, frozen=True):
    """`report` and `patch` are files; `patch` is "" where nothing is proposed."""

    incident: str
    system: str
    runbook: str
    report: str
    patch: str
    at: datetime


class ReportWritten(Struct, frozen=True):
    """The report was written anew: more has happened."""

    report: str
    patch: str
    at: datetime


class PartSaid(Struct, frozen=True):
    part: Part
    text: str
    by: str
    at: datetime


class ActionAdded(Struct, frozen=True):
    """`due` None: no day is set, and it is never overdue."""

    text: str
    owner: str
    by: str
    at: datetime
    due: datetime | None = None


class ActionDone(Struct, frozen=True):
    """`action` counts from 1."""

    action: int
    by: str
    at: datetime
    note: str = ""


class ActionDropped(Struct, frozen=True):
    action: int
    by: str
    reason: str
    at: datetime


class ActionOverdue(Struct, frozen=True):
    action: int
    at: datetime


class ReviewClosed(Struct, frozen=True):
    by: str
    at: datetime


REVIEW_EVENTS: Mapping[str, type] = {
    event.__name__: event
    for event in (
        ReviewOpened, ReportWritten, PartSaid, ActionAdded, ActionDone, ActionDropped,
        ActionOverdue, ReviewClosed,
    )
}  # fmt: skip


class Action(Struct, frozen=True):
    """What is to be done so that it does not come again."""

    added: ActionAdded
    done: ActionDone | None = None
    dropped: ActionDropped | None = None
    overdue: bool = False

    @property
    def open(self) -> bool:
        return self.done is None and self.dropped is None

    @property
    def state(self) -> str:
        if self.done is not None:
            return "done"
        if self.dropped is not None:
            return "dropped"
        return "overdue" if self.overdue else "open"


class Review(Struct, frozen=True):
    """What the events of one review add up to."""

    opened: ReviewOpened
    said: Mapping[Part, tuple[PartSaid, ...]] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    closed: ReviewClosed | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps it open."""
        unsaid = [f"nobody has said: {part.value}" for part in _NEEDED if not self.said.get(part)]
        unsaid += [] if self.actions else ["no action item; say why in one that is dropped"]
        left = [n for n, action in enumerate(self.actions, 1) if action.open]
        return (*unsaid, *(f"action {n} is {self.actions[n - 1].state}" for n in left))

    @property
    def state(self) -> str:
        return "closed" if self.closed is not None else "open"


def _legal(condition: bool, why: str) -> None:
    if not condition:
        raise IllegalEvent(why)


def evolve(review: Review | None, event: object) -> Review:
    """Apply one event. Raises IllegalEvent where the event cannot follow what was before."""
    if isinstance(event, ReviewOpened):
        _legal(review is None, "a review is opened once")
        return Review(event)
    if review is None:
        raise IllegalEvent(f"{type(event).__name__} before ReviewOpened")
    if isinstance(event, ReportWritten):
        opened = replace(review.opened, report=event.report, patch=event.patch)
        return replace(review, opened=opened)
    _legal(review.closed is None, "the review is closed")
    match event:
        case PartSaid(part, text):
            _legal(bool(text.strip()), "nothing is said")
            before = review.said.get(part, ())
            _legal(part is not Part.WHY or len(before) < WHYS, "five whys are enough")
            return replace(review, said={**review.said, part: (*before, event)})
        case ActionAdded(text, owner):
            _legal(bool(text.strip()), "nothing is to be done")
            _legal(bool(owner.strip()), "an action that nobody owns is not done")
            return replace(review, actions=(*review.actions, Action(event)))
        case ActionDone() | ActionDropped() | ActionOverdue():
            return _acted(review, event)
        case ReviewClosed():
            _legal(not review.missing, "; ".join(review.missing))
            return replace(review, closed=event)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of a review")


def _acted(review: Review, event: ActionDone | ActionDropped | ActionOverdue) -> Review:
    number = event.action
    _legal(1 <= number <= len(review.actions), f"there is no action {number}")
    action = review.actions[number - 1]
    _legal(action.open, f"action {number} is {action.state}")
    match event:
        case ActionDone():
            action = replace(action, done=event)
        case ActionDropped(_, _, reason):
            _legal(bool(reason.strip()), "an action is not dropped without a reason")
            action = replace(action, dropped=event)
        case ActionOverdue(_, at):
            due = action.added.due
            _legal(due is not None and at >= due and not action.overdue, "it is not overdue now")
            action = replace(action, overdue=True)
    actions = (*review.actions[: number - 1], action, *review.actions[number:])
    return replace(review, actions=actions)


class Record(Struct, frozen=True):
    """Write this down; the action's owner is told in the same transaction."""

    event: ActionOverdue


def decide(review: Review | None, now: datetime) -> Record | Wait:
    """Name the one next thing. Pure and total."""
    if review is None or review.closed is not None:
        return Wait(None, "there is nothing to track")
    waiting = []
    for number, action in enumerate(review.actions, 1):
        due = action.added.due
        if due is None or not action.open or action.overdue:
            continue
        if due <= now:
            return Record(ActionOverdue(number, now))
        waiting.append(due)
    return Wait(min(waiting, default=None), "open")
