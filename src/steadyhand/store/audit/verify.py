"""Every link recomputed and every head compared: what is wrong with a journal, entry by entry.

Reads in one snapshot and writes nothing. Knows rows, not what an event means.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from steadyhand.store.audit import chain
from steadyhand.store.audit.chain import EVENT, LINK, Chain, Link, Unkeyed
from steadyhand.store.audit.head import Anchor, BadHead, Head
from steadyhand.store.database import Connection


class Fault(Struct, frozen=True):
    """One thing that is wrong. `number` is the entry's in the chain; None where it is in none."""

    number: int | None
    entry: str  # "position 7, run r1, event 4"; "" where it is not about one entry
    what: str


class Verdict(Struct, frozen=True):
    """What a journal was found to be. `faults` are in the journal's order, heads last."""

    chained: int
    before: int  # events written by an older version, before the chain began
    heads: int  # that were read and lie on the chain
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


@dataclass
class _Found:
    """The faults found so far, with the position up to which the chain had been read by then."""

    faults: list[tuple[int, Fault]] = field(default_factory=list)
    reached: int = 0

    def reach(self, position: object) -> None:
        # What somebody put into a row need not be a number.
        self.reached = max(self.reached, position) if isinstance(position, int) else self.reached

    def say(self, number: int | None, entry: str, what: str) -> None:
        self.faults.append((self.reached, Fault(number, entry, what)))


def verify(audited: Chain, also: Sequence[Anchor] = ()) -> Verdict:
    """Recompute a journal's chain and compare its heads, and `also` the copies kept elsewhere.

    Raises Unkeyed when there are links and no key.
    """
    anchors = (*audited.anchors, *also)
    key = audited.key()
    # Before the journal: what is appended meanwhile may put the journal ahead, never a head.
    heads = [(anchor, read_head(anchor, key)) for anchor in anchors]
    with audited.database.as_it_lies() as connection:
        last = chain.last_link(connection)
        count = connection.scalar("SELECT count(*) FROM events")
        if last is None:
            return _without_links(count, key, heads)
        if key is None:
            raise Unkeyed(
                f"the audit key {audited.key_file} is missing: nothing can be verified without it"
            )
        found = _Found()
        before = _walk(connection, key, found)
        _around(connection, last, before, found)
        ordered = [fault for _, fault in sorted(found.faults, key=lambda pair: pair[0])]
        notes: list[str] = []
        good = 0
        for anchor, head in heads:
            wrong = _compare(connection, anchor, head, last, notes)
            good += not wrong
            ordered += wrong
        old = _count_before(connection, before)
        return Verdict(last.number, old, good, tuple(ordered), tuple(notes))


def read_head(anchor: Anchor, key: bytes | None) -> Head | str:
    """Read a head, or say why not."""
    try:
        return anchor.read(key or b"")
    except BadHead as error:
        return str(error)


def _without_links(
    count: int, key: bytes | None, heads: Sequence[tuple[Anchor, Head | str]]
) -> Verdict:
    faults = []
    for anchor, head in heads:
        if isinstance(head, Head) and head.count:
            said = f"it is gone, and all {head.count} entries that the head {anchor.path} counts"
            faults.append(Fault(1, "", f"{said}; or it is another journal"))
        elif isinstance(head, str) and anchor.path.exists():
            faults.append(Fault(None, "", head))
    if not faults and key is not None and count:
        faults.append(Fault(0, "", "there is a key, and every link of the chain is gone"))
    if not faults and count:
        said = "this journal has no chain: an older version wrote it, or somebody removed the chain"
        faults.append(Fault(None, "", f"{said}; one begins with the next event"))
    return Verdict(0, count, 0, tuple(faults), ())


