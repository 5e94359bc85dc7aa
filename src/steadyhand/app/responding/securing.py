"""A security alert in; what may be evidence, read at once and kept in the journal, out.

Logs run out and can be changed; the journal's outputs are in its audit chain. What cannot be read
is named with the reason, never left out. Reads only, through the world.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from msgspec import Struct

from steadyhand.app.responding.incident_list import EVIDENCE
from steadyhand.model.incident.measure import Kept, Measure
from steadyhand.store.journal import Output
from steadyhand.world.door import Answer, Call, Lost, Refused, World, ask

_SECONDS = 60.0  # for one read
_LINES = 1000  # of one log, at most
_TRAIL = 200  # events of the account's trail, at most
_FINEST = 15  # seconds; a slice that is no longer is not cut in two


class _Slice(Struct, frozen=True):
    """A stretch of time in seconds since 1970, without its end."""

    begins: int
    ends: int

    def away(self, onset: int) -> tuple[int, int]:
        """Give how far from the onset it begins to be, and how far it goes, in seconds."""
        near, far = sorted((abs(onset - self.begins), abs(self.ends - onset)))
        return near, far

    def halves(self, onset: int) -> tuple["_Slice", "_Slice"]:
        """Cut it at the onset where that lies within, else in the middle."""
        within = self.begins < onset < self.ends
        at = onset if within else (self.begins + self.ends) // 2
        return _Slice(self.begins, at), _Slice(at, self.ends)

    def __str__(self) -> str:
        return f"{_shown(self.begins)}-{_shown(self.ends)}"


class _Source(Struct, frozen=True):
    """What is read slice by slice: `most` entries at most, which an answer has under `entries`."""

    what: str
    most: int
    entries: str
    argv: Callable[[_Slice, int], tuple[str, ...]]


def gathered(
    world: World, measure: Measure, since: datetime, onset: datetime, until: datetime
) -> tuple[tuple[Kept, ...], list[Output]]:
    """Read all that is to be kept: what was read, and its text as outputs 1, 2, 3 …

    Where there is more than is kept, it is what lies nearest to the onset, and that is said.
    """
    kept: list[Kept] = []
    outputs: list[Output] = []
    whole = _Slice(int(since.timestamp()), int(until.timestamp()) + 1)
    for source in _sources(measure):
        for one, body in _nearest(world, source, whole, int(onset.timestamp())):
            kept.append(one)
            if not one.why:
                outputs.append(Output(EVIDENCE, len(kept), "stdout", body))
    return tuple(kept), outputs


def _nearest(
    world: World, source: _Source, whole: _Slice, onset: int
) -> Iterator[tuple[Kept, bytes]]:
    """Read the whole, or where it is too much, ever smaller slices of it, the nearest ones first.

    An answer that is cut begins with its oldest entries, or its newest, wherever the onset lies:
    so that one is not kept, but its halves are asked for. No slice takes more than half of what
    may still be kept while others wait: what came before the onset counts as what came after it.
    """
    left, waiting = source.most, [whole]
    while waiting and left:
        waiting.sort(key=lambda one: one.away(onset))
        part = waiting.pop(0)
        argv = source.argv(part, left // 2 if waiting and left > source.most // 4 else left)
        what = source.what if part == whole else f"{source.what}, {part}"
        answer, why = _answer(world, argv)
        if answer is None:
            yield Kept(what, " ".join(argv), why=why), b""
            continue
        count, cut = _counted(answer.text, source.entries)
        if cut and count and part.ends - part.begins > _FINEST:
            waiting += part.halves(onset)
            continue
        left -= count
        body = answer.text.encode()
        digest = hashlib.sha256(body).hexdigest()
        yield Kept(what, " ".join(argv), len(body), digest, cut=cut), body
    for part in _joined(waiting, onset):
        why = f"the {source.most} nearest to {_shown(onset)} are kept"
        shown = " ".join(source.argv(part, source.most))
        yield Kept(f"{source.what}, {part}", shown, why=why), b""


def _answer(world: World, argv: tuple[str, ...]) -> tuple[Answer | None, str]:
    """Ask once; None with the reason where it was not answered."""
    try:
        answer = ask(world, Call(argv, timeout=_SECONDS))
    except (Refused, Lost) as error:
        return None, str(error)
    if not answer.exit_code:
        return answer, ""
    said = answer.stderr.decode(errors="replace").strip().splitlines()
    return None, said[-1] if said else f"exit code {answer.exit_code}"


def _counted(text: str, entries: str) -> tuple[int, str]:
    """Count the entries of an answer; says besides that there are more, "" where these are all."""
    try:
        read = json.loads(text)
        count, more = len(read[entries]), bool(read.get("NextToken"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return 0, "it cannot be told whether that is all"
    return count, f"cut: there are more than these {count}" if more else ""


def _joined(parts: list[_Slice], onset: int) -> Iterator[_Slice]:
    """Join the slices before the onset, and those after it: each have no gap between them."""
    before = [one for one in parts if one.ends <= onset]
    after = [one for one in parts if one.ends > onset]
    for side in filter(None, (before, after)):
        yield _Slice(min(one.begins for one in side), max(one.ends for one in side))


def _sources(measure: Measure) -> Iterator[_Source]:
    for group in measure.log_groups:
        yield _Source(f"log {group}", _LINES, "events", _log_of(group))
    yield _Source("what was done in the account", _TRAIL, "Events", _trail)


def _log_of(group: str) -> Callable[[_Slice, int], tuple[str, ...]]:
    def argv(part: _Slice, most: int) -> tuple[str, ...]:
        return (
            "aws", "logs", "filter-log-events", "--log-group-name", group,
            "--start-time", str(part.begins * 1000), "--end-time", str(part.ends * 1000 - 1),
            "--max-items", str(most), "--output", "json",
        )  # fmt: skip

    return argv


def _trail(part: _Slice, most: int) -> tuple[str, ...]:
    day = "%Y-%m-%dT%H:%M:%SZ"
    first, last = (datetime.fromtimestamp(at, UTC) for at in (part.begins, part.ends - 1))
    return (
        "aws", "cloudtrail", "lookup-events", "--start-time", first.strftime(day),
        "--end-time", last.strftime(day), "--max-items", str(most), "--output", "json",
    )  # fmt: skip


def _shown(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"
