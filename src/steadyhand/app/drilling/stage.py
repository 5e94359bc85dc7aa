"""A drill's stage: the lab, the document, the control plane operating from it, and whoever answers.

One call sets it up, one performs a scenario, one takes all of it down again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from steadyhand.app.control import Control
from steadyhand.app.drilling import drills
from steadyhand.app.drilling.lab import Lab, start_lab
from steadyhand.app.problem import Problem
from steadyhand.app.responding.incidents import acknowledge
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.app.runbooks.sources import SETTINGS
from steadyhand.app.running import runs
from steadyhand.app.serving.operate import Operator
from steadyhand.app.watching.desk import Desk
from steadyhand.drill.decide import decide
from steadyhand.engine.drive import Kind, Listener
from steadyhand.model.drill import Drill, evolve
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident
from steadyhand.model.run.state import Question, Run
from steadyhand.world.door import Stream

# Evidence in; (yes, by whom, why not) out, or None when nobody is here to answer.
Answer = Callable[[str], tuple[bool, str, str] | None]


class Audience(Protocol):
    """Who is told what happens while it happens."""

    def note(self, text: str) -> None: ...

    def notice(self, notice: Notice) -> None: ...

    def output(self, run: str, step: str, stream: Stream, chunk: bytes) -> None: ...

    @property
    def event(self) -> Listener: ...


@dataclass
class Stage:
    """Everything that one drill needs. Made by `set_up`; must be closed."""

    control: Control
    lab: Lab
    loaded: Loaded
    operator: Operator
    audience: Audience
    system: str
    incident: str = ""

    @staticmethod
    def set_up(
        control: Control,
        system: str,
        factor: float,
        options: Sequence[str],
        runbook: Path | None,
        config: Path | None,
        audience: Audience,
    ) -> "Stage":
        """Start the lab and load the document: the system's own unless another is named."""
        audience.note(f"starting the lab: {system}, durations ÷{factor:g}")
        lab = start_lab(system, control.lab_file.parent, factor, options)
        try:
            folder = Path(lab.info.folder)
            path = runbook or folder / "RUNBOOK.md"
            loaded = documents.load(path, config or folder / SETTINGS)
            audience.note(
                f"lab up (pid {lab.info.pid}): AWS API {lab.info.target.endpoint}, "
                f"users at {lab.info.url}"
            )
            operator = Operator(
                control,
                [Desk(control, loaded, lab.info.target, system, lab.info.webhook)],
                audience.notice,
                control.clock.now(),
            )
        except BaseException:
            lab.close()
            raise
        return Stage(control, lab, loaded, operator, audience, system)

    def perform(self, scenario: str, answer: Answer) -> Drill:
        """Perform one scenario to its verdict."""
        chosen = drills.find_scenario(self.loaded, scenario)
        self._introduce()
        self.control.engine.listeners.append(self.audience.event)
        self.control.performer.output = self.audience.output
        self.operator.start()
        performer = drills.DrillPerformer(
            self.control, self.lab, self.operator.steady, lambda s: self._pass(s, answer)
        )
        self.control.engine.learn(Kind("drill", evolve, decide, performer.do))
        key = drills.open_drill(self.control, self.system, scenario, chosen, self.loaded)
        self.control.engine.drive("drill", key)
        drill: Drill = self.control.engine.turn("drill", key).state
        self.incident = drill.incident
        return drill

    def _introduce(self) -> None:
        runbook = self.loaded.runbook
        steps = sum(len(procedure.steps) for procedure in runbook.procedures)
        self.audience.note(
            f"compiled {runbook.path}: {len(runbook.procedures)} procedures, {steps} steps, "
            f"{len(runbook.facts.alarms)} alarms, {len(runbook.facts.escalation)} levels"
        )
        for line in self.operator.described():
            self.audience.note(f"alarm: {line}")
        for level in runbook.facts.escalation:
            self.audience.note(f"escalation: {level.name} {level.contact}: {level.when}")

    def _pass(self, seconds: float, answer: Answer) -> None:
        """Wait a little, and answer what is being asked."""
        self.operator.wait(seconds)
        for key in self.operator.own("run"):
            run: Run = self.control.engine.turn("run", key).state
            if run.outcome is None and run.question is not None:
                self._answer(key, run, run.question, answer)

    def _answer(self, key: str, run: Run, question: Question, answer: Answer) -> None:
        said = answer(question.evidence)
        if said is None:
            return
        yes, by, reason = said
        if run.incident:
            acknowledge(self.control, run.incident, by)
        try:
            if yes:
                runs.approve(self.control, key, by, claimed=True, shown=question)
            else:
                runs.decline(self.control, key, by, reason, question)
        except Problem as problem:  # it was answered, or has ended, meanwhile
            self.audience.note(str(problem))

    def last_incident(self) -> tuple[str, Incident] | None:
        """The incident of the drill, with its id."""
        if not self.incident:
            return None
        incident: Incident = self.control.engine.turn("incident", self.incident).state
        return self.incident, incident

    def close(self) -> None:
        """Stop operating and end the lab. Idempotent."""
        self.operator.stop()
        for key, _ in self.control.journal.keys("run"):
            self.control.performer.close(key)
        self.lab.close()
