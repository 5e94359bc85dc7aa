"""A document in; a row for each of its procedures out, each run in a lab of the document's system.

One lab at a time. What a procedure left behind is left to the next one, as in production; where it
stopped half-way through its changes, or left the system unhealthy, the next one gets a new lab.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import ExitStack
from pathlib import Path

from tests.lab.commands.bindings import DOCUMENTS, Values
from tests.lab.commands.desk import Desk as Terminal
from tests.lab.commands.desk import sitting
from tests.lab.procedures.driving import Desk, Ran, settings
from tests.lab.running_lab import RunningLab, start_lab

from steadyhand.app.runbooks import documents
from steadyhand.main import build
from steadyhand.model.document.runbook import Procedure, Runbook, SourceKind
from steadyhand.model.effect import Effect
from steadyhand.plan.alternatives import alternatives
from steadyhand.plan.make import ALL, Selection, choose

Export = Callable[[str, str], None]  # sets a variable of this process
RECOVERY = 15.0  # seconds until what a procedure left behind counts as broken
SQL = {"revenue-context": "DATABASE_URL"}
# They take the system down, or put another in its place: run last.
LAST = ("recovery", "data-loss", "emergency", "rotat", "clear-cache", "migration")


class Suite:
    """The lab of one document's system, and the control plane over it."""

    def __init__(
        self, name: str, runbooks: Path, folder: Path, factor: str, export: Export
    ) -> None:
        self._bound = DOCUMENTS[name]
        self._document = runbooks / f"{name}.md"
        self._sql = SQL.get(name, "")
        self._folder = folder
        self._factor = factor
        self._export = export
        self._rest = ExitStack()
        self.labs = 0
        self._lab: RunningLab
        self._terminal: Terminal
        self._desk: Desk
        self.renew()

    @property
    def runbook(self) -> Runbook:
        return self._desk.loaded.runbook

    @property
    def lab(self) -> RunningLab:
        return self._lab

    @property
    def desk(self) -> Desk:
        return self._desk

    def renew(self) -> None:
        """Bring up a new lab, with a new control plane over it."""
        self._rest.close()
        self._half_done = False
        self.labs += 1
        folder = self._folder / str(self.labs)
        folder.mkdir(parents=True)
        options = ("--factor", self._factor, "--traffic", "3")
        self._lab = start_lab(folder / "lab", *options, system=self._bound.system)
        self._rest.callback(self._lab.stop)
        system = self._lab.contract["systems"][0]
        self._terminal = self._rest.enter_context(sitting(self._lab.contract, system))
        variables = {**system["environment"], **self._typed()}
        config = folder / "steadyhand.toml"
        config.write_text(settings(variables, Path(system["checkout"]), self._sql))
        self._export("STEADYHAND_LAB", str(folder / "lab" / "lab.json"))
        for variable, value in variables.items():
            self._export(variable, value)
        control = build(folder / "state")
        self._rest.callback(control.close)
        self._desk = Desk(control, documents.load(self._document, config), {})

    def close(self) -> None:
        self._rest.close()

    def everything(self, only: Set[str] | None = None) -> Iterator[Ran]:
        """Run each procedure, then its conditional steps where it has some."""
        procedures = [p for p in self.runbook.procedures if not only or p.id in only]
        for procedure in sorted(procedures, key=_breaks):
            if not all(step.condition for step in procedure.steps):
                yield self._one(procedure, whole(procedure))
        for procedure in sorted(procedures, key=_breaks):
            if conditional := _conditional(procedure):
                yield self._one(procedure, Selection(only=conditional), "conditional")

    def _one(self, procedure: Procedure, selection: Selection = ALL, part: str = "") -> Ran:
        if not self._recovered():
            self.renew()
        self._prepare(procedure)
        self._desk.values = self._values(procedure, selection)
        ran = self._desk.run(procedure, selection, part)
        self._half_done = ran.outcome != "completed" and any(
            call.effect > Effect.READ and not call.refused for call in ran.calls
        )
        return ran

    def ready(self, procedure: Procedure, resets: Iterable[str]) -> None:
        """Make the lab what it has to be before a procedure, in the same lab each time."""
        for command in resets:
            self._terminal(command)
        self.settled()
        self._prepare(procedure)
        self._desk.values = self._values(procedure, whole(procedure))

    def settled(self) -> bool:
        """Wait until the system is well; whether it is."""
        return self._recovered()

    def _recovered(self) -> bool:
        if self._desk.stuck or self._half_done:
            return False
        end = time.monotonic() + RECOVERY
        while time.monotonic() < end:
            if self._lab.status()["healthy"]:
                return True
            time.sleep(0.2)
        return False

    def _prepare(self, procedure: Procedure) -> None:
        """Do what an operator has done before: where there is nothing to mend, nothing is done."""
        for step in procedure.steps:
            for command in self._bound.before.get(step.span.line, ()):
                self._terminal(command)

    def _values(self, procedure: Procedure, selection: Selection) -> Values:
        """Find the values of placeholders that neither the run nor the environment gives."""
        chosen = {step.id for step in choose(procedure, selection)[0]}
        found = {}
        for parameter in procedure.parameters:
            source = parameter.source
            by_run = source.kind is SourceKind.STEP and source.rule and source.step in chosen
            command = self._bound.values.get(parameter.name, "=")
            if not by_run and (value := self._looked_up(command)):
                found[parameter.name] = value
        return found

    def _typed(self) -> Values:
        """Find what an operator exports, or types where a prompt asks for it."""
        listed = [pair for one in self._bound.variables.values() for pair in one.items()]
        return {name: value for name, command in listed if (value := self._looked_up(command))}

    def _looked_up(self, command: str) -> str:
        if command.startswith("="):
            return command[1:]
        answer = self._terminal(command)
        value = answer.out.strip() if answer.code == 0 else ""
        return "" if value == "None" else value


def whole(procedure: Procedure) -> Selection:
    """Want everything that has no condition; of alternatives each one, so each is named."""
    unconditional = tuple(step.id for step in procedure.steps if not step.condition)
    return Selection(only=unconditional) if alternatives(procedure) else ALL


def _conditional(procedure: Procedure) -> tuple[str, ...]:
    """Name the conditional steps, and where their fences go to another folder."""
    fences = {step.fence for step in procedure.steps if step.condition and step.fence}
    return tuple(
        step.id
        for step in procedure.steps
        if step.condition or (step.fence in fences and re.match(r"cd\s", step.text))
    )


def _breaks(procedure: Procedure) -> tuple[bool, bool]:
    late = any(word in procedure.id for word in LAST)
    return late, late and any(step.effect is Effect.DESTROY for step in procedure.steps)
