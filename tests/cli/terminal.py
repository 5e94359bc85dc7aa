"""Commands as a person gives them, in this process: words in, exit code and what is printed out."""

from collections.abc import Callable, Mapping, Sequence
from io import UnsupportedOperation
from pathlib import Path

import pytest

from steadyhand.app.control import Control
from steadyhand.app.oncall import duties
from steadyhand.app.responding import learning
from steadyhand.app.running import changes
from steadyhand.cli.program import run_program
from steadyhand.engine.clock import Clock, SystemClock
from steadyhand.engine.drive import Kind
from steadyhand.model.change import state as change
from steadyhand.model.duty import state as duty
from steadyhand.model.incident import review
from steadyhand.model.incident import state as incident
from steadyhand.model.next import Wait
from tests.run.shop import Plane, Shop

Said = tuple[int, str, str]


class Keyboard:
    """A terminal's keyboard: what is typed, line by line, and what happens just before a line."""

    def __init__(self, typed: Sequence[str], before: Mapping[int, Callable[[], None]]) -> None:
        self._typed = list(enumerate(typed))
        self._before = before

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise UnsupportedOperation("it is no file")

    def readline(self) -> str:
        if not self._typed:
            raise KeyboardInterrupt
        number, line = self._typed.pop(0)
        self._before.get(number, lambda: None)()
        print(line)  # as a terminal shows it
        return line + "\n"


class Person:
    """Someone in a folder with a document and a shop, at a terminal; without a keyboard at first.

    What they type is to be read off the screen as the questions are.
    """

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.shop = Shop()
        self.clock: Clock = SystemClock()
        self._folder = folder
        self._capsys = capsys

    def types(
        self, typed: Sequence[str], *words: str, before: Mapping[int, Callable[[], None]] = {}
    ) -> Said:
        """Give a command and answer what it asks, each with a line; interrupt it after the last."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", Keyboard(typed, before))
            return self(*words)

    def __call__(self, *words: str) -> Said:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self._folder)
            patch.setattr("sys.argv", ["steadyhand", *words])
            code = run_program(self.build)
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def plan(self, *words: str) -> Said:
        return self("plan", "shop.md", "Roll back", "--target", "lab", *words)

    def goes_through(self, *words: str) -> str:
        """Begin a run, sign what it asks once, and go on to its end; its id."""
        code, out, err = self(*words)
        assert code == 3, err
        key = next(line[4:] for line in out.splitlines() if line.startswith("run 2"))
        assert self("approve", key, "--yes")[0] == 0
        code, out, err = self("resume", key)
        assert (code, f"completed: run {key}" in out) == (0, True), err
        return key

    def build(self, state: Path, _journal_url: str = "") -> Control:
        state = state.absolute()
        state.mkdir(exist_ok=True)
        plane = Plane.open(state, self.shop)
        plane.engine.clock = self.clock
        control = Control(
            state,
            plane.engine.journal,
            plane.engine,
            self.clock,
            plane.performer,
            self._look,
            self._folder / "lab.json",
            plane.close,
        )
        for kind in (
            Kind("duty", duty.evolve, duty.decide, duties.doer(control)),
            Kind("change", change.evolve, change.decide, changes.doer(control)),
            Kind("review", review.evolve, review.decide, learning.doer(control)),
            Kind("incident", incident.evolve, lambda *_: Wait(None, ""), lambda *_: None),
        ):
            plane.engine.learn(kind)
        return control

    def _look(self, _target: object) -> Shop:
        return self.shop
