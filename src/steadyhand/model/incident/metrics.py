"""An incident's journal in, the field's four times out; many of them in, what is usual out. Pure.

Seconds of the clock: what a lab divided by its factor is not multiplied here, so that incidents of
one target are held against each other.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from msgspec import Struct

from steadyhand.model.events import Recorded
from steadyhand.model.incident.conduct import Reopened
from steadyhand.model.incident.events import (
    Acknowledged,
    IncidentOpened,
    LevelPaged,
    Mitigated,
    RecoveryMissed,
    Resolved,
)

MEASURES = ("detect", "page", "acknowledge", "mitigate", "resolve")


class Times(Struct, frozen=True):
    """One incident in seconds; None for what did not happen (yet).

    `detect` is from the first bad period to the opening; the others are from the opening. `resolve`
    is to the last time that it was resolved, `mitigate` to what helped at last.
    """

    incident: str
    at: datetime
    system: str
    procedure: str
    severity: str
    target: str
    detect: float
    page: float | None = None
    acknowledge: float | None = None
    mitigate: float | None = None
    resolve: float | None = None
    reopened: int = 0


def times(history: Sequence[Recorded]) -> Times:
    """Measure one incident by its events, oldest first. Raises ValueError for none."""
    first = history[0].event if history else None
    if not isinstance(first, IncidentOpened):
        raise ValueError("an incident begins with its opening")
    mitigated: datetime | None = None
    resolved: datetime | None = None
    reopened = 0
    for recorded in history:
        match recorded.event:
            case Mitigated(at):
                mitigated = at
            case RecoveryMissed():
                mitigated = None  # it did not help
            case Resolved(at):
                resolved = at
            case Reopened():
                mitigated = resolved = None
                reopened += 1
            case _:
                pass

    def since_opening(at: datetime | None) -> float | None:
        return None if at is None else max(0.0, (at - first.at) / timedelta(seconds=1))

    def first_of(kind: type[LevelPaged] | type[Acknowledged]) -> datetime | None:
        return next((r.event.at for r in history if isinstance(r.event, kind)), None)

    return Times(
        incident=history[0].id,
        at=first.at,
        system=first.system,
        procedure=first.procedure,
        severity=first.severity,
        target=first.target,
        detect=max(0.0, (first.at - first.onset) / timedelta(seconds=1)),
        page=since_opening(first_of(LevelPaged)),
        acknowledge=since_opening(first_of(Acknowledged)),
        mitigate=since_opening(mitigated),
        resolve=since_opening(resolved),
        reopened=reopened,
    )


class Usual(Struct, frozen=True):
    """One measure over several incidents; `known` of them have it."""

    known: int
    mean: float
    p50: float
    p90: float
    longest: float


class Group(Struct, frozen=True):
    """Incidents that have something in common. `open` are not resolved."""

    count: int
    open: int
    reopened: int
    measures: Mapping[str, Usual]


GROUPS: Mapping[str, Callable[[Times], str]] = {
    "system": lambda one: one.system,
    "procedure": lambda one: f"{one.system}/{one.procedure or '(none)'}",
    "severity": lambda one: one.severity or "(none)",
    "month": lambda one: f"{one.at:%Y-%m}",
}


def grouped(measured: Iterable[Times], by: str) -> dict[str, Group]:
    """Say what is usual in each group, by its name. `by` is a key of GROUPS."""
    groups: dict[str, list[Times]] = {}
    for one in measured:
        groups.setdefault(GROUPS[by](one), []).append(one)
    return {name: _group(ones) for name, ones in sorted(groups.items())}


def _group(ones: Sequence[Times]) -> Group:
    measures = {}
    for name in MEASURES:
        values = sorted(v for one in ones if (v := getattr(one, name)) is not None)
        if values:
            measures[name] = _usual(values)
    unresolved = sum(one.resolve is None for one in ones)
    return Group(len(ones), unresolved, sum(one.reopened > 0 for one in ones), measures)


def _usual(values: Sequence[float]) -> Usual:
    """Sum up sorted values; p90 is the nearest rank: a value that was really there."""
    rank = max(1, math.ceil(0.9 * len(values)))
    mean = math.fsum(values) / len(values)
    # Rounding may carry a mean past its greatest value: it stays among them.
    mean = min(max(mean, values[0]), values[-1])
    return Usual(len(values), mean, median(values), values[rank - 1], values[-1])
