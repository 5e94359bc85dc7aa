"""A compiled document and the settings in; its duties out, and what became none, with the reason.

Every schedule, every window and every list of boxes of the document is in the outcome. Pure; knows
no clock. What the document does not say and nobody set is chosen here, and the comments say how.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from steadyhand.model.document.facts import Checklist, Schedule, Window
from steadyhand.model.document.places import (
    heading,
    once_each,
    plain,
    procedure_at,
    restoring,
    section,
    stated_owner,
)
from steadyhand.model.document.runbook import Runbook, StepKind
from steadyhand.model.document.span import Span
from steadyhand.model.duty.events import Definition, DutyKind, Targets
from steadyhand.model.recurrence import NICKNAMES, Recurrence, mistake_in
from steadyhand.model.settings.duties import DutySetting

# Half of the time until the next round, but an hour where the document names the hour: who says
# "daily" means some time that day, who says "3 AM" means that time.
_GRACE_NAMED = 3600.0
_PERIODS = {  # of what five fields of cron do not say, or say without an hour
    7889400.0: "0 0 1 */3 *",
    31557600.0: "0 0 1 1 *",
    2629800.0: "0 0 1 * *",
    604800.0: "0 0 * * 0",
}
_DAY = 86400.0
_RESTORES = re.compile(
    r"\b(?:restor\w*|recover\w*|backups?)\b.*\b(?:test(?:s|ing)?|drills?|exercises?)\b"
    r"|\b(?:test|verify|practi[sc]e)\w*\b.*\b(?:restor\w+|recovery)\b",
    re.IGNORECASE,
)
_IN_WINDOW = re.compile(r"\bmaintenance window\b", re.IGNORECASE)
_BACKUPS = re.compile(r"\bbackups?\b", re.IGNORECASE)


class Derived(Struct, frozen=True):
    """What became of one place of the document: a duty, or the reason why none."""

    name: str
    text: str
    span: Span
    definition: Definition | None = None
    reason: str = ""


class Around(Struct, frozen=True):
    """What is around the document: its system, what is set, and how contacts are reached."""

    system: str
    duties: Mapping[str, DutySetting]
    channels: Mapping[str, tuple[str, ...]]  # by contact

    def setting(self, name: str) -> DutySetting:
        wanted = plain(name)
        return next((s for n, s in self.duties.items() if plain(n) == wanted), DutySetting())

    def reached(self, contact: str) -> tuple[str, ...]:
        wanted = plain(contact)
        return next((c for n, c in self.channels.items() if plain(n) == wanted), ())


def derive(runbook: Runbook, around: Around) -> tuple[Derived, ...]:
    """Say of all that comes again in a document whose duty it is, in the document's order."""
    names = _names(runbook)
    found = [_of_schedule(one, names[one.span.line], runbook, around) for one in once_each(runbook)]
    tested = any(d.definition and d.definition.kind is DutyKind.RESTORE_TEST for d in found)
    found += [] if tested else _on_demand(runbook, around)
    found += _of_windows(runbook, found)
    used = {item for d in found if d.definition for item in d.definition.items}
    found += [_of_boxes(boxes) for boxes in runbook.facts.checklists if not used & {*boxes.items}]
    return tuple(sorted(found, key=lambda one: one.span.line))


def unknown(found: Sequence[Derived], duties: Mapping[str, DutySetting]) -> tuple[str, ...]:
    """Name the settings that no duty goes by: most often a misspelt name."""
    known = {plain(one.name) for one in found}
    return tuple(name for name in duties if plain(name) not in known)


def targets(runbook: Runbook) -> Targets:
    """Give what the document asks of a recovery."""
    stated = {one.name: one for one in runbook.facts.objectives if one.unit == "s" and not one.of}
    rpo, rto = stated.get("RPO"), stated.get("RTO")
    return Targets(
        rpo.value if rpo else None,
        rto.value if rto else None,
        rpo.text if rpo else "",
        rto.text if rto else "",
    )


# --- schedules -----------------------------------------------------------------------------------


def _names(runbook: Runbook) -> dict[int, str]:
    """Name each schedule: by its own words, or by the procedure that is about nothing else."""
    names = {}
    taken: set[str] = set()
    for one in once_each(runbook):
        over = heading(runbook, one.span.line)
        alone = sum(heading(runbook, s.span.line) == over for s in once_each(runbook)) == 1
        inside = over is not None and over.span.line != one.span.line
        of_it = any(over and p.span.line == over.span.line for p in runbook.procedures)
        named = over.text if over and inside and alone and of_it else one.task
        if plain(named) in taken:
            named = f"{named} (line {one.span.line})"
        taken.add(plain(named))
        names[one.span.line] = named
    return names


