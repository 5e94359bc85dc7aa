"""The events of a duty, and the words they use. Pure data; what they add up to is `state`.

A *round* is one time that a duty comes due. Durations in them are as the document has them.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from steadyhand.model.document.span import Span
from steadyhand.model.recurrence import Recurrence
from steadyhand.model.run.events import Outcome


class DutyKind(StrEnum):
    CHECKLIST = "checklist"  # people do it and sign each item
    TASK = "task"  # a program does it and reports; people may report for it
    RESTORE_TEST = "restore test"  # done only when a restore was carried out and measured


class Definition(Struct, frozen=True):
    """A duty as its document and the settings say it. Made by `derive` alone.

    `owner` is "" where nobody is named; `channels` is how that one is reached. `windowed` is what
    gave `grace_seconds`: the words of a window, or "".
    """

    name: str
    kind: DutyKind
    system: str
    runbook: str
    text: str  # the schedule, verbatim
    span: Span
    recurrence: Recurrence
    grace_seconds: float
    items: tuple[str, ...]
    owner: str = ""
    owner_from: str = ""
    channels: tuple[str, ...] = ()
    procedure: str = ""
    windowed: str = ""


class Figures(Struct, frozen=True):
    """What a restore test measured, in seconds of the clock; the target's factor stands beside.

    `rpo` is how much would be lost had the newest restorable state been taken, `lost` how much of
    it by what was really restored; None where that could not be read. `rto` is from the moment of
    the fault to the end of the run, waiting for people included.
    """

    rpo: float | None
    lost: float | None
    rto: float | None
    waited: float = 0.0  # of `rto`: for approvals and signatures
    restored: str = ""  # what was restored, in words
    unknown: tuple[str, ...] = ()  # what could not be measured, and why


class Targets(Struct, frozen=True):
    """What the document asks of a recovery, in seconds; None where it says nothing."""

    rpo: float | None = None
    rto: float | None = None
    rpo_text: str = ""
    rto_text: str = ""


# --- events ----------------------------------------------------------------------------------


class DutyDefined(Struct, frozen=True):
    """First, and again whenever document or settings say it otherwise."""

    definition: Definition
    at: datetime


class DutyCameDue(Struct, frozen=True):
    """A round begins. `unseen` rounds came before it while nobody looked at the clock."""

    due: datetime
    overdue_at: datetime
    items: tuple[str, ...]
    at: datetime
    unseen: int = 0


class ItemSigned(Struct, frozen=True):
    """Somebody says that an item is done; `item` counts from 0."""

    item: int
    by: str
    at: datetime
    note: str = ""


class DutyOverdue(Struct, frozen=True):
    """`told` is who was told; "" for nobody."""

    at: datetime
    told: str


class DutyMissed(Struct, frozen=True):
    """The next round came before this one was done; `unsigned` is what was left of it."""

    due: datetime
    at: datetime
    unsigned: tuple[str, ...]
    told: str = ""


class DutyDone(Struct, frozen=True):
    due: datetime
    at: datetime


class DutySkipped(Struct, frozen=True):
    """A person says that this round is not done, and why."""

    by: str
    reason: str
    at: datetime


class DutyRetired(Struct, frozen=True):
    """Its document no longer says it."""

    reason: str
    at: datetime


class RestoreOpened(Struct, frozen=True):
    """A run is to restore. `fault_at` is when the data is taken to be lost.

    `newest` is the newest state that could be restored then, `unread` why it is not known.
    """

    run: str
    procedure: str
    target: str
    factor: float
    fault_at: datetime
    by: str
    at: datetime
    newest: datetime | None = None
    unread: str = ""
    source: str = ""  # "shop-db"
    snapshots: Mapping[str, datetime] = field(default_factory=dict)  # of it, then
    targets: Targets = field(default_factory=Targets)


class RestoreMeasured(Struct, frozen=True):
    run: str
    outcome: Outcome
    figures: Figures
    at: datetime
    detail: str = ""


DUTY_EVENTS: Mapping[str, type] = {
    event.__name__: event
    for event in (
        DutyDefined, DutyCameDue, ItemSigned, DutyOverdue, DutyMissed, DutyDone, DutySkipped,
        DutyRetired, RestoreOpened, RestoreMeasured,
    )
}  # fmt: skip
