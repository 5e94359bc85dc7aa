"""A document and programs' names in, where they run out: also behind `sudo`, in `watch '…'`."""

from collections.abc import Collection, Iterator

from steadyhand.lint.changes.calls import Call, calls_in
from steadyhand.model.document.runbook import Runbook


def calls_named(runbook: Runbook, names: Collection[str]) -> Iterator[Call]:
    """Give the calls of these programs. Looks into no step that does not name one of them."""
    for procedure in runbook.procedures:
        for step in procedure.steps:
            if any(name in step.text for name in names):
                yield from (c for c in calls_in(procedure, step) if c.name in names)
