"""What a document states beside its steps: alarms, limits, levels, schedules, contacts, targets.

Every fact carries the words it was read from and where they stand. Only `compile` makes them. A
number that the words do not hold is None; a text that they do not hold is "".
"""

from msgspec import Struct

from steadyhand.model.document.span import Span

# What a value has to be multiplied by to be in the unit that its kind is compared in.
_BASE_UNITS: dict[str, tuple[float, str]] = {
    "ms": (0.001, "s"), "s": (1, "s"), "min": (60, "s"), "h": (3600, "s"), "d": (86400, "s"),
    "kb": (1024, "B"), "mb": (1024**2, "B"), "gb": (1024**3, "B"), "tb": (1024**4, "B"),
}  # fmt: skip


class Cause(Struct, frozen=True):
    """A row of a cause → fix table, or a bullet that says the same."""

    cause: str
    fix: str
    span: Span
    procedure: str = ""


class Threshold(Struct, frozen=True):
    """What an alarm row says. `value` is None where the words hold no number."""

    text: str  # the cell, verbatim
    operator: str = ""  # ">", ">=", "<", "<="
    value: float | None = None
    unit: str = ""  # "%", "s", "ms", "/min", "% max", …
    for_seconds: float | None = None
    statistic: str = ""  # "p95", "average" … where the name or the cell says so

    @property
    def comparable(self) -> tuple[float, str] | None:
        """The value in seconds, bytes or its own unit, so that 2000 ms equals 2 s."""
        if self.value is None:
            return None
        factor, unit = _BASE_UNITS.get(self.unit.lower(), (1, self.unit))
        return round(self.value * factor, 9), unit


class AlarmRule(Struct, frozen=True):
    name: str
    threshold: Threshold
    action: str  # "Page on-call", verbatim
    span: Span


class AlarmMention(Struct, frozen=True):
    """The name of an alarm that somebody else keeps: the document says when it matters."""

    name: str  # "db-cpu-high"
    text: str
    span: Span
    procedure: str = ""


class Limit(Struct, frozen=True):
    """A limit for something measured, wherever it is stated: alarm, symptom, cause, sentence.

    `subject` is what is measured, in words that are comparable: lower case, without articles and
    verbs, synonyms made one, sorted ("cpu ecs", "latency p95"). `level` is "warning" or "critical"
    where the words say so.
    """

    subject: str
    threshold: Threshold
    origin: str  # "alarm", "symptom", "cause", "statement"
    text: str
    span: Span
    level: str = ""
    procedure: str = ""


class EscalationLevel(Struct, frozen=True):
    """One rung. `after_seconds` None: only on the condition that `when` says in words."""

    name: str  # "L1"
    contact: str
    when: str
    after_seconds: float | None
    span: Span
    until_seconds: float | None = None


class EscalationPath(Struct, frozen=True):
    """Who is called one after the other for a severity: "on-call → manager → CTO"."""

    severity: str
    contacts: tuple[str, ...]
    text: str
    span: Span


class TimedAction(Struct, frozen=True):
    """What is to be done between two moments after the start: "5-10 min: call the owner"."""

    text: str
    from_seconds: float
    until_seconds: float | None  # None: from then on
    section: str  # the label or heading it stands under
    span: Span
    procedure: str = ""


class SeverityLevel(Struct, frozen=True):
    """`rank` is the level on one scale for all documents: 0 outage, 1 major, 2 medium, 3 low,
    4 trivial. By the words where there are some, else by the number, counted from the document's
    highest."""

    name: str
    response_seconds: float | None
    text: str
    span: Span
    rank: int | None = None


class TableFact(Struct, frozen=True):
    """A table that is kept whole under what its headers mean: dependencies, schedules, …"""

    kind: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    span: Span


class Dependency(Struct, frozen=True):
    """Something the system needs. `health` is how the document says one looks at it, verbatim."""

    name: str
    purpose: str
    health: str
    span: Span


class Schedule(Struct, frozen=True):
    """What is done again and again. `cron` is None where five fields cannot say it, or the words
    do not; "@weekly" and the like where no hour is said. `zone` is as written, "" when it is not.
    """

    task: str
    text: str
    cron: str | None
    zone: str
    every_seconds: float | None
    span: Span


class Window(Struct, frozen=True):
    """A time in which something may be done, as the cron line of its beginning and a length."""

    name: str
    text: str
    cron: str | None
    zone: str
    seconds: float | None
    span: Span


