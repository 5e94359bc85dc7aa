"""What somebody did to a durable thing in, its event in the journal out, whoever else writes."""

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.model.events import IllegalEvent
from steadyhand.store.journal import Conflict

_TRIES = 20


def append(control: Control, kind: str, key: str, event: object) -> None:
    """Append an event, against the state as it is then. Raises Problem where it is not legal."""
    for _ in range(_TRIES):
        try:
            control.engine.turn(kind, key).append(event)
        except IllegalEvent as error:
            raise Problem(f"{kind} {key}: {error}") from None
        except Conflict:
            continue  # somebody else has just written, too: look again
        return
    raise Problem(f"{kind} {key}: others write all the time; try again", 1)
