"""The events of a change record, and the words they use. Pure data; what they add up to is `state`.

Durations in them are already divided by the target's factor.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class ChangeKind(StrEnum):
    RUN = "run"  # a run of ours that changes something
    DEPLOYMENT = "deployment"  # of somebody else: seen where it happened


class Result(StrEnum):
    """How what was to be changed came out."""

    DONE = "done"
    PARTLY = "partly done"  # it stopped after something was changed
    NOT_DONE = "not done"


class Verdict(StrEnum):
    """What the time afterwards has shown."""

    WELL = "well"  # watched for as long as asked, and nothing came of it
    TROUBLED = "troubled"  # an incident began while it was watched
    UNWATCHED = "unwatched"  # nobody asked for it, or nobody was there
    NOT_DONE = "not done"


class Item(Struct, frozen=True):
    """What people see to before a change. `step` is the run's step that is signed for it."""

    text: str
    step: str = ""


# --- events ----------------------------------------------------------------------------------


class ChangeOpened(Struct, frozen=True):
    """`source` is the run's id or the deployment's. `frozen` are the words of the freeze it falls
    into, `asks_approval` the rule of the document that wants one; "" for none.

    `watch_seconds` is how long the document wants it watched afterwards; `watched_by_run` where the
    run does that itself.
    """

    kind: ChangeKind
    title: str
    system: str
    target: str
    source: str
    at: datetime
    by: str = ""
    runbook: str = ""
    procedure: str = ""
    resources: tuple[str, ...] = ()
    checklist: tuple[Item, ...] = ()
    asks_approval: str = ""
    way_back: str = ""
    watch_seconds: float = 0.0
    watched_by_run: bool = False
    frozen: str = ""
    break_glass: str = ""


class ChangeApproved(Struct, frozen=True):
    by: str
    at: datetime
    afterwards: bool = False  # after it had begun


class ItemTicked(Struct, frozen=True):
    """`item` counts from 0."""

    item: int
    by: str
    at: datetime


class WayBackNamed(Struct, frozen=True):
    """A person says how it goes back."""

    words: str
    by: str
    at: datetime


class ChangeBegan(Struct, frozen=True):
    """The first thing was changed."""

    what: str
    at: datetime


class ChangeEnded(Struct, frozen=True):
    result: Result
    detail: str
    at: datetime


class DeploymentLinked(Struct, frozen=True):
    """A deployment that was seen is what this change has done."""

    deployment: str
    at: datetime


class WatchBegan(Struct, frozen=True):
    until: datetime
    at: datetime


class TroubleSeen(Struct, frozen=True):
    """An incident of the same system began while the change was under way or watched."""

    incident: str
    alarm: str
    at: datetime


class ChangeClosed(Struct, frozen=True):
    verdict: Verdict
    why: str
    at: datetime


CHANGE_EVENTS: Mapping[str, type] = {
    event.__name__: event
    for event in (
        ChangeOpened, ChangeApproved, ItemTicked, WayBackNamed, ChangeBegan, ChangeEnded,
        DeploymentLinked, WatchBegan, TroubleSeen, ChangeClosed,
    )
}  # fmt: skip