class Objective(Struct, frozen=True):
    """A recovery or service target with what was achieved: "RPO < 1 hour (actual ~5 min)".

    `value` is in seconds, or in per cent for an availability (`unit` says which). `of` is what it
    holds for, where a table says it of each service or scenario; "" for the whole.
    """

    name: str  # "RPO", "RTO", "MTTR", "availability"
    text: str
    value: float | None
    unit: str  # "s" or "%"
    actual: float | None
    actual_text: str
    span: Span
    of: str = ""


class Retention(Struct, frozen=True):
    """How long something is kept. `seconds` None: without end, or not in time ("versioned")."""

    what: str
    text: str
    seconds: float | None
    place: str
    span: Span


class ContactPoint(Struct, frozen=True):
    """How somebody is reached. `kinds` says what `reach` holds: "email", "phone", "url",
    "handle"; none of them where it is words only. `filled` is False for what nobody filled in."""

    role: str
    reach: str
    kinds: tuple[str, ...]
    filled: bool
    span: Span


class LogLocation(Struct, frozen=True):
    """Where logs are. `kind` is "log group", "bucket", "file", "url", "journal" or ""."""

    what: str
    place: str
    kind: str
    span: Span


class SafetyRule(Struct, frozen=True):
    """What must always or never be done. `about` names what it speaks of: "approval", "backup",
    "rollback", "test", "monitoring", "access", "writes". `procedure` is the one that it stands in;
    in none, it is for all."""

    text: str
    force: str  # "never", "always", "must", "rule"
    about: tuple[str, ...]
    section: str
    span: Span
    procedure: str = ""


class Checklist(Struct, frozen=True):
    """Boxes to tick, in their order; `ticked` are those that are ticked in the document."""

    title: str
    items: tuple[str, ...]
    ticked: tuple[bool, ...]
    span: Span
    procedure: str = ""


class JsonField(Struct, frozen=True):
    """A field of an expected JSON answer: "checks[].name", its type, and the value shown."""

    path: str
    type: str  # "string", "number", "boolean", "null", "object", "array"
    shown: str = ""


class ExpectedResponse(Struct, frozen=True):
    """What a step should print, or an API answer; `step` is "" when no step asks for it."""

    step: str
    status: int | None
    fields: tuple[JsonField, ...]
    text: str
    span: Span


class Symptom(Struct, frozen=True):
    text: str
    procedure: str  # the procedure whose heading it stands under, "" for none
    span: Span


class Metadata(Struct, frozen=True):
    """What a document says of itself. `date` is ISO (a year, month or day) where it says one."""

    key: str  # "owner", "team", "updated", "reviewed", "next review", "version", "status", …
    value: str
    date: str
    filled: bool
    span: Span


class Trait(Struct, frozen=True):
    """How the document says a resource is set up, for a target to hold against what is there.

    `attribute` is the name that the resource's own API has for it.
    """

    kind: str  # "database", "cache", "bucket", "service", "log group"
    resource: str  # its name, "" where the document does not say which one
    attribute: str  # "BackupRetentionPeriod"
    expected: str  # "7"
    text: str
    span: Span


class Metric(Struct, frozen=True):
    """Something that is to be measured and looked at, without a limit.

    `kind` is "metric" (of a list or a dashboard; `group` is what the list calls it: "Business"),
    "baseline" (what is usual: `value` in `unit` where it is stated), "growth" (what to be ready
    for: `value` times what there is) or "dashboard" (`text` is where it is).
    """

    name: str
    kind: str
    group: str
    text: str
    span: Span
    procedure: str = ""
    value: float | None = None
    unit: str = ""


class Facts(Struct, frozen=True):
    alarms: tuple[AlarmRule, ...] = ()
    escalation: tuple[EscalationLevel, ...] = ()
    severities: tuple[SeverityLevel, ...] = ()
    causes: tuple[Cause, ...] = ()
    tables: tuple[TableFact, ...] = ()
    limits: tuple[Limit, ...] = ()
    mentions: tuple[AlarmMention, ...] = ()
    paths: tuple[EscalationPath, ...] = ()
    timeline: tuple[TimedAction, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    windows: tuple[Window, ...] = ()
    objectives: tuple[Objective, ...] = ()
    retention: tuple[Retention, ...] = ()
    contacts: tuple[ContactPoint, ...] = ()
    logs: tuple[LogLocation, ...] = ()
    safety: tuple[SafetyRule, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    expected: tuple[ExpectedResponse, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    metadata: tuple[Metadata, ...] = ()
    traits: tuple[Trait, ...] = ()
    metrics: tuple[Metric, ...] = ()
