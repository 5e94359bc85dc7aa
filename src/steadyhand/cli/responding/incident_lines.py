"""An event of an incident in; lines for a person, out."""

from steadyhand.model.events import Recorded
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
    RecoveryWatched,
    RemedyChosen,
    RemedyEnded,
    RemedyOpened,
    Resolved,
    ReviewWritten,
)
from steadyhand.model.incident.measure import Kept


def incident_lines(recorded: Recorded) -> list[str]:
    """Say one event of an incident in a line or more."""
    match recorded.event:
        case IncidentOpened() as opened:
            return [
                f"incident {recorded.id}: {opened.alarm} {opened.rule}",
                f"procedure: {opened.title or 'none'} ({opened.why})",
                *[f"{x.name} {x.contact}: {x.when}" for x in opened.levels],
            ]
        case LevelPaged(level, contact, channels, _, people):
            return [f"{level} {contact} paged{by_whom(people, channels)}"]
        case Escalated(level, contact, channels, why, _, people):
            return [f"escalated to {level} {contact}{by_whom(people, channels)}: {why}"]
        case Acknowledged(by):
            return [f"acknowledged by {by}"]
        case AssessmentOpened(run):
            return [f"investigation: run {run}"]
        case AssessmentEnded(_, outcome, outputs, detail):
            return [f"investigation {outcome}, {len(outputs)} outputs kept {detail}".rstrip()]
        case CausesJudged() as judged:
            return _judged_lines(judged)
        case EvidenceKept(_, items):
            return [f"evidence {n}: {kept_line(one)}" for n, one in enumerate(items, 1)]
        case RemedyChosen(section, by, _, _, why):
            return [f"{by or 'the alarm’s action'} chose: {section}" + (f" ({why})" if why else "")]
        case RemedyOpened(run):
            return [f"remedy: run {run}"]
        case RemedyEnded(_, outcome, detail):
            return [f"remedy {outcome}" + (f": {detail}" if detail else "")]
        case Mitigated(_, _, how):
            return [f"mitigated ({how}); now watching what users feel"]
        case RecoveryWatched(_, _, values):
            shown = ", ".join("–" if v is None else f"{v:.1f}" for v in values[-8:])
            return [f"since then, period by period: {shown}"] if values else []
        case RecoverySeen(_, values):
            shown = ", ".join(f"{v:.1f}" for v in values)
            return [f"recovered: {len(values)} periods with traffic in a row: {shown}"]
        case RecoveryMissed(reason):
            return [f"not recovered: {reason}"]
        case NeedsPerson(why):
            return [f"a person is needed: {why}"]
        case Resolved(_, seconds, by, reason):
            how = f" by {by}" if by else ""
            return [f"resolved{how} after {seconds:.1f} s" + (f": {reason}" if reason else "")]
        case ReviewWritten(path):
            return [f"post-mortem: {path}"]
        case _:
            return conduct_lines(recorded.event) or [type(recorded.event).__name__]


def _judged_lines(judged: CausesJudged) -> list[str]:
    lines = ["the document's causes, held against the evidence:"]
    for index, verdict in enumerate(judged.verdicts):
        mark = "→" if index == judged.chosen else " "
        lines.append(
            f"{mark} {verdict.cause}: {verdict.supported}: {'; '.join(verdict.reasons)} "
            f"(fix: {verdict.fix})"
        )
    lines.append(f"chosen because: {judged.why}" if judged.chosen is not None else judged.why)
    return lines


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
    return f"{one.what}: {one.size} bytes, SHA-256 {one.sha256}" + (one.cut and f"; {one.cut}")


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
