"""An incident's journal and the commands of its runs in, a post-mortem in Markdown out. Pure.

Everything in it was recorded; what only people can say is left to fill in, and says so.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.model.events import Recorded
from steadyhand.model.incident.events import (
    Acknowledged,
    IncidentOpened,
    LevelPaged,
    Mitigated,
    RecoverySeen,
)
from steadyhand.model.incident.review import Review
from steadyhand.model.incident.state import Incident, evolve
from steadyhand.respond.writing.chapters import (
    actions,
    detection,
    impact,
    line,
    response,
    table,
    whys,
    worked,
)
from steadyhand.respond.writing.said import said


class CommandRecord(Struct, frozen=True):
    """One command that a run of the incident made. `output` is its beginning."""

    argv: str
    effect: str
    exit_code: int
    output: str
    started: datetime
    ended: datetime
    approved_by: tuple[str, ...] = ()


def postmortem(
    history: Sequence[Recorded],
    commands: Sequence[CommandRecord],
    fault_at: datetime | None = None,
    before: Sequence[str] = (),
    review: Review | None = None,
) -> str:
    """Write the post-mortem of one incident from its events, oldest first, and its commands.

    `fault_at` is when the fault truly began, where somebody knows: a drill does. `before` is what
    was changed shortly before; `review` what people have said of it since.
    """
    incident: Incident | None = None
    for recorded in history:
        incident = evolve(incident, recorded.event)
    if incident is None:
        raise ValueError("an incident without events has no post-mortem")
    opened = incident.opened
    parts = [
        f"# Post-mortem: {opened.alarm} {opened.rule} ({opened.system})",
        _summary(history[0].id, incident, history),
        "## Impact\n\n" + impact(incident, history, before, review),
        "## Times\n\n" + table(("from", "to", "seconds"), _times(incident, history, fault_at)),
        "## Timeline (UTC)\n\n" + table(("time", "what"), _timeline(history)),
        "## Detection\n\n" + detection(incident, history, review),
        "## Response\n\n" + response(history),
        "## Why this remedy\n\n" + _causes(incident),
        "## What worked, and what did not\n\n" + worked(incident, history, review),
        "## Commands\n\n" + ("\n\n".join(map(_command, commands)) or "None were run."),
        "## Five whys\n\n" + whys(review),
        "## Action items\n\n" + actions(review),
        "## Proposed changes to the runbook\n\n" + _proposals(incident),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(key: str, incident: Incident, history: Sequence[Recorded]) -> str:
    opened = incident.opened
    told = ", ".join(
        f"{level.name} ({level.contact})" for level in opened.levels if level.name in incident.told
    )
    lines = [
        ("Incident", key),
        ("State", incident.state.value),
        ("Alarm", f"{opened.alarm} {opened.rule}: {opened.reason}"),
        ("Procedure", f"{opened.title or 'none'} of {opened.runbook} ({opened.why})"),
        (
            "Target",
            opened.target + (f", durations ÷{opened.factor:g}" if opened.factor != 1 else ""),
        ),
        ("Told", told or "nobody"),
        ("Acknowledged by", incident.acknowledged_by or "nobody"),
        ("Remedy", _remedy(incident)),
        ("Written", f"{history[-1].at:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    return "\n".join(f"- **{name}:** {line(text)}" for name, text in lines)


def _remedy(incident: Incident) -> str:
    if incident.remedy is None or incident.remedy.outcome is None:
        return incident.needs_person or "none"
    remedy = incident.remedy
    detail = f": {remedy.detail}" if remedy.detail else ""
    return f"{incident.section}, {remedy.outcome}{detail}"


def _times(
    incident: Incident, history: Sequence[Recorded], fault_at: datetime | None
) -> list[tuple[str, ...]]:
    """Measure what the field measures; what did not happen has no time."""
    opened = incident.opened

    def at(*kinds: type) -> datetime | None:
        return next((r.at for r in history if isinstance(r.event, kinds)), None)

    measured = (
        ("fault", "detected (incident opened)", fault_at, opened.at),
        ("fault", "recovered", fault_at, at(RecoverySeen)),
        ("first bad period", "detected (incident opened)", opened.onset, opened.at),
        ("detected", "first page", opened.at, at(LevelPaged)),
        ("detected", "acknowledged", opened.at, at(Acknowledged)),
        ("detected", "mitigated (the remedy took effect)", opened.at, at(Mitigated)),
        ("detected", "recovered (seen on traffic, whole window)", opened.at, at(RecoverySeen)),
        ("first bad period", "recovered", opened.onset, at(RecoverySeen)),
    )
    return [
        (start, end, f"{(then - first) / timedelta(seconds=1):.1f}" if then else "–")
        for start, end, first, then in measured
        if first is not None
    ]


def _timeline(history: Sequence[Recorded]) -> list[tuple[str, ...]]:
    opened = next(r.event for r in history if isinstance(r.event, IncidentOpened))
    rows: list[tuple[str, ...]] = [
        (f"{opened.onset:%H:%M:%S}", "first bad period of the alarm's metric")
    ]
    for recorded in history:
        if words := said(recorded.event):
            rows.append((f"{recorded.at:%H:%M:%S}", words))
    return rows


def _causes(incident: Incident) -> str:
    judged = incident.judged
    if judged is None:
        return "The causes were never judged."
    rows = [
        (
            ("→ " if index == judged.chosen else "") + verdict.cause,
            verdict.supported.value,
            "; ".join(verdict.reasons),
            verdict.fix,
        )
        for index, verdict in enumerate(judged.verdicts)
    ]
    listed = table(("cause of the document", "evidence says", "because", "its fix"), rows)
    return f"{judged.why}\n\n{listed}" if rows else judged.why


def _command(record: CommandRecord) -> str:
    signed = f", approved by {', '.join(record.approved_by)}" if record.approved_by else ""
    took = (record.ended - record.started) / timedelta(seconds=1)
    head = (
        f"{record.started:%H:%M:%S} [{record.effect}] exit code {record.exit_code}, "
        f"{took:.1f} s{signed}"
    )
    return f"{head}\n\n{_fence(record.argv)}\n\n{_fence(record.output)}"


def _fence(text: str) -> str:
    """Fence text with more backticks than any run of them in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}text\n{text.rstrip()}\n{ticks}"


def _proposals(incident: Incident) -> str:
    """Say what the runbook could have known; the rest is for people."""
    found = []
    if incident.judged is not None:
        found += [
            f"- “{verdict.cause}”: the fix “{verdict.fix}” has no commands; write them down."
            for verdict in incident.judged.verdicts
            if verdict.manual
        ]
    if incident.missed:
        found.append(f"- Say what to do when the remedy does not help: {line(incident.missed)}")
    return "\n".join(found) or "None from the journal."
