"""What incidents want at each look, in; what has been wanted for too long, out. Pure.

The audit of the escalation: whatever drives incidents, a page that is wanted and does not come is
seen here, because `decide` is asked once more by somebody who does nothing himself.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.model.incident.conduct import EveryonePaged
from steadyhand.model.incident.state import Incident
from steadyhand.model.next import Finished, Wait
from steadyhand.respond.decide import AwaitRun, LookAgain, Page, decide

_PATIENCE = 120.0  # seconds for what is more work than telling somebody: reading evidence


class Want(Struct, frozen=True):
    """What one incident wants done now; `urgent` is telling a person."""

    what: str
    urgent: bool


def wanted(incident: Incident, now: datetime) -> Want | None:
    """Name the one thing that should be done now; None where waiting is right."""
    match decide(incident, now):
        case Wait() | Finished() | AwaitRun() | LookAgain():
            return None
        case Page(EveryonePaged()):
            return Want("everybody is to be told", True)
        case Page(event) if not isinstance(event, EveryonePaged):
            return Want(f"{event.level} ({event.contact}) is to be told", True)
        case intent:
            return Want(f"{type(intent).__name__} is to be done", False)


Seen = Mapping[str, tuple[Want, datetime]]  # by incident: what it wants, and since when


def look(before: Seen, wants: Mapping[str, Want | None], now: datetime) -> Seen:
    """Remember since when each incident has wanted the same thing."""
    found = {}
    for key, want in wants.items():
        if want is not None:
            known = before.get(key)
            found[key] = known if known is not None and known[0] == want else (want, now)
    return found


def overdue(seen: Seen, now: datetime, grace: timedelta) -> list[str]:
    """Say which incidents have wanted something for longer than it may take."""
    patience = max(grace, timedelta(seconds=_PATIENCE))
    return [
        f"incident {key}: {want.what}, for {(now - since).total_seconds():.0f} s now"
        for key, (want, since) in seen.items()
        if now - since > (grace if want.urgent else patience)
    ]
