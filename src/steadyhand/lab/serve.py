"""Systems and options in, a lab until it is told to end; then an exit code and one line why.

Imports little: the processes that take their time to be ready are begun before the lab is imported.
"""

import logging
import os
import signal
import threading
import time

from steadyhand.lab.ecs.tasks import PYTHON
from steadyhand.lab.ending import set_by
from steadyhand.lab.options import Options
from steadyhand.lab.processes import Processes, sweep
from steadyhand.lab.state import AlreadyUp, StateError, StateFolder
from steadyhand.lab.systems import SYSTEMS

OK, FAILED, USAGE, ALREADY_UP = 0, 1, 2, 3


def serve(
    systems: tuple[str, ...], options: Options, state: StateFolder, die_with_parent: bool
) -> tuple[int, str]:
    """Hold the folder, run the lab in this process, and return when it has ended."""
    for name in systems:
        if name not in SYSTEMS:
            return USAGE, f"there is no system {name}; there is {', '.join(SYSTEMS)}"
    parent = os.getppid()
    try:
        state.hold()
    except AlreadyUp as error:
        return ALREADY_UP, str(error)
    except StateError as error:
        return FAILED, str(error)
    logging.basicConfig(filename=state.log, filemode="w", level=logging.WARNING)
    ending = threading.Event()
    set_by(ending, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    if die_with_parent:
        threading.Thread(target=_follow, args=(parent, ending), daemon=True).start()
    sweep(state.processes)
    processes = Processes(state.processes)
    processes.warm_up(PYTHON)
    # Imported here: that takes seconds, in which others get ready.
    from steadyhand.lab.rds import ahead

    template = ahead.begin(state.folder, processes, options.fresh)
    from steadyhand.lab.lab import Lab
    from steadyhand.lab.serving import run

    template.join()
    wanted = [SYSTEMS[name] for name in dict.fromkeys(systems or SYSTEMS)]
    return run(Lab(wanted, options, state, processes), state, ending)


def _follow(parent: int, ending: threading.Event) -> None:
    """End when the process that started this one ends: its children get another parent."""
    while os.getppid() == parent:
        time.sleep(0.2)
    ending.set()
