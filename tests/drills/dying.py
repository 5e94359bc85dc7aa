"""A control plane that is killed (SIGKILL, by itself) right before or after one of its events.

Usage: python -m tests.drills.dying STATE LAB_JSON DOCUMENT CONFIG EVENT before|after [WORD]
The event is the first of that name whose body holds WORD, or `#N`: event number N of the run.
Prints the run's id first.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from steadyhand.app.runbooks import documents
from steadyhand.app.running import runs
from steadyhand.app.targets import resolve
from steadyhand.engine.drive import Turn
from steadyhand.main import build
from steadyhand.model import canonical
from steadyhand.model.next import Finished
from steadyhand.plan.make import Selection


def die_at(event: str, when: str, word: str) -> None:
    """Arm the turns."""
    turn: Any = Turn
    append = Turn.append

    def dying(self: Turn, body: object, *rest: Any, **more: Any) -> None:
        named = type(body).__name__ == event and word in canonical.dumps(body)
        meant = named or event == f"#{self.seq + 1}"
        if meant and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        append(self, body, *rest, **more)
        if meant and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    turn.append = dying


def main() -> None:
    state, lab, document, config, event, when, word = (*sys.argv[1:], "")[:7]
    os.environ["STEADYHAND_LAB"] = lab
    control = build(Path(state))
    loaded = documents.load(Path(document), Path(config))
    target = resolve("lab", control.lab_file)
    wanted = runs.Wanted("1. API", Selection("Rollback procedure"))
    plan = runs.plan(control, loaded, wanted, target)
    key = runs.start(control, plan, "ada")
    print(key, flush=True)
    die_at(event, when, word)
    while not isinstance(runs.drive(control, key), Finished):
        runs.approve(control, key, "ada", claimed=True)


if __name__ == "__main__":
    main()
