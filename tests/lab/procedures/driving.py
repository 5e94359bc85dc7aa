"""A procedure of a document in; what became of its run in the lab, out: outcome, calls, reason.

The control plane is the program's own, in this process; people are names that the policy lets sign.
"""

import os
import pty
import threading
import time
import tty
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.app.running import runs
from steadyhand.app.targets import resolve
from steadyhand.model.document.runbook import Procedure
from steadyhand.model.next import Finished
from steadyhand.model.run.state import CallState, Run, StepState
from steadyhand.plan.make import ALL, Selection

STARTER = "ada"
SIGNERS = ("ben", "cleo", STARTER)
SECONDS = 120.0  # of one procedure


@dataclass(frozen=True)
class Ran:
    """What became of one procedure. `line` is where it stopped; 0 where it did not."""

    procedure: Procedure
    part: str  # "" for what runs by default; or "conditional"
    steps: int
    outcome: str
    line: int = 0
    reason: str = ""
    calls: tuple[CallState, ...] = ()
    said: str = ""  # what the failed step printed last, for whoever looks into it
    run: str = ""
    begun: frozenset[str] = frozenset()  # the statements that bash was given, by their step's id

    @property
    def made(self) -> int:
        """How many calls the world was asked to do."""
        return sum(not call.refused for call in self.calls)

    @property
    def failed(self) -> int:
        return sum(bool(call.exit_code) for call in self.calls)


@dataclass
class Desk:
    """One control plane over one lab, and the document with its settings."""

    control: Control
    loaded: documents.Loaded
    values: Mapping[str, str]
    stuck: bool = field(default=False)  # a run was interrupted: this control plane is done with

    def run(self, procedure: Procedure, selection: Selection = ALL, part: str = "") -> Ran:
        """Plan it, start it, sign whatever it asks, until it ends or its time is over."""
        known = {p.name for p in procedure.parameters}
        values = {name: value for name, value in self.values.items() if name in known}
        wanted = runs.Wanted(procedure.id, selection, values)
        try:
            plan = runs.plan(
                self.control, self.loaded, wanted, resolve("lab", self.control.lab_file)
            )
            key = runs.start(self.control, plan, STARTER)
        except Problem as problem:
            return Ran(procedure, part, 0, "cannot plan", procedure.span.line, str(problem))
        trouble: list[str] = []
        self.control.performer.keyboard = _leaves_at_once
        driver = threading.Thread(target=self._drive, args=(key, trouble), daemon=True)
        driver.start()
        driver.join(SECONDS)
        if driver.is_alive():
            self.stuck = True
            self.control.performer.stop()
            driver.join(30)
            trouble.append(f"not ended after {SECONDS:.0f} s")
        return self._became(procedure, part, key, trouble)

    def _drive(self, key: str, trouble: list[str]) -> None:
        try:
            while not isinstance(came := runs.drive(self.control, key), Finished):
                if self.stuck:
                    return
                if (question := runs.state(self.control, key).question) is None:
                    trouble.append(f"it waits, and asks nothing: {came.why}")
                    return
                signers = SIGNERS if question.starter_may else SIGNERS[:2]
                for name in signers[: question.count]:
                    runs.approve(self.control, key, name, claimed=True)
        except Exception as error:  # whatever it is, it belongs in the table
            trouble.append(f"{type(error).__name__}: {error}")

    def _became(self, procedure: Procedure, part: str, key: str, trouble: list[str]) -> Ran:
        run = runs.state(self.control, key)
        calls = tuple(c for planned in run.plan.steps for c in run.calls.get(planned.step.id, ()))
        outcome = run.outcome.value if run.outcome else "not ended"
        at = _stopped_at(run) if outcome != "completed" else None
        said = ""
        if at is not None:
            printed = [
                output.body.decode(errors="replace")
                for number in range(len(run.calls.get(at, ())) + 1)
                for output in self.control.journal.printed(key, at, number)
            ]
            said = "".join(printed)[-1500:]
        return Ran(
            procedure,
            part,
            len(run.plan.steps),
            outcome,
            run.plan.planned(at).step.span.line if at else 0,
            "; ".join([*trouble, run.detail]).strip("; "),
            calls,
            said,
            key,
            frozenset({*run.exit_codes, *run.calls}),
        )


def _leaves_at_once() -> int:
    """Give the terminal of somebody who looks at a prompt, and leaves it."""
    screen, keyboard = pty.openpty()
    tty.setraw(keyboard)

    def leaves() -> None:
        for _ in range(40):  # whoever is not reading yet does not see it
            os.write(screen, b"\x04")
            time.sleep(0.5)

    threading.Thread(target=leaves, daemon=True).start()
    return keyboard


def _stopped_at(run: Run) -> str | None:
    """Name the step that a run stopped at."""
    for planned in run.plan.steps:
        if run.steps[planned.step.id] is not StepState.DONE:
            return planned.step.id
    return None


def settings(variables: Mapping[str, str], checkout: Path, sql: str) -> str:
    """Write the steadyhand.toml of an operator: where they work, what is set there, who signs."""
    secret = [name for name in variables if _is_secret(name)]
    plain = [name for name in variables if not _is_secret(name)]
    lines = [
        'target = "lab"',
        "[run]",
        f'folder = "{checkout}"',
        f"variables = {plain!r}",
        f"secrets = {secret!r}",
        *([f'sql = "{sql}"'] if sql else []),
        "[policy]",
        "claimed_names = true",
    ]
    return "\n".join(lines) + "\n"


def _is_secret(name: str) -> bool:
    return name.endswith(("PASSWORD", "TOKEN", "_KEY", "DATABASE_URL", "WEBHOOK_URL"))
