"""A call that takes a terminal in; whether it is hosted, and each line typed in it journaled, out.

A line is in the journal before the program gets it. What destroys something is asked once more at
the keyboard. Reads no keyboard itself.
"""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass

from steadyhand.actions import classify
from steadyhand.actions.local.prompts import SCREENS
from steadyhand.actions.typed import Typed, classify_typed
from steadyhand.engine.drive import Turn
from steadyhand.model.document.shell import fits
from steadyhand.model.effect import Effect
from steadyhand.model.run.events import LineTyped
from steadyhand.model.run.plan import PlannedStep
from steadyhand.model.run.state import Run
from steadyhand.world.door import Hosted

NO_TERMINAL = (
    "{0} takes a terminal, and nobody is at one here: `steadyhand resume RUN` at a terminal"
)


def takes_terminal(planned: PlannedStep, argv: tuple[str, ...], run: Run, stdin: int) -> bool:
    """Tell whether a person is to type: the plan shows such a command, and nothing feeds it.

    What only shows something is looked at without one; what draws on the whole screen is not
    hosted.
    """
    if argv[0].rpartition("/")[2] in SCREENS or not nobody_feeds(stdin):
        return False
    for command in planned.step.commands:
        if command.words and fits(command, argv, run.values):
            found = classify(command)
            return found.interactive and found.effect > Effect.READ
    return False


def nobody_feeds(file: int) -> bool:
    """Tell whether a program's input is /dev/null."""
    there = os.fstat(file)
    return stat.S_ISCHR(there.st_mode) and there.st_rdev == os.stat(os.devnull).st_rdev


@dataclass
class Sitting:
    """One hosted call. Its lines come from one thread, one after the other."""

    turn: Turn
    step: str
    number: int
    argv: tuple[str, ...]
    _held: str = ""

    def at(self, keyboard: int) -> Hosted:
        return Hosted(keyboard, self._typed)

    def _typed(self, line: str, confirm: Callable[[str], bool]) -> str:
        """Judge a line and write it down; why it is not sent, or ""."""
        found = classify_typed(self.argv, self._held, line)
        why = found.refused or self._withheld(found, confirm)
        effect, reason = found.classified.effect, found.classified.reason
        self.turn.append(LineTyped(self.step, self.number, line, effect, reason, why))
        if not why:
            self._held = found.held
        return why

    def _withheld(self, found: Typed, confirm: Callable[[str], bool]) -> str:
        known = not found.classified.reason.startswith("unknown")
        if found.classified.effect < Effect.DESTROY or not known:
            return ""
        return "" if confirm(f"destroy: {found.classified.reason}.") else "it was not confirmed"
