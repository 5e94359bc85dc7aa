"""Drills: break something real in the lab, and see whether what the document says comes true."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from steadyhand.app.control import Control
from steadyhand.app.drilling.lab import Lab
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.drill.decide import (
    AwaitEnd,
    AwaitIncident,
    CheckSteady,
    Conclude,
    CountFelt,
    Inject,
    Intent,
)
from steadyhand.engine.drive import Turn
from steadyhand.model.drill import (
    Concluded,
    Deadlines,
    Drill,
    DrillOpened,
    FaultInjected,
    Felt,
    IncidentCame,
    IncidentSeen,
    SteadyHeld,
    Verdict,
)
from steadyhand.model.incident.state import Incident, IncidentState
from steadyhand.model.settings.whole import Scenario


def find_scenario(loaded: Loaded, name: str) -> Scenario:
    """Find a scenario of the system's settings. Raises Problem."""
    if name not in loaded.settings.drills:
        known = ", ".join(sorted(loaded.settings.drills)) or "none"
        raise Problem(f"there is no drill “{name}”; steadyhand.toml has: {known}")
    return loaded.settings.drills[name]


def open_drill(control: Control, system: str, name: str, scenario: Scenario, loaded: Loaded) -> str:
    """Open a drill and return its id."""
    now = control.clock.now()
    key = f"{now:%Y%m%d-%H%M%S}-{hashlib.sha256(f'{name}{now}'.encode()).hexdigest()[:6]}"
    control.engine.turn("drill", key).append(
        DrillOpened(
            system=system,
            scenario=name,
            faults=(scenario.fault, *scenario.faults),
            alarm=scenario.alarm,
            expect=scenario.expect,
            runbook=loaded.runbook.path,
            factor=control.performer.factor,
        )
    )
    return key


@dataclass
class DrillPerformer:
    """Does what a drill's `decide` says. `steady(alarm)` tells why it is, or "" while it is not.

    `wait(seconds)` waits and raises what the loops of the control plane have died of.
    """

    control: Control
    lab: Lab
    steady: Callable[[str], str]
    wait: Callable[[float], None]
    _felt_before: tuple[int, int] = (0, 0)

    def do(self, intent: Intent, turn: Turn) -> None:
        """Append at least one event."""
        deadlines = Deadlines.at(self.control.performer.factor)
        match intent:
            case CheckSteady():
                self._check_steady(turn, deadlines.steady)
            case Inject(fault):
                self._felt_before = self._felt()
                told = self._inject(fault)
                turn.append(FaultInjected(fault, told))
            case AwaitIncident():
                self._await_incident(turn, deadlines.detect)
            case AwaitEnd(incident):
                self._await_end(turn, incident, deadlines.mend)
            case CountFelt():
                requests, failures = self._felt()
                before = self._felt_before
                turn.append(Felt(requests - before[0], failures - before[1]))
            case Conclude(verdict, reason):
                turn.append(Concluded(verdict, reason))

    def _check_steady(self, turn: Turn, seconds: float) -> None:
        drill: Drill = turn.state
        said = self._until(seconds, lambda: self.steady(drill.opened.alarm))
        if said:
            turn.append(SteadyHeld(said))
        else:
            reason = f"“{drill.opened.alarm}” was not OK on real traffic in {seconds:.0f} s"
            turn.append(Concluded(Verdict.NOT_STEADY, reason))

    def _inject(self, fault: str) -> str:
        known = {one["name"]: one for one in self.lab.ask("GET", "/faults")}
        if fault not in known:
            raise Problem(f"the lab has no fault “{fault}”; it has: {', '.join(sorted(known))}")
        if known[fault]["active"] is None:  # a drill that goes on after a crash finds it there
            self.lab.ask("POST", f"/faults/{fault}", {})
        return str(known[fault]["summary"])

    def _await_incident(self, turn: Turn, seconds: float) -> None:
        drill: Drill = turn.state
        since = _injected_at(turn)

        def newest() -> str:
            for key, at in reversed(self.control.journal.keys("incident")):
                incident: Incident = self.control.engine.turn("incident", key).state
                if at >= since and incident.alarm == drill.opened.alarm:
                    return key
            return ""

        if key := self._until(seconds, newest):
            turn.append(IncidentSeen(key))
        else:
            turn.append(Concluded(Verdict.FAILED, f"no incident in {seconds:.0f} s: undetected"))

    def _await_end(self, turn: Turn, key: str, seconds: float) -> None:
        since = _injected_at(turn)

        def ended() -> str:
            incident: Incident = self.control.engine.turn("incident", key).state
            if incident.state in {IncidentState.RESOLVED, IncidentState.REVIEWED}:
                return "ended" if incident.review else ""
            return "left to people" if incident.needs_person else ""

        self._until(seconds, ended)
        incident: Incident = self.control.engine.turn("incident", key).state
        now = self.control.clock.now()
        turn.append(
            IncidentCame(
                key,
                incident.state.value,
                (now - since).total_seconds(),
                incident.needs_person,
            )
        )

    def _felt(self) -> tuple[int, int]:
        traffic: dict[str, int] = self.lab.ask("GET", "/status")["traffic"]
        failed = traffic.get("5xx", 0) + traffic.get("no answer", 0)
        return traffic.get("requests", 0), failed

    def _until(self, seconds: float, look: Callable[[], str]) -> str:
        """Look until there is something, or the time is over ("" then)."""
        clock = self.control.clock
        deadline = clock.now() + timedelta(seconds=seconds)
        while clock.now() < deadline:
            if said := look():
                return said
            self.wait(0.2)
        return ""


def _injected_at(turn: Turn) -> datetime:
    for recorded in turn.journal.read("drill", turn.key):
        if isinstance(recorded.event, FaultInjected):
            return recorded.at
    raise AssertionError("the drill's decide comes here only after a fault")
