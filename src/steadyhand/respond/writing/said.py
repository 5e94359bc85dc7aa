"""An event of an incident in, what a timeline says of it out. Pure."""

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
    UpdatePosted,
)
from steadyhand.model.incident.events import (
    Acknowledged,
    AssessmentEnded,
    AssessmentOpened,
    CausesJudged,
    Escalated,
    EvidenceKept,
    IncidentOpened,
    LevelPaged,
    Mitigated,
    NeedsPerson,
    RecoveryMissed,
    RecoverySeen,
    RemedyChosen,
    RemedyEnded,
    RemedyOpened,
    Resolved,
    ReviewWritten,
)


def said(event: object) -> str:
    """Say what an event of an incident says; "" for what is only bookkeeping."""
    match event:
        case IncidentOpened() as opened:
            return f"incident opened: {opened.reason}"
        case LevelPaged(level, contact, channels):
            return f"{level} {contact} paged by {', '.join(channels) or 'no channel'}"
        case Escalated(level, contact, channels, why):
            return f"escalated to {level} {contact} by {', '.join(channels) or 'no channel'}: {why}"
        case Acknowledged(by, _, how):
            return f"acknowledged by {by}" + (f" ({how})" if how else "")
        case AssessmentOpened(run):
            return f"investigation started (run {run})"
        case AssessmentEnded(_, outcome, outputs, detail):
            return f"investigation {outcome}, {len(outputs)} outputs {detail}".rstrip()
        case CausesJudged(_, _, why):
            return f"causes judged: {why}"
        case EvidenceKept(_, items):
            kept = [
                f"{one.what} ({one.cut})" if one.cut else one.what for one in items if not one.why
            ]
            lost = [f"{one.what} not read: {one.why}" for one in items if one.why]
            return "; ".join([f"evidence kept: {', '.join(kept) or 'none'}", *lost])
        case RemedyChosen(section, by, _, _, why):
            return f"{by or 'the alarm’s action'} chose: {section}" + (f" ({why})" if why else "")
        case RemedyOpened(run):
            return f"remedy planned and put to people (run {run})"
        case RemedyEnded(_, outcome, detail):
            return f"remedy {outcome}" + (f": {detail}" if detail else "")
        case Mitigated(_, by, how):
            return f"mitigated{f' by {by}' if by else ''}: {how}"
        case RecoverySeen(_, values):
            shown = ", ".join(f"{value:.4g}" for value in values)
            return f"users are well: {len(values)} periods in a row: {shown}"
        case RecoveryMissed(reason):
            return f"did not help: {reason}"
        case NeedsPerson(why):
            return f"a person is needed: {why}"
        case Resolved(_, seconds, by, reason):
            who = f" by {by}" if by else ""
            return f"resolved{who} after {seconds:.1f} s" + (f": {reason}" if reason else "")
        case ReviewWritten(path):
            return f"post-mortem written: {path}"
        case _:
            return _conduct(event)


def _conduct(event: object) -> str:
    match event:
        case LevelSkipped(level, contact, why):
            return f"{level} {contact} skipped: {why}"
        case LevelUnreached(level, contact, why):
            return f"{level} {contact}".rstrip() + f" could not be reached: {why}"
        case PagedAgain(level, contact, channels, why):
            return f"{level} {contact} paged again by {', '.join(channels) or 'no channel'}: {why}"
        case EveryonePaged(by, reason):
            return f"everybody paged{f' by {by}' if by else ''}: {reason}"
        case PagingEnded(why) | PagesReleased(why):
            return f"{'paging ended' if isinstance(event, PagingEnded) else 'pages go out'}: {why}"
        case AcknowledgementExpired(by):
            return f"{by}'s acknowledgement expired"
        case PagesHeld(silence, why):
            return f"pages held by {silence}: {why}"
        case ResponseAtRisk() | ResponseBreached():
            over = isinstance(event, ResponseBreached)
            return f"response time {'over' if over else 'at risk'}: by {event.respond_by:%H:%M:%S}"
        case UpdatePosted(text, by):
            return f"{by or 'steadyhand'} told those who wait: {text}"
        case AlarmJoined(alarm, rule, _, why):
            return f"{alarm} {rule} joined: {why}"
        case AlarmBack(alarm) | AlarmAgain(alarm):
            return f"{alarm} is {'OK' if isinstance(event, AlarmBack) else 'in ALARM'} again"
        case Reopened(why, _, _, by):
            return f"reopened{f' by {by}' if by else ''}: {why}"
        case SeverityChanged(severity, _, reason, by):
            return f"{by} set the severity to {severity}: {reason}"
        case RoleGiven(role, person, by):
            return f"{by} made {person} {role}"
        case TaskAdded(_, text, by):
            return f"task{f' of {by}' if by else ''}: {text}"
        case TaskDone(task, by) | NoteAdded(task, by):
            return f"{by}: {'task ' + task + ' done' if isinstance(event, TaskDone) else task}"
        case TaskOverdue(task):
            return f"task {task} is overdue"
        case Linked(kind, id_, why):
            return f"{kind} {id_} linked: {why}"
        case _:
            return ""