def _of_schedule(one: Schedule, name: str, runbook: Runbook, around: Around) -> Derived:
    made = Derived(name, one.text, one.span)
    setting = around.setting(name)
    if setting.nobody:
        return _none(made, f"steadyhand.toml: {setting.nobody}")
    lines = section(runbook, one.span.line)
    windows = [w for w in runbook.facts.windows if w.span.line in lines]
    recurrence, window = _recurrence(one, setting, windows or _maintenance(runbook, one))
    if recurrence.never:
        said = f'when is not said; set [duties."{name}"] cron'
        return _none(made, said)
    if wrong := mistake_in(recurrence):
        return _none(made, f'{wrong}; set [duties."{name}"] zone or cron')
    in_table = any(
        t.kind == "schedule" and t.span.line <= one.span.line <= t.span.end_line
        for t in runbook.facts.tables
    )
    if in_table and not (setting.reported or setting.owner):
        who = f'[duties."{name}"] reported = true, or owner'
        return _none(made, f"a program's task: unbound; who reports it is set with {who}")
    over = heading(runbook, one.span.line)
    tests = _RESTORES.search(f"{over.text if over else ''} {one.task}") is not None
    kind = DutyKind.TASK if in_table else DutyKind.CHECKLIST
    kind = DutyKind.RESTORE_TEST if tests and not in_table else kind
    return _duty(
        made, kind, (recurrence, _grace(one, setting, recurrence, window)), runbook, around
    )


def _duty(
    made: Derived,
    kind: DutyKind,
    when: tuple[Recurrence, tuple[float, str]],
    runbook: Runbook,
    around: Around,
) -> Derived:
    setting = around.setting(made.name)
    owner, owner_from = _owner(setting, runbook)
    within = procedure_at(runbook, made.span.line)
    named = setting.procedure
    if not named and kind is DutyKind.RESTORE_TEST:
        found = restoring(runbook)
        named = found[0].id if len(found) == 1 else ""
    elif not named and within is not None and any(s.commands for s in within.steps):
        named = within.id
    recurrence, (grace, windowed) = when
    definition = Definition(
        name=made.name,
        kind=kind,
        system=around.system,
        runbook=runbook.path,
        text=made.text,
        span=made.span,
        recurrence=recurrence,
        grace_seconds=grace,
        items=setting.items or _items(made, runbook),
        owner=owner,
        owner_from=owner_from,
        channels=around.reached(owner),
        procedure=named,
        windowed=windowed,
    )
    return Derived(made.name, made.text, made.span, definition)


def _none(made: Derived, reason: str) -> Derived:
    return Derived(made.name, made.text, made.span, reason=reason)


def _recurrence(
    one: Schedule, setting: DutySetting, windows: Sequence[Window]
) -> tuple[Recurrence, Window | None]:
    zone = setting.zone or one.zone or "UTC"
    if setting.cron:
        return Recurrence(setting.cron, zone), None
    window = next((w for w in windows if w.cron), None)
    if window is not None and window.cron and (one.cron is None or one.cron in NICKNAMES):
        line = _in_window(window.cron, one.every_seconds)
        if line:
            return Recurrence(line, setting.zone or window.zone or zone), window
    if one.cron:
        return Recurrence(one.cron, zone), None
    if one.every_seconds in _PERIODS:
        return Recurrence(_PERIODS[one.every_seconds], zone), None
    return Recurrence("", zone, one.every_seconds or 0.0), None


def _in_window(cron: str, every: float | None) -> str:
    """Write when a window is used: each time, or the first one of the month or the quarter."""
    minute, hour, day, _month, weekday = cron.split()
    weekly = weekday not in {"*", "?"}
    match every:
        case 604800.0 if weekly:
            return cron
        case 86400.0 if not weekly:
            return cron
        case 2629800.0:
            return f"{minute} {hour} {day} * {weekday}#1" if weekly else f"{minute} {hour} 1 * *"
        case 7889400.0:
            return (
                f"{minute} {hour} {day} */3 {weekday}#1" if weekly else f"{minute} {hour} 1 */3 *"
            )
        case _:
            return ""