def _walk(connection: Connection, key: bytes, found: _Found) -> Link | None:
    """Recompute every link in order. Gives the chain's beginning, or None where it is gone."""
    columns = [f"links.{name}" for name in LINK] + [f"events.{name}" for name in EVENT]
    query = (
        f"SELECT {', '.join(columns)} FROM links"
        " LEFT JOIN events ON links.position = events.position ORDER BY links.number"
    )
    beginning: Link | None = None
    previous: Link | None = None
    after = "the beginning"
    for row in connection.stream(query):
        link, event = Link(*row[:5]), row[5:]
        found.reach(link.position)
        number = previous.number + 1 if previous else 0
        if link.number != number:
            rest = f", and all up to entry {link.number - 1}" if link.number > number + 1 else ""
            found.say(number, "", f"it is gone with its link{rest}; it came after {after}")
        elif previous is None:
            beginning = link
            _check_beginning(connection, key, link, found)
        elif event[0] is None:
            entry = f"position {_shown(link.position)}"
            found.say(number, entry, f"it is gone, and its link is not; it came after {after}")
        else:
            _check(connection, key, previous, link, event, found)
        previous = link
        after = _named(event) if event[0] is not None and link.number else after
    return beginning


def _check_beginning(connection: Connection, key: bytes, link: Link, found: _Found) -> None:
    there = chain.digest(chain.lines_before(connection, link.position, link.outputs))
    expected = chain.first_link(key, link.position, link.outputs, link.printed)
    if expected.link != link.link:
        what = "the chain's beginning was not made with this key: it was rewritten, or the key is"
        found.say(0, "", f"{what} another one")
    elif there != link.printed:
        what = "what an older version had written was changed after the chain began"
        found.say(0, f"positions 1 to {link.position}", what)


def _check(
    connection: Connection, key: bytes, previous: Link, link: Link, event: Any, found: _Found
) -> None:
    expected = chain.next_link(
        key, previous.link, link.number, event, link.outputs, link.printed
    ).link
    if expected != link.link:
        what = (
            "the event, its link or its place was changed: the link is not the one of its content"
        )
    elif (
        chain.digest(chain.printed_between(connection, previous.outputs, link.outputs))
        != link.printed
    ):
        what = "what it printed was changed"
    else:
        return
    found.say(link.number, _named(event), what)


def _around(connection: Connection, last: Link, beginning: Link | None, found: _Found) -> None:
    """Find what is in the journal and in no link."""
    start = beginning.position if beginning else 0
    query = (
        f"SELECT {', '.join(f'events.{name}' for name in EVENT)} FROM events LEFT JOIN links"
        " ON links.position = events.position AND links.number > 0"
        " WHERE events.position > :start AND links.number IS NULL ORDER BY events.position"
    )
    for event in connection.stream(query, {"start": start}):
        what = "it has no link: it was put in past this program (or by an older version of it), or"
        what += " its link was dropped"
        found.faults.append((event[0], Fault(None, _named(event), what)))
    query = (
        "SELECT position, run, step FROM outputs WHERE position > :last ORDER BY position LIMIT 1"
    )
    if beyond := connection.first(query, {"last": last.outputs}):
        position, run, step = beyond
        entry = f"output {position}, run {_shown(run)}, step {_shown(step)}"
        found.faults.append((sys.maxsize, Fault(None, entry, "no event printed it: it was put in")))


def _compare(
    connection: Connection, anchor: Anchor, head: Head | str, last: Link, notes: list[str]
) -> list[Fault]:
    """Hold a head against the chain."""
    if isinstance(head, str):
        return [Fault(None, "", head)]
    if head.count > last.number:
        gone = f"it is gone, and all up to entry {head.count}"
        said = f"the head {anchor.path} counts {head.count} entries, the journal has {last.number}"
        return [Fault(last.number + 1, "", f"{gone}: {said}")]
    if chain.link_of(connection, head.count) != head.link:
        said = f"its link is not the one that the head {anchor.path} was written for"
        return [Fault(head.count, "", f"{said}: it is another journal")]
    if behind := last.number - head.count:
        why = "written before a crash, or right now, or the head is an older copy"
        notes.append(f"the head {anchor.path} is behind by {behind}: {why}")
    return []


def _count_before(connection: Connection, beginning: Link | None) -> int:
    position = beginning.position if beginning else 0
    query = "SELECT count(*) FROM events WHERE position <= :upto"
    count: int = connection.scalar(query, {"upto": position})
    return count


def _named(event: Sequence[Any]) -> str:
    position, kind, key, seq = event[:4]
    return f"position {position}, {_shown(kind)} {_shown(key)}, event {_shown(seq)}"


def _shown(value: object) -> str:
    """Write what somebody may have put in so that a terminal takes no harm."""
    text = str(value)
    return text if text.isprintable() else ascii(text)
