"""Duties in, what a program reads of them out: the JSON of `duties --json` and of the API. Pure."""

from datetime import datetime

from steadyhand.app.oncall.duties import Kept
from steadyhand.model import canonical
from steadyhand.model.duty.derive import Derived
from steadyhand.model.duty.events import RestoreMeasured, RestoreOpened
from steadyhand.model.duty.measure import verdict

_TIMES = ("last_due", "last_done", "next_due")
_COUNTS = ("done", "missed", "skipped", "unseen")


def plain(one: Kept) -> dict[str, object]:
    """Write a duty: what it is, where it stands, the round that is open, the last restore."""
    duty, definition = one.duty, one.duty.definition
    said: dict[str, object] = {"id": one.id, "state": duty.state.value}
    said |= canonical.plain(definition)
    said |= {name: _iso(getattr(duty, name)) for name in _TIMES}
    said |= {name: getattr(duty, name) for name in _COUNTS}
    if duty.round is not None:
        said["round"] = canonical.plain(duty.round)
    if duty.restore is not None and duty.measured is not None:
        said["restore"] = restored(duty.restore, duty.measured)
    return said


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def restored(opened: RestoreOpened, measured: RestoreMeasured) -> dict[str, object]:
    """Write what a restore test measured, beside what the document asks for."""
    figures = measured.figures
    lost = figures.lost if figures.lost is not None else figures.rpo
    return {
        "run": opened.run,
        "procedure": opened.procedure,
        "target": opened.target,
        "factor": opened.factor,
        "outcome": measured.outcome.value,
        "fault_at": opened.fault_at.isoformat(),
        "source": opened.source,
        "figures": canonical.plain(figures),
        "targets": canonical.plain(opened.targets),
        "rpo": verdict(lost, opened.targets.rpo, opened.factor).value,
        "rto": verdict(figures.rto, opened.targets.rto, opened.factor).value,
    }


def derived(one: Derived) -> dict[str, object]:
    """Write what became of one place of a document."""
    said: dict[str, object] = {"name": one.name, "text": one.text, "reason": one.reason}
    said["span"] = canonical.plain(one.span)
    said["duty"] = canonical.plain(one.definition) if one.definition else None
    return said
