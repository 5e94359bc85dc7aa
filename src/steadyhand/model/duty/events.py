"""The events of a duty, and the words they use. Pure data; what they add up to is `state`.

A *round* is one time that a duty comes due. Durations in them are as the document has them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from steadyhand.model.document.span import Span
from steadyhand.model.recurrence import Recurrence
from steadyhand.model.run.events import Outcome


class DutyKind(StrEnum):
    CHECKLIST = "checklist"  # people do it and sign each item
    TASK = "task"  # a program does it and reports; people may report for it
    RESTORE_TEST = "restore test"  # done only when a restore was carried out and measured


@dataclass(frozen=True)
class Definition:
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


@dataclass(frozen=True)
class Figures:
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


@dataclass(frozen=True)
class Targets:
    """What the document asks of a recovery, in seconds; None where it says nothing."""

    rpo: float | None = None
    rto: float | None = None
    rpo_text: str = ""
    rto_text: str = ""


# --- events ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class DutyDefined:
    """First, and again whenever document or settings say it otherwise."""

    definition: Definition
    at: datetime


@dataclass(frozen=True)
class DutyCameDue:
    """A round begins. `unseen` rounds came before it while nobody looked at the clock."""

    due: datetime
    overdue_at: datetime
    items: tuple[str, ...]
    at: datetime
    unseen: int = 0


@dataclass(frozen=True)
class ItemSigned:
    """Somebody says that an item is done; `item` counts from 0."""

    item: int
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class DutyOverdue:
    """`told` is who was told; "" for nobody."""

    at: datetime
    told: str


@dataclass(frozen=True)
class DutyMissed:
    """The next round came before this one was done; `unsigned` is what was left of it."""

    due: datetime
    at: datetime
    unsigned: tuple[str, ...]
    told: str = ""


@dataclass(frozen=True)
class DutyDone:
    due: datetime
    at: datetime


@dataclass(frozen=True)
class DutySkipped:
    """A person says that this round is not done, and why."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class DutyRetired:
    """Its document no longer says it."""

    reason: str
    at: datetime


@dataclass(frozen=True)
class RestoreOpened:
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


@dataclass(frozen=True)
class RestoreMeasured:
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
