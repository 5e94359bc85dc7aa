"""Drills with their verdicts, and whether the journal is what was written."""

from datetime import datetime

from fastapi import APIRouter

from steadyhand.api.routes.given import Here, Key, Reader
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import AuditShown, DrillShown
from steadyhand.app import audit
from steadyhand.app.problem import Problem
from steadyhand.model.drill import Drill

router = APIRouter(prefix="/api/v1", tags=["drills"], responses=refusals(400))


@router.get("/drills")
def listed(here: Here, _who: Reader) -> list[DrillShown]:
    """List every drill, the newest first."""
    keys = reversed(here.control.journal.keys("drill"))
    return [_drill(key, at, here.control.engine.turn("drill", key).state) for key, at in keys]


@router.get("/drills/{drill}", responses=refusals(404))
def show(here: Here, _who: Reader, drill: Key) -> DrillShown:
    """Show one drill."""
    for key, at in here.control.journal.keys("drill"):
        if key == drill:
            return _drill(key, at, here.control.engine.turn("drill", key).state)
    raise Problem(f"there is no drill {drill}")


@router.get("/audit", tags=["audit"], responses=refusals(409))
def verify(here: Here, _who: Reader) -> AuditShown:
    """Recompute the journal's chain: is everything what was written?"""
    verdict = audit.verify(here.control)
    faults = tuple(f"{fault.entry}: {fault.what}" for fault in verdict.faults)
    return AuditShown(not faults, verdict.chained, faults)


def _drill(key: str, at: datetime, drill: Drill) -> DrillShown:
    return DrillShown(
        key, at, drill.opened.system, drill.opened.scenario,
        drill.verdict.value if drill.verdict else "open", drill.reason, drill.incident,
        drill.came.seconds if drill.came else None,
    )  # fmt: skip
