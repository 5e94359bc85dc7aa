"""What a drill has to do now: a pure function of its state.

Steady state → fault → incident → its end → what was felt → verdict. Does nothing itself.
"""

from dataclasses import dataclass
from datetime import datetime

from steadyhand.model.drill import Drill, Verdict
from steadyhand.model.next import Finished


@dataclass(frozen=True)
class CheckSteady:
    """Wait until the alarm is OK on real traffic; conclude when it never is."""


@dataclass(frozen=True)
class Inject:
    fault: str


@dataclass(frozen=True)
class AwaitIncident:
    """Wait for the incident that the alarm opens; conclude when none comes."""


@dataclass(frozen=True)
class AwaitEnd:
    """Wait until the incident is resolved, or is left to people."""

    incident: str


@dataclass(frozen=True)
class CountFelt:
    pass


@dataclass(frozen=True)
class Conclude:
    verdict: Verdict
    reason: str


Intent = CheckSteady | Inject | AwaitIncident | AwaitEnd | CountFelt | Conclude


def decide(drill: Drill, _now: datetime) -> Intent | Finished:
    """Name the one next thing. Pure and total."""
    if drill.verdict is not None:
        return Finished(drill.verdict.value)
    if not drill.steady:
        return CheckSteady()
    for fault in drill.opened.faults[len(drill.injected) :]:
        return Inject(fault)
    if not drill.incident:
        return AwaitIncident()
    if drill.came is None:
        return AwaitEnd(drill.incident)
    if drill.felt is None:
        return CountFelt()
    return _verdict(drill)


def _verdict(drill: Drill) -> Conclude:
    came = drill.came
    if came is None or drill.felt is None:
        raise AssertionError("decide comes here only after both are known")
    resolved = came.state in {"resolved", "reviewed"}
    if drill.felt.failures == 0:
        return Conclude(Verdict.FAILED, "users felt nothing: the fault proves nothing")
    if resolved is (drill.opened.expect == "resolved"):
        how = "resolved and verified" if resolved else f"not reported as success: {came.detail}"
        return Conclude(Verdict.PASSED, how)
    return Conclude(Verdict.FAILED, f"expected {drill.opened.expect}, came to {came.state}")