def _maintenance(runbook: Runbook, one: Schedule) -> list[Window]:
    """Give the document's maintenance window to what is said to be done in it."""
    if not _IN_WINDOW.search(one.text):
        return []
    found = [w for w in runbook.facts.windows if _IN_WINDOW.search(f"{w.name} {w.text}")]
    return found if len(found) == 1 else []


def _grace(
    one: Schedule, setting: DutySetting, recurrence: Recurrence, window: Window | None
) -> tuple[float, str]:
    if setting.grace_seconds is not None:
        return setting.grace_seconds, "steadyhand.toml"
    if window is not None and window.seconds:
        return window.seconds, f"{window.name}: {window.text}"
    every = one.every_seconds or recurrence.every_seconds or _DAY
    hour_said = bool(one.cron) and one.cron not in NICKNAMES
    return min(every / 2, _GRACE_NAMED) if hour_said else every / 2, ""


# --- restore tests, windows, boxes ----------------------------------------------------------------


def _on_demand(runbook: Runbook, around: Around) -> list[Derived]:
    """Make a restore test of each procedure that restores, where the document asks for none."""
    found = []
    for procedure in restoring(runbook):
        name = f"Restore test: {procedure.title}"
        setting = around.setting(name)
        made = Derived(
            name, "the document restores, and says nothing of testing it", procedure.span
        )
        if setting.nobody:
            found.append(_none(made, f"steadyhand.toml: {setting.nobody}"))
            continue
        recurrence = Recurrence(setting.cron, setting.zone or "UTC")
        owner, owner_from = _owner(setting, runbook)
        definition = Definition(
            name=name,
            kind=DutyKind.RESTORE_TEST,
            system=around.system,
            runbook=runbook.path,
            text=made.text,
            span=procedure.span,
            recurrence=recurrence,
            grace_seconds=setting.grace_seconds or _DAY,
            items=setting.items,
            owner=owner,
            owner_from=owner_from,
            channels=around.reached(owner),
            procedure=setting.procedure or procedure.id,
        )
        found.append(Derived(name, made.text, made.span, definition))
    return found


def _of_windows(runbook: Runbook, found: Sequence[Derived]) -> list[Derived]:
    given: dict[str, list[str]] = {}
    for one in found:
        if one.definition is not None and one.definition.windowed:
            given.setdefault(one.definition.windowed, []).append(one.name)
    return [
        Derived(window.name, window.text, window.span, reason=_why_window(window, given))
        for window in runbook.facts.windows
    ]


def _why_window(window: Window, given: Mapping[str, Sequence[str]]) -> str:
    if names := given.get(f"{window.name}: {window.text}"):
        return f"a window: it gives {', '.join(names)} its time"
    if _BACKUPS.search(window.name):
        return "a window of the provider's own backups: seen by the backup's age, nobody's task"
    return "a window, and no task in it"


def _of_boxes(boxes: Checklist) -> Derived:
    reason = "boxes without a schedule: ticked with what they belong to"
    return Derived(boxes.title, f"{len(boxes.items)} boxes", boxes.span, reason=reason)


def _items(made: Derived, runbook: Runbook) -> tuple[str, ...]:
    """Give what is to be signed: the section's boxes, its steps by hand, or the words themselves.

    A sentence among others that each say when is about itself only.
    """
    lines = section(runbook, made.span.line)
    alone = sum(s.span.line in lines for s in once_each(runbook)) == 1
    boxes = [c for c in runbook.facts.checklists if c.span.line in lines]
    if alone and boxes:
        return tuple(item for one in boxes for item in one.items)
    within = procedure_at(runbook, made.span.line)
    by_hand = [s.title for s in within.steps if s.kind is StepKind.MANUAL] if within else []
    return tuple(by_hand) if alone and by_hand else (made.name,)


def _owner(setting: DutySetting, runbook: Runbook) -> tuple[str, str]:
    """Name who answers for it, and where that is said."""
    if setting.owner:
        return setting.owner, "steadyhand.toml"
    if (stated := stated_owner(runbook))[0]:
        return stated
    if levels := runbook.facts.escalation:
        return levels[0].contact, f"line {levels[0].span.line}: first level of escalation"
    for contact in runbook.facts.contacts:
        if contact.filled:
            return contact.role, f"line {contact.span.line}: first contact that is filled in"
    return "", ""
