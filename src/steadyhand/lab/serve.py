"""Systems and options in, a lab until it is told to end; then an exit code and one line why."""

import json
import logging
import os
import signal
import threading
import time

from steadyhand.lab.cache.room import CacheFailed
from steadyhand.lab.checkouts import CheckoutFailed
from steadyhand.lab.control import Control
from steadyhand.lab.lab import Lab
from steadyhand.lab.live import LabFailed, Options
from steadyhand.lab.outside import OutsideFailed
from steadyhand.lab.rds.installation import PostgresFailed
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
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ending.set())
    if die_with_parent:
        threading.Thread(target=_follow, args=(parent, ending), daemon=True).start()
    wanted = [SYSTEMS[name] for name in dict.fromkeys(systems or SYSTEMS)]
    lab = Lab(wanted, options, state)
    return _run(lab, state, ending)


def _run(lab: Lab, state: StateFolder, ending: threading.Event) -> tuple[int, str]:
    control = Control(lab, ending.set)
    # An end that is asked for while it starts ends the start.
    threading.Thread(target=_pass_on, args=(ending, lab.ending), daemon=True).start()
    try:
        lab.start()
        control.start()
        contract = lab.directory.contract(control.url)
        state.announce(contract)
        print(json.dumps(contract), flush=True)
        ending.wait()
        control.stop()
        return OK, ""
    except (
        LabFailed,
        PostgresFailed,
        CacheFailed,
        OutsideFailed,
        CheckoutFailed,
        OSError,
    ) as error:
        if ending.is_set():
            return OK, ""
        return FAILED, str(error)
    finally:
        state.withdraw()
        lab.stop()


def _pass_on(ending: threading.Event, to: threading.Event) -> None:
    ending.wait()
    to.set()


def _follow(parent: int, ending: threading.Event) -> None:
    """End when the process that started this one ends: its children get another parent."""
    while os.getppid() == parent:
        time.sleep(0.2)
    ending.set()
