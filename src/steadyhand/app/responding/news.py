"""An event of an incident in; what whoever was paged is told of it, out: kind, words, subject."""

from steadyhand.model.incident.conduct import (
    AcknowledgementExpired,
    PagingEnded,
    Reopened,
    ResponseAtRisk,
    ResponseBreached,
    TaskOverdue,
    UpdateDue,
)
from steadyhand.model.incident.events import CausesJudged, NeedsPerson, RemedyOpened, Resolved
from steadyhand.model.incident.state import Incident

_LINES, _WIDE = 6, 160  # of what one read printed


def said_of(event: object, incident: Incident) -> tuple[str, str, str] | None:
    """Say what is told of an event: kind, words, and subject; None for what is not."""
    match event:
        case Resolved(_, seconds, by, reason):
            how = f" ({by}: {reason})" if by else f" ({reason})" if reason else ""
            return "resolved", f"resolved after {seconds:.0f} s{how}", "resolved"
        case NeedsPerson(why):
            return "news", why, "needs a person"
        case CausesJudged():
            return "news", _judgement(event, incident), "assessed"
        case RemedyOpened(run):
            return (
                "news",
                f"remedy: run {run}; `steadyhand approve {run}` signs what it asks",
                "remedy",
            )
        case ResponseAtRisk(by) | ResponseBreached(by):
            late = isinstance(event, ResponseBreached)
            subject = "response is late" if late else "response is nearly due"
            return "news", f"nobody has taken it up; a response was due at {by}", subject
        case AcknowledgementExpired(by):
            return "news", f"{by} took it up, and it is not resolved", "taken up no more"
        case PagingEnded(why):
            return "news", why, "is paged no more"
        case Reopened(why):
            return "news", why, "is open again"
        case UpdateDue():
            return "news", "those who wait for news are to be told how it stands", "update due"
        case TaskOverdue(task):
            return "news", f"task {task} is overdue", "task overdue"
        case _:
            return None


def _judgement(judged: CausesJudged, incident: Incident) -> str:
    lines = [
        f"{verdict.cause}: {verdict.supported}: {'; '.join(verdict.reasons)}"
        for verdict in judged.verdicts
        if verdict.reasons
    ]
    return "\n".join([judged.why, *lines, *_printed(incident)])


def _printed(incident: Incident) -> list[str]:
    """Show the beginning of what each read of the investigation printed."""
    lines = []
    for printed in incident.outputs:
        shown = printed.output.strip().splitlines()[:_LINES]
        if shown:
            lines += ["", printed.title or printed.command, *(line[:_WIDE] for line in shown)]
    return lines
