"""Events of an incident that people, clocks and other alarms make: escalation, severity, work.

Pure data, as `events` is. `by` is a person; "" is the program itself.
"""

from datetime import datetime

from msgspec import Struct

from steadyhand.model.settings.on import On


class Rung(Struct, frozen=True):
    """A level of the escalation path. `after_seconds` None: only on the condition in `when`.

    `actions` are what somebody has to do once the level is told: they become tasks.
    """

    name: str
    contact: str
    when: str
    after_seconds: float | None
    on: On = On.UNRESOLVED
    actions: tuple[str, ...] = ()


class TimeBox(Struct, frozen=True):
    """What the document wants done between two moments after the start, in seconds."""

    text: str
    from_seconds: float
    until_seconds: float | None = None


# --- who is told ------------------------------------------------------------------------------


class LevelSkipped(Struct, frozen=True):
    """Nobody could be told at this level: the next one is due at once."""

    level: str
    contact: str
    why: str
    at: datetime


class LevelUnreached(Struct, frozen=True):
    """It was told, and no channel took it: nobody at this level knows. The next one is due at
    once. `why` says what became of each channel."""

    level: str
    contact: str
    why: str
    at: datetime


class PagedAgain(Struct, frozen=True):
    """A level that was told before is told once more: nobody has taken it up (any more)."""

    level: str
    contact: str
    channels: tuple[str, ...]
    why: str
    at: datetime
    people: tuple[str, ...] = ()


class EveryonePaged(Struct, frozen=True):
    """Everybody there is was told: a person broke the glass, or no level could be reached."""

    by: str
    reason: str
    at: datetime
    people: tuple[str, ...] = ()


class PagingEnded(Struct, frozen=True):
    """The path was repeated as often as the settings say, and nobody took it up."""

    why: str
    at: datetime


class AcknowledgementExpired(Struct, frozen=True):
    by: str  # whose
    at: datetime


class PagesHeld(Struct, frozen=True):
    """A silence or a maintenance window holds the pages. `silence` says which."""

    silence: str
    why: str
    until: datetime
    at: datetime


class PagesReleased(Struct, frozen=True):
    why: str
    at: datetime


# --- clocks ------------------------------------------------------------------------------------


class ResponseAtRisk(Struct, frozen=True):
    respond_by: datetime
    at: datetime


class ResponseBreached(Struct, frozen=True):
    respond_by: datetime
    at: datetime


class UpdateDue(Struct, frozen=True):
    """Those who wait for news are to be told how it stands."""

    at: datetime


class UpdatePosted(Struct, frozen=True):
    text: str
    by: str
    at: datetime


# --- other alarms, and coming back ----------------------------------------------------------------


class AlarmJoined(Struct, frozen=True):
    """Another alarm belongs to this incident; `why` says how one knows."""

    alarm: str
    rule: str
    reason: str
    why: str
    at: datetime


class AlarmBack(Struct, frozen=True):
    """An alarm of this incident is OK again, since `since`."""

    alarm: str
    since: datetime


class AlarmAgain(Struct, frozen=True):
    """An alarm of this incident that was OK is in ALARM again."""

    alarm: str
    since: datetime


class Reopened(Struct, frozen=True):
    """It has come back: while recovery was verified, or soon after it was resolved."""

    why: str
    at: datetime
    respond_by: datetime | None = None
    by: str = ""


# --- work ----------------------------------------------------------------------------------------


class SeverityChanged(Struct, frozen=True):
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


class RoleGiven(Struct, frozen=True):
    role: str
    person: str
    by: str
    at: datetime


class TaskAdded(Struct, frozen=True):
    task: str
    text: str
    by: str
    at: datetime
    due: datetime | None = None


class TaskDone(Struct, frozen=True):
    task: str
    by: str
    at: datetime


class TaskOverdue(Struct, frozen=True):
    task: str
    at: datetime


class NoteAdded(Struct, frozen=True):
    text: str
    by: str
    at: datetime


class Linked(Struct, frozen=True):
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
