"""A drill as its events, with `evolve`: a fault, what was felt and seen of it, and the verdict."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.events import IllegalEvent


class Verdict(StrEnum):
    PASSED = "passed"  # it went as the scenario expects
    FAILED = "failed"
    NOT_STEADY = "not steady"  # the steady state did not hold, so nothing was injected


class DrillOpened(Struct, frozen=True):
    system: str
    scenario: str
    faults: tuple[str, ...]  # injected in this order, at once
    alarm: str
    expect: str  # "resolved", or "unresolved": caught and not reported as success
    runbook: str
    factor: float


class SteadyHeld(Struct, frozen=True):
    """The system was well before anything was done to it."""

    detail: str


class FaultInjected(Struct, frozen=True):
    fault: str
    symptom: str


class IncidentSeen(Struct, frozen=True):
    incident: str


class IncidentCame(Struct, frozen=True):
    """How the incident stood when the drill stopped waiting for it."""

    incident: str
    state: str
    seconds: float  # from the fault to here
    detail: str = ""


class Felt(Struct, frozen=True):
    """What users felt meanwhile, counted by the lab's traffic."""

    requests: int
    failures: int


class Concluded(Struct, frozen=True):
    verdict: Verdict
    reason: str


DRILL_EVENTS: Mapping[str, type] = {
    event.__name__: event
    for event in (
        DrillOpened, SteadyHeld, FaultInjected, IncidentSeen, IncidentCame, Felt, Concluded,
    )
}  # fmt: skip


class Drill(Struct, frozen=True):
    opened: DrillOpened
    steady: str = ""
    injected: tuple[str, ...] = ()
    incident: str = ""
    came: IncidentCame | None = None
    felt: Felt | None = None
    verdict: Verdict | None = None
    reason: str = ""


def evolve(drill: Drill | None, event: object) -> Drill:
    """Apply one event. Raises IllegalEvent where it cannot follow what was before."""
    if isinstance(event, DrillOpened):
        if drill is not None:
            raise IllegalEvent("a drill is opened once")
        return Drill(event)
    if drill is None or drill.verdict is not None:
        raise IllegalEvent(f"{type(event).__name__} on a drill that is not open")
    match event:
        case SteadyHeld(detail):
            return replace(drill, steady=detail)
        case FaultInjected(fault):
            if not drill.steady:
                raise IllegalEvent("a fault before the steady state held")
            return replace(drill, injected=(*drill.injected, fault))
        case IncidentSeen(incident):
            return replace(drill, incident=incident)
        case IncidentCame():
            return replace(drill, came=event)
        case Felt():
            return replace(drill, felt=event)
        case Concluded(verdict, reason):
            return replace(drill, verdict=verdict, reason=reason)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of a drill")


class Deadlines(Struct, frozen=True):
    """How long each part of a drill may take, in seconds of the clock."""

    steady: float
    detect: float
    mend: float

    @staticmethod
    def at(factor: float) -> "Deadlines":
        """Durations as in production, divided by the factor, with room for a slow machine."""
        return Deadlines(30 + 600 / factor, 30 + 1200 / factor, 90 + 3600 / factor)
