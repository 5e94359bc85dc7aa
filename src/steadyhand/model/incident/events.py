"""The events of an incident, and the words they use. Pure data; what they add up to is `state`.

Durations in them are already divided by the target's factor.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from steadyhand.model.alarm import Condition
from steadyhand.model.incident.conduct import CONDUCT_EVENTS, Reopened, Rung, TimeBox
from steadyhand.model.incident.measure import Kept, Measure
from steadyhand.model.run.events import Outcome


class Support(StrEnum):
    """What the evidence says of a cause."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NO_EVIDENCE = "no evidence"


class Verdict(Struct, frozen=True):
    """A row of the cause → fix table, held against the evidence.

    `section` names the part of the procedure whose commands carry the fix out; "" means by hand.
    `strength` (0 to 1) orders supported causes: how directly the evidence shows the cause itself.
    """

    cause: str
    fix: str
    supported: Support
    reasons: tuple[str, ...]
    strength: float = 0.0
    section: str = ""

    @property
    def manual(self) -> bool:
        return not self.section


class Printed(Struct, frozen=True):
    """What one investigation step printed; `output` is its beginning."""

    title: str
    command: str
    output: str
    exit_code: int | None = None


# --- events ----------------------------------------------------------------------------------


class IncidentOpened(Struct, frozen=True):
    """Everything that the document and the settings say about it, as of now.

    `onset` is the start of the first bad period, `procedure` is "" where none fits well enough.
    `rank` is the severity on the scale of all documents, 0 the worst. No page goes out before
    `pages_from`. What is None or 0 is not wanted: an acknowledgement does not expire, pages are not
    repeated (`repeats` 0: repeated without end), no updates are due.
    """

    at: datetime
    onset: datetime
    alarm: str
    rule: str  # the threshold, verbatim
    reason: str  # why the alarm turned
    condition: Condition
    period_seconds: float
    verify_seconds: float
    levels: tuple[Rung, ...]
    system: str
    runbook: str
    target: str
    factor: float
    procedure: str = ""
    title: str = ""
    score: float = 0.0
    why: str = ""  # why that procedure, or why none
    severity: str = ""
    rank: int | None = None
    respond_by: datetime | None = None
    pages_from: datetime | None = None
    acknowledge_seconds: float | None = None
    repeat_seconds: float | None = None
    repeats: int = 0
    update_seconds: float | None = None
    boxes: tuple[TimeBox, ...] = ()
    quiet: bool = False  # somebody is told, and nobody is woken
    measure: Measure | None = None  # what the alarm's action asks for beyond telling people


class LevelPaged(Struct, frozen=True):
    """The first level is told. `channels` empty: nobody can be reached that way."""

    level: str
    contact: str
    channels: tuple[str, ...]
    at: datetime
    people: tuple[str, ...] = ()


class Escalated(Struct, frozen=True):
    level: str
    contact: str
    channels: tuple[str, ...]
    why: str
    at: datetime
    people: tuple[str, ...] = ()


class Acknowledged(Struct, frozen=True):
    by: str
    at: datetime
    how: str = ""  # "link", "command" …


class AssessmentOpened(Struct, frozen=True):
    run: str


class AssessmentEnded(Struct, frozen=True):
    """`run` is "" where the reads could not even be planned; `detail` says why then."""

    run: str
    outcome: Outcome
    outputs: tuple[Printed, ...] = ()
    detail: str = ""


class CausesJudged(Struct, frozen=True):
    """`chosen` is an index into `verdicts`; None: it is put to a person, and `why` says why."""

    verdicts: tuple[Verdict, ...]
    chosen: int | None
    why: str


class EvidenceKept(Struct, frozen=True):
    """What was read before anything could change it. Its texts are outputs of the journal."""

    at: datetime
    items: tuple[Kept, ...]


class RemedyChosen(Struct, frozen=True):
    """A person picks a section of the procedure, against or without a choice of ours.

    `by` is "" where the alarm's own action names it; `procedure` is set where it stands in another
    one, and `steps` where only those are to be run.
    """

    section: str
    by: str
    procedure: str = ""
    steps: tuple[str, ...] = ()
    why: str = ""


class RemedyOpened(Struct, frozen=True):
    run: str


class RemedyEnded(Struct, frozen=True):
    """`run` is "" where the remedy could not be planned: nothing was done then."""

    run: str
    outcome: Outcome
    detail: str = ""


class Mitigated(Struct, frozen=True):
    """Something was done about it: by the remedy (`by` is ""), or by a person's own hand."""

    at: datetime
    by: str
    how: str


class RecoveryWatched(Struct, frozen=True):
    """The values of all whole periods since the mitigation, the newest last; it ends at `until`."""

    at: datetime
    until: datetime
    values: tuple[float | None, ...]


class RecoverySeen(Struct, frozen=True):
    """Users are well: `values` fill the window that began at `since`."""

    since: datetime
    values: tuple[float, ...]


class RecoveryMissed(Struct, frozen=True):
    """What was done did not help, or did not even happen."""

    reason: str


class NeedsPerson(Struct, frozen=True):
    why: str


class Resolved(Struct, frozen=True):
    """`reason` says why where no recovery was seen: a person's word, or the alarms are OK."""

    at: datetime
    seconds: float  # since it was opened
    by: str = ""
    reason: str = ""


class ReviewWritten(Struct, frozen=True):
    path: str


INCIDENT_EVENTS: Mapping[str, type] = {
    event.__name__: event
    for event in (
        IncidentOpened, LevelPaged, Escalated, Acknowledged, AssessmentOpened, AssessmentEnded,
        CausesJudged, EvidenceKept, RemedyChosen, RemedyOpened, RemedyEnded, Mitigated,
        RecoveryWatched, RecoverySeen, RecoveryMissed, NeedsPerson, Resolved, ReviewWritten,
        *CONDUCT_EVENTS,
    )
}  # fmt: skip
# What ends an incident for good, and what undoes that: the types that a journal is asked for.
ENDS = (ReviewWritten.__name__, Reopened.__name__)
