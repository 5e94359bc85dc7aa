"""What a drill has to do now: a pure function of its state.

Steady state → fault → incident → its end → what was felt → verdict. Does nothing itself.
"""

from datetime import datetime

from msgspec import Struct

from steadyhand.model.drill import Drill, Verdict
from steadyhand.model.next import Finished


class CheckSteady(Struct, frozen=True):
    """Wait until the alarm is OK on real traffic; conclude when it never is."""


class Inject(Struct, frozen=True):
    fault: str


class AwaitIncident(Struct, frozen=True):
    """Wait for the incident that the alarm opens; conclude when none comes."""


class AwaitEnd(Struct, frozen=True):
    """Wait until the incident is resolved, or is left to people."""

    incident: str


class CountFelt(Struct, frozen=True):
    pass


class Conclude(Struct, frozen=True):
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
