"""What the API answers with, as frozen dataclasses: the OpenAPI document is made of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Said:
    """A refusal: `detail` says what is wrong and what to do."""

    detail: str


@dataclass(frozen=True)
class DocumentShown:
    system: str
    path: str
    title: str
    target: str
    procedures: int
    alarms: int
    unbound: int
    findings: int


@dataclass(frozen=True)
class ProcedureShown:
    system: str
    id: str
    title: str
    severity: str
    span: str
    steps: int
    symptoms: tuple[str, ...]


@dataclass(frozen=True)
class AlarmShown:
    """`unbound` says why nothing is looked at; "" where it is. `state` "" was never evaluated."""

    id: str
    system: str
    name: str
    threshold: str
    action: str
    span: str
    unbound: str
    state: str = ""
    since: datetime | None = None
    reason: str = ""
    incident: str = ""


@dataclass(frozen=True)
class TaskShown:
    id: str
    text: str
    by: str
    done_by: str


@dataclass(frozen=True)
class NoticeShown:
    """`delivered` None: not yet; `failure` says why the last attempt did not."""

    id: str
    level: str
    contact: str
    channel: str
    title: str
    delivered: datetime | None
    attempts: int
    failure: str


@dataclass(frozen=True)
class EvidenceShown:
    """`why` is set where it was not read, `cut` where there is more than was kept of it."""

    number: int
    what: str
    command: str
    size: int
    sha256: str
    why: str
    cut: str


@dataclass(frozen=True)
class IncidentShown:
    id: str
    system: str
    alarm: str
    state: str
    severity: str
    opened: datetime
    procedure: str
    runbook: str
    needs_person: str
    acknowledged_by: str
    resolved: datetime | None
    run: str
    report: str
    told: tuple[str, ...]
    alarms: tuple[str, ...]
    roles: dict[str, str]
    tasks: tuple[TaskShown, ...]


@dataclass(frozen=True)
class QuestionShown:
    """What a run asks. `digest` is to be sent back with the answer: it says what was read. With a
    `condition`, approving says that it holds, declining that it does not: the run goes on."""

    step: str
    evidence: str
    argv: tuple[str, ...]
    signatures: int
    signed_by: tuple[str, ...]
    digest: str
    condition: str


@dataclass(frozen=True)
class RunShown:
    id: str
    opened: datetime
    title: str
    target: str
    starter: str
    incident: str
    plan: str
    state: str
    detail: str
    question: QuestionShown | None


@dataclass(frozen=True)
class EventShown:
    """`position` grows over everything; None where only one thing's events are listed."""

    kind: str
    id: str
    seq: int
    at: datetime
    type: str
    body: dict[str, Any]
    position: int | None = None


@dataclass(frozen=True)
class Events:
    """`next` is what to ask for `after` the next time."""

    events: tuple[EventShown, ...]
    next: int


@dataclass(frozen=True)
class DrillShown:
    id: str
    opened: datetime
    system: str
    scenario: str
    verdict: str
    reason: str
    incident: str
    seconds: float | None


@dataclass(frozen=True)
class AuditShown:
    intact: bool
    entries: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Health:
    """`well` is what the audit of the service found; its reasons are for those who may read."""

    well: bool
    reasons: int


@dataclass(frozen=True)
class HealthTold:
    well: bool
    reasons: tuple[str, ...]
    checked: datetime | None
    heartbeat: datetime | None
    troubles: tuple[str, ...]


@dataclass(frozen=True)
class BeatShown:
    name: str
    at: datetime
    failed: bool
    detail: str


@dataclass(frozen=True)
class Me:
    """Who asks. `csrf` goes back in X-CSRF-Token with everything that changes something."""

    person: str
    scopes: tuple[str, ...]
    csrf: str = ""
