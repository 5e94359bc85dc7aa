"""A control plane of its own over the town: the program's parts as `main` builds them.

Only the AWS account behind the door is the town's. Everything is in one folder, so that another
process (or the same one again, after a crash) can open it and go on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from steadyhand.app.control import Control
from steadyhand.app.runbooks import documents
from steadyhand.app.running import by_hand, runs
from steadyhand.app.targets import resolve
from steadyhand.main import build
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import Doubt
from steadyhand.model.run.state import CallState, Question, Run
from steadyhand.plan.make import Selection
from tests.run.town.account import Account
from tests.run.town.world import Town, Trouble, printed

STARTER = "ada"
SIGNERS = ("ben", "cleo", STARTER)
SETTINGS = 'target = "lab"\n[policy]\nclaimed_names = true\n'
_TURNS = 400  # of one run: approvals and questions


@dataclass
class Place:
    """One process's control plane. Made by `open`; must be closed."""

    folder: Path
    account: Account
    control: Control
    trouble: Trouble
    asked: list[str] = field(default_factory=list)  # calls that a person was asked about

    @staticmethod
    def open(folder: Path, trouble: Trouble | None = None) -> "Place":
        trouble = trouble or Trouble()
        state = folder / "state"
        account = Account.open(folder)
        contract(state / "lab" / "lab.json")
        control = build(state)
        inner, reading = control.performer.world_of, control.reading_world
        control.performer.world_of = lambda run: Town(account, inner(run), trouble)
        control.reading_world = lambda target: Town(account, reading(target), trouble)
        return Place(folder, account, control, trouble)

    def again(self) -> "Place":
        """Open it once more, as another process would, with the same troubles."""
        return Place.open(self.folder, self.trouble)

    def begin(
        self,
        document: str,
        values: Mapping[str, str] | None = None,
        settings: str = SETTINGS,
        procedure: str = "",
        incident: str = "",
    ) -> str:
        """Plan the first procedure of a document, or the one named, and open a run of it.

        `incident` is the one that wants it; "" where a person does.
        """
        file = self.folder / "town.md"
        file.write_text(document)
        (self.folder / "steadyhand.toml").write_text(settings)
        loaded = documents.load(file)
        target = resolve("lab", self.control.lab_file)
        found = loaded.runbook.procedure(procedure or loaded.runbook.procedures[0].id)
        # Each step is named: what looks like alternatives is to be done in a row here.
        every = Selection(only=tuple(step.id for step in found.steps))
        what = runs.Wanted(found.id, every, values)
        plan = runs.plan(self.control, loaded, what, target)
        return runs.start(self.control, plan, STARTER, incident)

    def drive(self, key: str) -> Wait | Finished:
        return runs.drive(self.control, key)

    def run(self, key: str) -> Run:
        return runs.state(self.control, key)

    def to_the_end(self, key: str) -> str:
        """Drive, sign whatever is asked, and say truly what was done where nobody else can."""
        for _ in range(_TURNS):
            came = runs.drive(self.control, key)
            if isinstance(came, Finished):
                return came.outcome
            run = self.run(key)
            if run.question is not None:
                self.sign(key)
            elif (call := in_doubt(run)) is not None:
                self.asked.append(call.shown)
                doubt = self._truth(run, call)
                said = self._said(call) if doubt is Doubt.DONE and call.heard else None
                by_hand.settle_doubt(self.control, key, doubt, "ben", said)
            else:
                raise AssertionError(f"it waits, and asks nothing: {came.why}")
        raise AssertionError("it asks for ever")

    def declined(self, key: str, which: int) -> str:
        """Drive to the question of that number and say no to it; the outcome."""
        for _ in range(_TURNS):
            came = runs.drive(self.control, key)
            if isinstance(came, Finished):
                return came.outcome
            which -= 1
            if which == 0:
                runs.decline(self.control, key, "ben", "not now")
            else:
                self.sign(key)
        raise AssertionError("it asks for ever")

    def sign(self, key: str) -> None:
        question = self.run(key).question
        assert question is not None
        for name in missing(question):
            runs.approve(self.control, key, name, claimed=True)

    def _truth(self, run: Run, call: CallState) -> Doubt:
        """Look into the account, as a person would: was this one done, besides those answered."""
        done = sum(deed.argv == call.argv for deed in self.account.deeds)
        every = (one for calls in run.calls.values() for one in calls)
        answered = sum(one.argv == call.argv and one.exit_code == 0 for one in every)
        return Doubt.DONE if done > answered else Doubt.NOT_DONE

    def _said(self, call: CallState) -> str:
        """Look up what was answered when it was last done: a console would show it."""
        answer = [deed.said for deed in self.account.deeds if deed.argv == call.argv][-1]
        return printed(call.argv, answer)

    def close(self) -> None:
        for key, _ in self.control.journal.keys("run"):
            self.control.performer.close(key)
        self.control.close()


def missing(question: Question) -> list[str]:
    """Name those who still have to sign."""
    signers = SIGNERS if question.starter_may else SIGNERS[:2]
    left = [name for name in signers if name not in question.signed_by]
    return left[: question.count - len(question.signed_by)]


def in_doubt(run: Run) -> CallState | None:
    every = (call for calls in run.calls.values() for call in calls)
    return next((call for call in every if call.open and call.doubt is Doubt.UNKNOWN), None)


def contract(file: Path) -> None:
    """Say of the town what a lab says of itself; nothing listens at these addresses."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    nowhere = "http://127.0.0.1:1"
    aws = {"region": "us-east-1", "account": "123456789012", "endpoint": nowhere}
    said = {"aws": aws, "system": {"folder": ""}, "factor": 600.0, "pid": 1}
    file.write_text(json.dumps({**said, **dict.fromkeys(("control", "webhook", "url"), nowhere)}))
