"""Incidents, as people look at them: lists, one of them, its timeline, its notices, its evidence.

Leads nothing (incidents.py does), and reads no document: a list is there at once.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from msgspec import Struct

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.model.events import Recorded
from steadyhand.model.incident.events import ENDS
from steadyhand.model.incident.state import Incident
from steadyhand.store import outbox
from steadyhand.store.outbox import Sent

PAGE = 100  # incidents that are read at once where some of them are left out
EVIDENCE = "evidence"  # what the outputs of a security alert's evidence go by in the journal


def find(control: Control, key: str) -> Incident:
    """Read an incident. Raises Problem when there is none of that name."""
    incident: Incident | None = control.engine.turn("incident", key).state
    if incident is None:
        raise Problem(f"there is no incident {key}; `steadyhand incidents list` shows them")
    return incident


class Listed(Struct, frozen=True):
    key: str
    opened: datetime
    incident: Incident


def listed(control: Control, open_only: bool = False, last: int = 0) -> list[Listed]:
    """List incidents, oldest first: all, or the newest of them."""
    if last:
        found = newest_first(control, PAGE if open_only else last, unfinished=open_only)
        wanted = (one for one in found if one.incident.open or not open_only)
        return list(islice(wanted, last))[::-1]
    journal = control.journal
    keys = journal.unfinished("incident", *ENDS) if open_only else journal.keys("incident")
    return [one for one in _all(control, keys) if one.incident.open or not open_only]


def newest_first(
    control: Control, page: int, before: str = "", unfinished: bool = False
) -> Iterator[Listed]:
    """Give incidents, the newest first, or those older than one, read a page at a time.

    With `unfinished`, only those that are not reviewed: nothing is read of the others. Raises
    Problem where there is none to begin before.
    """
    if before:
        find(control, before)
    ends = ENDS if unfinished else ()
    while found := control.journal.newest("incident", page, before, *ends):
        yield from _all(control, found)
        before = found[-1][0]


def _all(control: Control, keys: Sequence[tuple[str, datetime]]) -> Iterator[Listed]:
    begun = dict(keys)
    for key, state in control.engine.states("incident", tuple(begun)):
        yield Listed(key, begun[key], state)


def one(control: Control, key: str) -> Listed:
    """Give one incident as the list has it. Raises Problem."""
    incident = find(control, key)
    return Listed(key, incident.opened.at, incident)


def timeline(control: Control, key: str) -> list[Recorded]:
    """Give every event of an incident, in order."""
    find(control, key)
    return control.journal.read("incident", key)


def notices(control: Control, key: str) -> list[Sent]:
    """Give every notice of an incident with what became of it."""
    find(control, key)
    return outbox.of(control.journal.database, key)


def evidence(control: Control, key: str, number: int) -> bytes:
    """Give the text of one piece of the evidence of an incident. Raises Problem."""
    found = find(control, key).evidence
    items = found.items if found is not None else ()
    if not 0 < number <= len(items):
        raise Problem(f"there is no evidence {number} of incident {key}; it has {len(items)}")
    if why := items[number - 1].why:
        raise Problem(f"evidence {number} of incident {key} was not read: {why}")
    return b"".join(out.body for out in control.journal.printed(key, EVIDENCE, number))
