"""A lab in, run until it is told to end; an exit code and one line why, out."""

import json
import threading

from steadyhand.lab.cache.room import CacheFailed
from steadyhand.lab.checkouts import CheckoutFailed
from steadyhand.lab.control import Control
from steadyhand.lab.lab import Lab
from steadyhand.lab.live import LabFailed
from steadyhand.lab.outside import OutsideFailed
from steadyhand.lab.rds.installation import PostgresFailed
from steadyhand.lab.state import StateFolder

OK, FAILED = 0, 1


def run(lab: Lab, state: StateFolder, ending: threading.Event) -> tuple[int, str]:
    """Bring it up, say where it is, and end it when `ending` is set."""
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
