"""Duties in, lines for a person out. Pure."""

from datetime import datetime

from steadyhand.app.oncall.duties import Kept
from steadyhand.model import canonical
from steadyhand.model.duty.derive import Derived
from steadyhand.model.duty.events import DutyKind, RestoreMeasured, RestoreOpened
from steadyhand.model.duty.measure import verdict


def derived_line(one: Derived) -> str:
    """Say in a line what became of one place of a document."""
    if one.definition is None:
        return f"{one.span}: {one.name}: {one.reason}"
    definition = one.definition
    owner = f"{definition.owner} ({definition.owner_from})" if definition.owner else "NOBODY"
    reached = "" if definition.channels else ", who is not reached: set [contacts]"
    return (
        f"{one.span}: {one.name}: {definition.kind.value}, {definition.recurrence.words}, "
        f"{len(definition.items)} to sign, {owner}{reached}"
    )


def duty_line(one: Kept) -> str:
    """Say in a line where a duty stands."""
    duty = one.duty
    when = duty.round.due if duty.round else duty.next_due
    left = f", {len(duty.round.unsigned)} to sign" if duty.round else ""
    at = f"{when:%Y-%m-%d %H:%M}" if when else "–".ljust(16)
    owner = duty.definition.owner or "NOBODY"
    return f"{duty.state.value:<9}  {at}  {one.id}  {owner}{left}"


def duty_lines(one: Kept) -> list[str]:
    """Show a duty: when, who, what is signed, the last restore."""
    duty, definition = one.duty, one.duty.definition
    owner = f"{definition.owner} ({definition.owner_from})" if definition.owner else "NOBODY"
    reached = ", ".join(definition.channels) or "not reached: set [contacts]"
    lines = [
        f"{definition.name}: {duty.state.value}",
        f"  {definition.kind.value}, {definition.recurrence.words}",
        f"  {definition.span}: {definition.text}",
        f"  owner: {owner}; {reached}",
        f"  done {duty.done}, missed {duty.missed}, skipped {duty.skipped}, "
        f"unseen {duty.unseen}; last done: {_day(duty.last_done)}; next: {_day(duty.next_due)}",
    ]
    if definition.procedure:
        lines.append(f"  procedure: {definition.procedure}")
    if duty.round is not None:
        lines.append(f"  due {_day(duty.round.due)}, overdue {_day(duty.round.overdue_at)}")
        for number, item in enumerate(duty.round.items):
            signed = duty.round.signed.get(number)
            mark = f"[x] {item}: {signed.by}, {_day(signed.at)}" if signed else f"[ ] {item}"
            lines.append(f"  {number + 1:>2} {mark}")
        if definition.kind is DutyKind.RESTORE_TEST:
            lines.append(f"     [{'x' if duty.round.restored else ' '}] a restore, measured")
    if duty.restore is not None and duty.measured is not None:
        lines += restore_lines(duty.restore, duty.measured)
    return lines


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "–"


def restore_lines(opened: RestoreOpened, measured: RestoreMeasured) -> list[str]:
    """Show what a restore test measured, beside what the document asks for."""
    figures, targets = measured.figures, opened.targets
    scaled = f" (× {opened.factor:g})" if opened.factor != 1 else ""
    lost = figures.lost if figures.lost is not None else figures.rpo
    rpo = verdict(lost, targets.rpo, opened.factor).value
    rto = verdict(figures.rto, targets.rto, opened.factor).value
    return [
        f"restore test: {measured.outcome}: run {opened.run} of {opened.procedure}",
        f"  RPO: {_seconds(figures.rpo)} at best, {_seconds(figures.lost)} by what was restored "
        f"({figures.restored or 'nothing'}){scaled}: {rpo} {targets.rpo_text}".rstrip(),
        f"  RTO: {_seconds(figures.rto)}, {_seconds(figures.waited)} of it waiting for people"
        f"{scaled}: {rto} {targets.rto_text}".rstrip(),
        *(f"  not known: {why}" for why in figures.unknown),
    ]


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


def event_line(event: object) -> str:
    """Say in a line what an event of a duty says."""
    plain = canonical.plain(event)
    skipped = {"at", "definition", "figures", "targets", "snapshots"}
    words = (f"{k}={v}" for k, v in plain.items() if k not in skipped and v not in ("", None, []))
    return f"{type(event).__name__} {' '.join(words)}".rstrip()
