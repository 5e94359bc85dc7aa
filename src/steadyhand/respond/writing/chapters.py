"""An incident, its events and what people said of it in; chapters of its post-mortem out. Pure.

What was recorded is told; what only people can say is left to fill in, and says so.
"""

from collections.abc import Sequence
from datetime import timedelta

from steadyhand.model.events import Recorded
from steadyhand.model.incident.conduct import (
    AcknowledgementExpired,
    AlarmJoined,
    EveryonePaged,
    LevelSkipped,
    LevelUnreached,
    Linked,
    PagesHeld,
    Reopened,
    ResponseBreached,
)
from steadyhand.model.incident.events import (
    Acknowledged,
    AssessmentEnded,
    Escalated,
    LevelPaged,
    Mitigated,
    RecoveryMissed,
    RecoverySeen,
    RemedyEnded,
    Resolved,
)
from steadyhand.model.incident.review import WHYS, Part, Review
from steadyhand.model.incident.state import Incident
from steadyhand.model.run.events import Outcome
from steadyhand.respond.writing.said import said

_RESPONSE = (
    LevelPaged, Escalated, LevelSkipped, LevelUnreached, EveryonePaged, Acknowledged,
    AcknowledgementExpired, PagesHeld, ResponseBreached,
)  # fmt: skip


def impact(
    incident: Incident, history: Sequence[Recorded], before: Sequence[str], review: Review | None
) -> str:
    """Say from when to when users were not well, by what was measured, and how people put it."""
    opened = incident.opened
    ends = [r.at for r in history if isinstance(r.event, RecoverySeen | Resolved)]
    end = ends[-1] if ends and incident.resolved_at is not None else None
    lasted = (end or history[-1].at) - opened.onset
    until = f"{end:%Y-%m-%d %H:%M:%S}" if end else "now: it is not over"
    lines = [
        f"- From {opened.onset:%Y-%m-%d %H:%M:%S} until {until} UTC: "
        f"{lasted / timedelta(seconds=1):.0f} s.",
        f"- {line(opened.alarm)} {line(opened.rule)}: {line(opened.reason)}",
    ]
    lines += [f"- Severity: {line(incident.severity)}"] if incident.severity else []
    joined = (r.event for r in history if isinstance(r.event, AlarmJoined))
    lines += [f"- Also: {line(one.alarm)} {line(one.rule)}" for one in joined]
    back = (r.event.why for r in history if isinstance(r.event, Reopened))
    lines += [f"- It came back: {line(why)}" for why in back]
    changed = [f"- Changed shortly before: {line(one)}" for one in before]
    linked = (r.event for r in history if isinstance(r.event, Linked) and r.event.kind == "change")
    changed += [f"- Change {one.id}: {line(one.why)}" for one in linked]
    lines += changed or ["- Changed shortly before: nothing that is known here."]
    return "\n".join(lines) + "\n\nOn users, in their words:" + _people(review, Part.IMPACT)


def detection(incident: Incident, history: Sequence[Recorded], review: Review | None) -> str:
    """Say how it was known, how long that took, and what could have told earlier."""
    opened = incident.opened
    took = (opened.at - opened.onset) / timedelta(seconds=1)
    how = f"By the alarm {line(opened.alarm)}, {took:.0f} s after its first bad period."
    noticed = [said(r.event) for r in history if isinstance(r.event, AlarmJoined)]
    more = "".join(f"\n- {line(one)}" for one in noticed)
    return f"{how}{more}\n\nHow it could have been known earlier:{_people(review, Part.DETECTION)}"


def response(history: Sequence[Recorded]) -> str:
    """Tell who was told, who took it up, and what of that was late or did not happen."""
    told = [r for r in history if isinstance(r.event, _RESPONSE)]
    if not told:
        return "Nobody was told."
    lines = [f"- {r.at:%H:%M:%S} {line(said(r.event))}" for r in told]
    if not any(isinstance(r.event, Acknowledged) for r in told):
        lines.append("- Nobody acknowledged it.")
    return "\n".join(lines)


def worked(incident: Incident, history: Sequence[Recorded], review: Review | None) -> str:
    """Hold apart what did its work and what did not."""
    good: list[str] = []
    bad: list[str] = []
    for recorded in history:
        match recorded.event:
            case AssessmentEnded(run, outcome, outputs) if run:
                into = good if outcome is Outcome.COMPLETED else bad
                into.append(f"the investigation {outcome}, {len(outputs)} outputs")
            case RemedyEnded(_, outcome, detail):
                into = good if outcome is Outcome.COMPLETED else bad
                into.append(f"the remedy {outcome}" + (f": {line(detail)}" if detail else ""))
            case Mitigated(_, by, how) if by:
                bad.append(f"the runbook alone did not do: {by} mended it by hand: {line(how)}")
            case RecoverySeen():
                good.append("recovery was seen on the alarm's own metric, the whole window")
            case RecoveryMissed(reason):
                bad.append(f"did not help: {line(reason)}")
            case (
                LevelSkipped()
                | LevelUnreached()
                | ResponseBreached()
                | AcknowledgementExpired()
                | Reopened()
            ):
                bad.append(line(said(recorded.event)))
            case LevelPaged(level, contact, ()) | Escalated(level, contact, ()):
                bad.append(f"{level} {contact} could not be reached by any channel")
            case _:
                pass
    if not incident.opened.procedure:
        bad.append(f"no procedure of the runbook fits: {line(incident.opened.why)}")
    if incident.needs_person:
        bad.append(f"left to people: {line(incident.needs_person)}")
    lines = [f"- Worked: {one}" for one in dict.fromkeys(good)]
    lines += [f"- Did not: {one}" for one in dict.fromkeys(bad)]
    told = "\n".join(lines) or "- Nothing was tried."
    return f"{told}\n\nWhat went well, what was luck:{_people(review, Part.WORKED)}"


def whys(review: Review | None) -> str:
    """List the answers people have given, and leave room for the others."""
    given = review.said.get(Part.WHY, ()) if review else ()
    answers = [f"{n}. {line(one.text)} ({line(one.by)})" for n, one in enumerate(given, 1)]
    return "\n".join(answers + [f"{n}." for n in range(len(given) + 1, WHYS + 1)])


def actions(review: Review | None) -> str:
    """List what is to be done, with who and until when."""
    rows = []
    for action in review.actions if review else ():
        box = "x" if action.done is not None else " "
        until = f", until {action.added.due:%Y-%m-%d}" if action.added.due else ""
        note = f": {action.dropped.reason}" if action.dropped else ""
        more = f"{line(action.added.owner)}{until}; {action.state}{line(note)}"
        rows.append(f"- [{box}] {line(action.added.text)} ({more})")
    return "\n".join(rows) or "- [ ] (what, who, until when)"


def _people(review: Review | None, part: Part) -> str:
    given = review.said.get(part, ()) if review else ()
    if not given:
        return " (to fill in)"
    return "".join(f"\n- {line(one.text)} ({line(one.by)})" for one in given)


# --- Markdown -------------------------------------------------------------------------------------


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Write a table of Markdown; no cell leaves its row."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(line(cell).replace("|", "\\|") for cell in row) + " |" for row in lines
    )


def line(text: str) -> str:
    """Write a text as one line."""
    return " ".join(text.split())
