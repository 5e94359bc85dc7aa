"""Events of an incident that people, clocks and other alarms make: escalation, severity, work.

Pure data, as `events` is. `by` is a person; "" is the program itself.
"""

from dataclasses import dataclass
from datetime import datetime

from steadyhand.model.settings.on import On


@dataclass(frozen=True)
class Rung:
    """A level of the escalation path. `after_seconds` None: only on the condition in `when`.

    `actions` are what somebody has to do once the level is told: they become tasks.
    """

    name: str
    contact: str
    when: str
    after_seconds: float | None
    on: On = On.UNRESOLVED
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimeBox:
    """What the document wants done between two moments after the start, in seconds."""

    text: str
    from_seconds: float
    until_seconds: float | None = None


# --- who is told ------------------------------------------------------------------------------


@dataclass(frozen=True)
class LevelSkipped:
    """Nobody could be told at this level: the next one is due at once."""

    level: str
    contact: str
    why: str
    at: datetime


@dataclass(frozen=True)
class LevelUnreached:
    """It was told, and no channel took it: nobody at this level knows. The next one is due at
    once. `why` says what became of each channel."""

    level: str
    contact: str
    why: str
    at: datetime


@dataclass(frozen=True)
class PagedAgain:
    """A level that was told before is told once more: nobody has taken it up (any more)."""

    level: str
    contact: str
    channels: tuple[str, ...]
    why: str
    at: datetime
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class EveryonePaged:
    """Everybody there is was told: a person broke the glass, or no level could be reached."""

    by: str
    reason: str
    at: datetime
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class PagingEnded:
    """The path was repeated as often as the settings say, and nobody took it up."""

    why: str
    at: datetime


@dataclass(frozen=True)
class AcknowledgementExpired:
    by: str  # whose
    at: datetime


@dataclass(frozen=True)
class PagesHeld:
    """A silence or a maintenance window holds the pages. `silence` says which."""

    silence: str
    why: str
    until: datetime
    at: datetime


@dataclass(frozen=True)
class PagesReleased:
    why: str
    at: datetime


# --- clocks ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ResponseAtRisk:
    respond_by: datetime
    at: datetime


@dataclass(frozen=True)
class ResponseBreached:
    respond_by: datetime
    at: datetime


@dataclass(frozen=True)
class UpdateDue:
    """Those who wait for news are to be told how it stands."""

    at: datetime


@dataclass(frozen=True)
class UpdatePosted:
    text: str
    by: str
    at: datetime


# --- other alarms, and coming back ----------------------------------------------------------------


@dataclass(frozen=True)
class AlarmJoined:
    """Another alarm belongs to this incident; `why` says how one knows."""

    alarm: str
    rule: str
    reason: str
    why: str
    at: datetime


@dataclass(frozen=True)
class AlarmBack:
    """An alarm of this incident is OK again, since `since`."""

    alarm: str
    since: datetime


@dataclass(frozen=True)
class AlarmAgain:
    """An alarm of this incident that was OK is in ALARM again."""

    alarm: str
    since: datetime


@dataclass(frozen=True)
class Reopened:
    """It has come back: while recovery was verified, or soon after it was resolved."""

    why: str
    at: datetime
    respond_by: datetime | None = None
    by: str = ""


# --- work ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeverityChanged:
    """`levels` is the path that holds from now on; empty: the one that held before."""

    severity: str
    rank: int | None
    reason: str
    by: str
    at: datetime
    levels: tuple[Rung, ...] = ()
    respond_by: datetime | None = None
    pages_from: datetime | None = None
    update_seconds: float | None = None


@dataclass(frozen=True)
class RoleGiven:
    role: str
    person: str
    by: str
    at: datetime


@dataclass(frozen=True)
class TaskAdded:
    task: str
    text: str
    by: str
    at: datetime
    due: datetime | None = None


@dataclass(frozen=True)
class TaskDone:
    task: str
    by: str
    at: datetime


@dataclass(frozen=True)
class TaskOverdue:
    task: str
    at: datetime


@dataclass(frozen=True)
class NoteAdded:
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Linked:
    """Something else belongs to it: `kind` is "run", "change", "alarm", "incident"."""

    kind: str
    id: str
    why: str
    at: datetime


CONDUCT_EVENTS: tuple[type, ...] = (
    LevelSkipped, LevelUnreached, PagedAgain, EveryonePaged, PagingEnded, AcknowledgementExpired,
    PagesHeld, PagesReleased, ResponseAtRisk, ResponseBreached, UpdateDue, UpdatePosted,
    AlarmJoined, AlarmBack, AlarmAgain, Reopened, SeverityChanged, RoleGiven, TaskAdded, TaskDone,
    TaskOverdue, NoteAdded, Linked,
)  # fmt: skip
