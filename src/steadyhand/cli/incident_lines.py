"""An event of an incident that people, clocks or other alarms made, in; lines for a person, out."""

from steadyhand.model.incident.conduct import (
    AcknowledgementExpired,
    AlarmAgain,
    AlarmBack,
    AlarmJoined,
    EveryonePaged,
    LevelSkipped,
    LevelUnreached,
    Linked,
    NoteAdded,
    PagedAgain,
    PagesHeld,
    PagesReleased,
    PagingEnded,
    Reopened,
    ResponseAtRisk,
    ResponseBreached,
    RoleGiven,
    SeverityChanged,
    TaskAdded,
    TaskDone,
    TaskOverdue,
    UpdateDue,
    UpdatePosted,
)
from steadyhand.model.incident.measure import Kept


def conduct_lines(event: object) -> list[str]:
    """Say one event in a line; [] for what is not one of these."""
    return [said] if (said := _paging(event) or _alarms(event) or _work(event)) else []


def by_whom(people: tuple[str, ...], channels: tuple[str, ...]) -> str:
    """Say who was told and how: " (ada, bob) by terminal"."""
    who = f" ({', '.join(people)})" if people else ""
    return f"{who} by {', '.join(channels) or 'no channel'}"


def kept_line(one: Kept) -> str:
    """Say what one piece of evidence is: how much of it is kept, or why nothing is."""
    if one.why:
        return f"{one.what}: not read: {one.why}"
    return f"{one.what}: {one.size} bytes, SHA-256 {one.sha256}"


def _paging(event: object) -> str:
    match event:
        case LevelSkipped(level, contact, why):
            return f"{level} {contact} skipped: {why}"
        case LevelUnreached(level, contact, why):
            return f"{level} {contact}".rstrip() + f" could not be reached: {why}"
        case PagedAgain(level, contact, channels, why, _, people):
            return f"{level} {contact} paged again{by_whom(people, channels)}: {why}"
        case EveryonePaged(by, reason, _, people):
            return f"everybody paged ({', '.join(people)}): {reason}" + (f", by {by}" if by else "")
        case PagingEnded(why):
            return f"paged no more: {why}"
        case AcknowledgementExpired(by):
            return f"the acknowledgement of {by} has expired"
        case PagesHeld(silence, why, until):
            return f"pages held until {until:%Y-%m-%d %H:%M:%S %Z} by {silence}: {why}"
        case PagesReleased(why):
            return f"pages held no more: {why}"
        case ResponseAtRisk(by):
            return f"a response is nearly due: {by:%H:%M:%S %Z}"
        case ResponseBreached(by):
            return f"nobody has responded in time ({by:%H:%M:%S %Z})"
        case _:
            return ""


def _alarms(event: object) -> str:
    match event:
        case AlarmJoined(alarm, rule, _, why):
            return f"{alarm} {rule} joined: {why}"
        case AlarmBack(alarm, since):
            return f"{alarm} is OK since {since:%H:%M:%S}"
        case AlarmAgain(alarm):
            return f"{alarm} is in ALARM again"
        case Reopened(why):
            return f"open again: {why}"
        case _:
            return ""


def _work(event: object) -> str:
    match event:
        case SeverityChanged(severity, rank, reason, by):
            return f"severity {severity} (rank {rank}) by {by or 'rule'}: {reason}"
        case RoleGiven(role, person, by):
            return f"{person} is {role} (by {by})"
        case TaskAdded(task, text, by, _, due):
            return f"task {task} by {by}: {text}" + (f" (until {due:%H:%M:%S})" if due else "")
        case TaskDone(task, by):
            return f"task {task} done by {by}"
        case TaskOverdue(task):
            return f"task {task} is overdue"
        case NoteAdded(text, by):
            return f"{by}: {text}"
        case UpdateDue():
            return "an update for those who wait is due"
        case UpdatePosted(text, by):
            return f"update by {by}: {text}"
        case Linked(kind, thing, why):
            return f"{kind} {thing} linked" + (f": {why}" if why else "")
        case _:
            return ""
