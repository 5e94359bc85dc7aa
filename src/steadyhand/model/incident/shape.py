"""An incident as its events add up to it: what it is now. Only `state` makes one. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from steadyhand.model.incident.conduct import PagesHeld, Rung
from steadyhand.model.incident.events import (
    CausesJudged,
    EvidenceKept,
    IncidentOpened,
    Mitigated,
    Printed,
    RecoverySeen,
    RecoveryWatched,
    Verdict,
)
from steadyhand.model.run.events import Outcome


class IncidentState(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"  # something was done that took effect; not yet seen to help
    RESOLVED = "resolved"
    REVIEWED = "reviewed"


class Errand(Struct, frozen=True):
    """A run that the incident has opened: of its investigation, or of its remedy."""

    run: str
    outcome: Outcome | None = None
    detail: str = ""


class Paging(Struct, frozen=True):
    """Who is told, and when anew. `again` are levels that are to be told once more, now."""

    began: datetime  # opened, or opened anew
    starts: datetime  # when pages may go out
    levels: tuple[Rung, ...]
    skipped: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()  # told, and no channel took it
    paged_at: datetime | None = None
    again: tuple[str, ...] = ()
    again_why: str = ""
    rounds: int = 0
    ended: bool = False
    everyone: bool = False
    held: PagesHeld | None = None
    acknowledged_at: datetime | None = None


class Answering(Struct, frozen=True):
    """The clock of the first response, and of news for those who wait."""

    respond_by: datetime | None = None
    responded: bool = False
    at_risk: bool = False
    breached: bool = False
    update_seconds: float | None = None
    updated_at: datetime | None = None  # when news were told, or were last due
    update_due: bool = False


class Task(Struct, frozen=True):
    text: str
    by: str
    due: datetime | None = None
    done_by: str = ""
    overdue: bool = False


class AlarmSeen(Struct, frozen=True):
    """How one of the alarms of an incident was seen last."""

    firing: bool
    since: datetime
    rule: str = ""
    why: str = ""  # it belongs here


class Incident(Struct, frozen=True):
    """What the events of one incident add up to."""

    opened: IncidentOpened
    paging: Paging
    answering: Answering
    severity: str = ""
    rank: int | None = None
    graded_by: str = ""  # who changed the severity last; "" where nobody has
    told: tuple[str, ...] = ()  # names of levels, in the order they were told
    acknowledged_by: str = ""
    assessment: Errand | None = None
    outputs: tuple[Printed, ...] = ()
    judged: CausesJudged | None = None
    evidence: EvidenceKept | None = None
    section: str = ""  # of the remedy that is to be run
    remedy_from: str = ""  # the procedure it stands in; "" for the incident's own
    remedy_steps: tuple[str, ...] = ()  # only these of it
    remedy: Errand | None = None
    mitigated: Mitigated | None = None
    watched: RecoveryWatched | None = None
    recovered: RecoverySeen | None = None
    missed: str = ""
    raised: bool = False  # somebody higher was told of the miss
    relapsed: bool = False  # its alarm came back while recovery was being verified
    needs_person: str = ""
    resolved_at: datetime | None = None
    resolution: str = ""  # why it counts as resolved, where no recovery was seen
    review: str = ""
    reopened: int = 0
    alarms: Mapping[str, AlarmSeen] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, Task] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()  # kind, id

    @property
    def alarm(self) -> str:
        return self.opened.alarm

    @property
    def levels(self) -> tuple[Rung, ...]:
        """The escalation path that holds now."""
        return self.paging.levels

    @property
    def open(self) -> bool:
        return self.resolved_at is None

    @property
    def state(self) -> IncidentState:
        if self.review:
            return IncidentState.REVIEWED
        if self.resolved_at is not None:
            return IncidentState.RESOLVED
        if self.mitigated is not None:
            return IncidentState.MITIGATED
        return IncidentState.ACKNOWLEDGED if self.acknowledged_by else IncidentState.TRIGGERED

    @property
    def chosen(self) -> Verdict | None:
        """The cause that the evidence singles out, with its fix."""
        if self.judged is None or self.judged.chosen is None:
            return None
        return self.judged.verdicts[self.judged.chosen]

    @property
    def run(self) -> str:
        """The run it waits for now; "" when there is none."""
        for errand in (self.assessment, self.remedy):
            if errand is not None and errand.outcome is None:
                return errand.run
        return ""

    @property
    def calm_since(self) -> datetime | None:
        """Since when all of its alarms are OK; None while one is not."""
        if any(seen.firing for seen in self.alarms.values()):
            return None
        return max((seen.since for seen in self.alarms.values()), default=None)

    @property
    def others_firing(self) -> tuple[str, ...]:
        """Name the alarms that joined it and are in ALARM."""
        return tuple(
            name for name, seen in self.alarms.items() if seen.firing and name != self.alarm
        )
