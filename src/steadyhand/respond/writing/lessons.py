"""An incident that is over and its runbook in, the runbook's text with what was learned out. Pure.

Only what the journal knows is written: that a procedure was used and how it went, what somebody did
by hand that helped, an alarm that no procedure was for. Safe fixes of the lines that ran come from
whoever calls.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.document.edit import Edit, apply_edits, split_lines
from steadyhand.model.document.runbook import Procedure, Runbook
from steadyhand.model.events import Recorded
from steadyhand.model.incident.events import Mitigated, RecoveryMissed
from steadyhand.model.incident.state import Incident, evolve
from steadyhand.respond.writing.chapters import line

_MARK = "> **Last incident:**"


class Lessons(Struct, frozen=True):
    """The text that the runbook would have, and what is new in it; nothing new, no text."""

    text: str = ""
    said: tuple[str, ...] = ()


def lessons(
    history: Sequence[Recorded], runbook: Runbook, text: str, fixes: Iterable[Edit] = ()
) -> Lessons:
    """Write into a runbook's text what one incident has taught. Pure."""
    incident: Incident | None = None
    for recorded in history:
        incident = evolve(incident, recorded.event)
    if incident is None:
        raise ValueError("an incident without events has taught nothing")
    key = history[0].id
    edits = list(fixes)
    lines = [one.rstrip("\r\n") for one in split_lines(text)]
    newline = "\r\n" if "\r\n" in text else "\n"
    said = [f"{len(edits)} safe fixes of lines that ran"] if edits else []
    procedure = next((p for p in runbook.procedures if p.id == incident.opened.procedure), None)
    hand = _by_hand(history) if incident.resolved_at is not None else None
    end = ""
    if procedure is not None:
        if incident.resolved_at is not None:
            edits.append(_used(key, incident, procedure, lines))
            said.append(f"{procedure.title}: when it was used last, and how it went")
        if hand is not None and procedure.causes:
            edits.append(_row(key, hand, procedure, lines))
            said.append(f"{procedure.title}: what {hand.by} did by hand, as a fix")
    elif not any(_same(h.text, incident.alarm) for h in runbook.headings):
        end = _section(key, incident, hand)
        said.append(f"a procedure for {incident.alarm}, which has none")
    if not said:
        return Lessons()
    changed = apply_edits(
        text, [replace(edit, text=edit.text.replace("\n", newline)) for edit in edits]
    )
    if end:
        changed = changed.rstrip("\r\n") + end.replace("\n", newline)
    return Lessons(changed, tuple(said))


def _by_hand(history: Sequence[Recorded]) -> Mitigated | None:
    """Give what a person did at last that helped."""
    hand: Mitigated | None = None
    for recorded in history:
        match recorded.event:
            case Mitigated() as event:
                hand = event if event.by else None
            case RecoveryMissed():
                hand = None
            case _:
                pass
    return hand


def _used(key: str, incident: Incident, procedure: Procedure, lines: Sequence[str]) -> Edit:
    """Say under the procedure's heading when it was used last; an older such line goes."""
    at = incident.opened.at
    after = (incident.resolved_at or at) - at
    how = f"by “{incident.section}”" if incident.section else "by hand"
    note = (
        f"{_MARK} {at:%Y-%m-%d}, {line(incident.alarm)} {line(incident.opened.rule)}, resolved "
        f"after {after / timedelta(seconds=1):.0f} s {line(how)} (incident {key})"
    )
    number = procedure.span.line
    for below in range(number + 1, min(number + 4, len(lines) + 1)):
        there = lines[below - 1]
        if there.startswith(_MARK):
            return Edit(below, 1, len(there) + 1, note)
    heading = lines[number - 1]
    return Edit(number, len(heading) + 1, len(heading) + 1, f"\n\n{note}")


def _row(key: str, hand: Mitigated, procedure: Procedure, lines: Sequence[str]) -> Edit:
    """Add to the causes, in their own form, what helped and was not among them."""
    last = max(procedure.causes, key=lambda one: one.span.end_line).span.end_line
    there = lines[last - 1]
    cause, how = f"(to name: incident {key})", line(hand.how)
    if there.lstrip().startswith("|"):
        cells = max(2, there.strip().strip("|").replace("\\|", "").count("|") + 1)
        words = [cause, how, *[""] * (cells - 2)]
        row = "| " + " | ".join(word.replace("|", "\\|") for word in words) + " |"
    else:
        bullet = re.match(r"(\s*)(?:[-*+]|(\d+)([.)]))\s+", there)
        before = bullet.group() if bullet else "- "
        if bullet and bullet[2]:
            before = f"{bullet[1]}{int(bullet[2]) + 1}{bullet[3]} "
        row = f"{before}{cause}: {how}"
    return Edit(last, len(there) + 1, len(there) + 1, f"\n{row}")


def _section(key: str, incident: Incident, hand: Mitigated | None) -> str:
    """Begin a procedure for an alarm that had none."""
    fix = f"- {line(hand.how)} (incident {key})" if hand else "- (to write: what is done about it)"
    return (
        f"\n\n## {line(incident.alarm)}\n\n**Symptoms:**\n"
        f"- {line(incident.alarm)} {line(incident.opened.rule)}\n\n**Fix:**\n{fix}\n"
    )


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
