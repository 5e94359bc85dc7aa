"""Documents in, one service out that watches, responds, runs and delivers for all of them.

Every document has a desk; the operator has the loops, the vigil looks at them.
"""

import threading
from _thread import start_new_thread
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.sources import read_all
from steadyhand.app.serving.loops import undisturbed
from steadyhand.app.serving.operate import Operator
from steadyhand.app.serving.vigil import Vigil
from steadyhand.app.targets import read_lab, resolve
from steadyhand.app.watching.desk import Desk
from steadyhand.engine.clock import SteadyClock
from steadyhand.model.incident.notice import Notice


class Wanted(Struct, frozen=True):
    """What is to be served: files and folders, on a target of their own where none is named."""

    paths: Sequence[Path]
    target: str = ""
    config: Path | None = None


def desks(control: Control, wanted: Wanted) -> tuple[list[Desk], list[str]]:
    """Make a desk for each document, and say which of a folder's are left out, and why.

    Raises Problem for what cannot be read, has no target, or is there twice under one name.
    """
    found, problems = read_all(wanted.paths, wanted.config)
    if problems:
        raise problems[0]
    made: list[Desk] = []
    left: list[str] = []
    for read in found:
        loaded = documents.loaded(read)
        inside = read.path not in wanted.paths
        if inside and not loaded.runbook.procedures and not loaded.runbook.facts.alarms:
            left.append(f"{read.path}: left out: it has no procedure and no alarm")
            continue
        try:
            target = resolve(wanted.target or loaded.settings.target, control.lab_file)
        except Problem as problem:
            raise Problem(f"{read.path}: {problem}", problem.code) from None
        hooks = read_lab(control.lab_file).webhook if target.is_lab else ""
        made.append(Desk(control, loaded, target, documents.system_of(read.path), hooks))
    seen: dict[str, str] = {}
    for desk in made:
        other = seen.setdefault(desk.system, desk.loaded.runbook.path)
        if other != desk.loaded.runbook.path:
            raise Problem(
                f"{desk.loaded.runbook.path} and {other} would both be the system"
                f" “{desk.system}”; rename one of the files"
            )
    if not made:
        raise Problem("there is no document to serve")
    return made, left


@dataclass
class Service:
    """One process that serves. `say` gets what a person must know, `notice` the terminal's."""

    control: Control
    desks: Sequence[Desk]
    say: Callable[[str], None]
    notice: Callable[[Notice], None]
    _over: threading.Event = field(default_factory=threading.Event)
    _said: str = ""

    def __post_init__(self) -> None:
        self.say = undisturbed(self.say)
        self.operator = Operator(
            self.control, self.desks, self.notice, trouble=self._trouble, recurring=True
        )
        self.vigil = Vigil(self.operator, self.say)

    def _trouble(self, text: str) -> None:
        """Say what goes wrong, once for as long as it is the same."""
        if text != self._said:
            self._said = text
            self.say(f"ERROR: {text}")

    def start(self) -> None:
        """Begin no earlier than the journal ends: a clock set back would forget deadlines."""
        clock = self.control.clock
        _position, last = self.control.journal.last()
        if isinstance(clock, SteadyClock) and last is not None:
            clock.not_before(last)
            if clock.jumped:
                self.say(f"the machine's clock is {-clock.jumped:.0f} s behind the journal")
        self.operator.start()

    def run(self, seconds: float = 0.0) -> None:
        """Serve until `end`, or for so many seconds. Raises what nothing can go on without."""
        left = seconds or float("inf")
        while left > 0 and not self._over.is_set():
            try:
                self.vigil.once()
            except Exception as error:  # whatever is wrong with the audit, the work goes on
                said = f"the audit itself failed: {type(error).__name__}: {error}"
                self.vigil.reasons = (said,)
                self._trouble(said)
            pause = min(self.vigil.pause, left)
            self._over.wait(pause)
            self.operator.wait(0)
            left -= pause

    @property
    def over(self) -> bool:
        """Tell whether it is ending: whoever streams something stops."""
        return self._over.is_set()

    def end(self) -> None:
        """Have `run` return. May be called from a signal.

        That interrupts the main thread wherever it is, perhaps with the event's lock in its hand:
        so another thread sets it.
        """
        start_new_thread(self._over.set, ())

    def close(self) -> None:
        """End what is being done, deliver what is to be said, let go of every lease."""
        self._over.set()
        self.operator.stop()
