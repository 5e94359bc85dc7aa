"""Drive one durable thing: read its journal, decide, do, append, until it waits or is finished.

Knows no verb: `main` hands it what to do for each kind. May be called any number of times, by
anyone; when two drive at once, the journal lets one of them append and stops the other. What may be
lost in a crash is held, and written with what may not (docs/adr on events that are held).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from threading import Lock, RLock
from typing import Any

from msgspec import Struct

from steadyhand.engine.clock import Clock
from steadyhand.model.events import Recorded
from steadyhand.model.incident.notice import Notice
from steadyhand.model.next import Finished, Wait
from steadyhand.store.database import Unavailable
from steadyhand.store.journal import Conflict, Entry, Journal, Output, Printed


class Turn:
    """One thing being driven: its state now, and the only way to append to its journal.

    Safe from several threads, because a statement's calls reach the gate at the same time.
    """

    def __init__(
        self,
        journal: Journal,
        kind: "Kind",
        key: str,
        clock: Clock,
        listen: "Listener",
        known: tuple[Any, int] = (None, 0),
    ) -> None:
        """`known` is a state that it was in already, and the number of its last event then."""
        self.journal = journal
        self._listen = listen
        self.key = key
        self.clock = clock
        self._kind = kind
        self._lock = RLock()
        self._state, self._seq = kind.after(known, journal.read(kind.name, key, after=known[1]))
        self._held: list[Entry] = []  # appended and not yet written

    @property
    def state(self) -> Any:
        return self._state

    @property
    def seq(self) -> int:
        """The number of the last event, written or held; 0 while there is none."""
        return self._seq

    @property
    def written(self) -> int:
        """The number of the last event that is in the journal."""
        return self._seq - len(self._held)

    def now(self) -> datetime:
        return self.clock.now()

    def append(
        self,
        event: object,
        printed: Printed = (),
        notices: Sequence[Notice] = (),
        *,
        later: bool = False,
    ) -> None:
        """Check an event against the state, write it, and move on to the state after it.

        With `later` it is held, and written with the next that is not: whoever says so can do
        without it after a crash, and nothing that it stands before may be done until then. What is
        held is in `state` and nowhere else; nobody is told of it.

        Raises IllegalEvent (nothing is written) or Conflict (another driver was first).
        """
        with self._lock:
            state, before = self._kind.evolve(self._state, event), self._state
            self._held.append(Entry(event, self.clock.now(), printed, notices))
            self._state, self._seq = state, self._seq + 1
            try:
                written = [] if later else self._write()
            except BaseException:  # what was held before stays so, and this did not happen
                self._held.pop()
                self._state, self._seq = before, self._seq - 1
                raise
            self._tell(written)  # before anything later is: the order is the journal's

    def flush(self) -> None:
        """Write what is held. Raises as `append` does; it is held on then."""
        with self._lock:
            self._tell(self._write())

    def printed(self, step: str, number: int) -> Iterator[Output]:
        """Read what a call of a run printed."""
        self.flush()
        return self.journal.printed(self.key, step, number)

    def _write(self) -> list[Recorded]:
        if not self._held:
            return []
        written = self.journal.write(self._kind.name, self.key, self.written + 1, self._held)
        self._held.clear()
        return written

    def _tell(self, written: Sequence[Recorded]) -> None:
        for recorded in written:
            self._listen(recorded)


Listener = Callable[[Recorded], None]


class Kind(Struct, frozen=True):
    """A durable thing as the engine sees it. `evolve` and `decide` are pure; `do` acts.

    `do(intent, turn)` carries out one intent of `decide` and appends at least one event, or
    answers with a Wait when it found that there is nothing to do yet. `alone(id)` lets one process
    at a time do anything: an append that fails tells the one who is late, but a deed of his that is
    under way cannot be seen by whoever goes on.
    """

    name: str
    evolve: Callable[[Any, object], Any]
    decide: Callable[[Any, datetime], object]
    do: Callable[[Any, Turn], Wait | None]
    alone: Callable[[str], AbstractContextManager[bool]] = lambda _: nullcontext(True)

    def after(self, known: tuple[Any, int], news: Iterable[Recorded]) -> tuple[Any, int]:
        """Go on from a state and the number of its last event by what came after. Pure."""
        state, seq = known
        for recorded in news:
            state, seq = self.evolve(state, recorded.event), recorded.seq
        return state, seq


class Stuck(Exception):
    """A doer appended nothing: going on would repeat it for ever. A fault of ours."""


@dataclass
class _Ends:
    """Of one kind: the number of the last event of each thing, as of a position."""

    position: int | None = None
    last: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_AT_ONCE = 100  # things whose events are held in memory together
_REMEMBERED = 16_384  # states of the things looked at last


class Engine:
    """Drives things of every kind it was given."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.journal = journal
        self.clock = clock
        self.listeners: list[Listener] = []  # told of every event after it is written
        self.unheard: Callable[[BaseException], None] = lambda _: None  # told what one raises
        self._kinds: dict[str, Kind] = {}
        self._known: OrderedDict[tuple[str, str], tuple[Any, int]] = OrderedDict()
        self._lock = Lock()
        self._ends: dict[str, _Ends] = {}

    def learn(self, kind: Kind) -> None:
        """Add a kind. Once, while the program is put together."""
        self._kinds[kind.name] = kind

    @property
    def kinds(self) -> Mapping[str, Kind]:
        return self._kinds

    def turn(self, kind: str, key: str) -> Turn:
        """Load one thing, for reading its state or appending a person's word to it.

        States are values and events never change, so only what was written since the last look is
        read; the journal stays the only truth.
        """
        with self._lock:
            known = self._known.get((kind, key), (None, 0))
        turn = Turn(self.journal, self._kinds[kind], key, self.clock, self._tell, known)
        self._remember(kind, key, (turn.state, turn.seq))
        return turn

    def _remember(self, kind: str, key: str, known: tuple[Any, int]) -> None:
        with self._lock:
            self._known[kind, key] = known
            self._known.move_to_end((kind, key))
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def states(self, kind: str, keys: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Read the states of many things: only those that have gone on are read anew."""
        ends = self._ends_of(kind)
        for first in range(0, len(keys), _AT_ONCE):
            yield from self._read(kind, keys[first : first + _AT_ONCE], ends)

    def _read(
        self, kind: str, keys: Sequence[str], ends: Mapping[str, int]
    ) -> list[tuple[str, Any]]:
        """Read some states: the unknown ones with one question, those that went on one by one."""
        with self._lock:
            known = {key: self._known.get((kind, key), (None, 0)) for key in keys}
        new = [key for key in keys if known[key][1] == 0 and key in ends]
        for key, events in groupby(self.journal.read_all(kind, new), lambda one: one.id):
            known[key] = self._kinds[kind].after((None, 0), events)
            self._remember(kind, key, known[key])
        found = []
        for key in keys:
            state, seq = known[key]
            fresh = seq >= ends.get(key, 0)
            found.append((key, state if fresh else self.turn(kind, key).state))
        return found

    def _ends_of(self, kind: str) -> Mapping[str, int]:
        """Give the number of everything's last event: all are read once, then what came since."""
        with self._lock:
            known = self._ends.setdefault(kind, _Ends())
        with known.lock:
            if known.position is None:
                # The position first: what is written between the two is only read twice.
                position, _at = self.journal.last()
                known.last, known.position = self.journal.ends(kind), position
            for written in self.journal.written(known.position, limit=None):
                known.position = written.position
                if written.kind == kind:
                    known.last[written.id] = written.seq
            return known.last

    def _tell(self, recorded: Recorded) -> None:
        for listener in self.listeners:
            try:
                listener(recorded)
            except (Exception, SystemExit) as error:  # what is written is written: work goes on
                self.unheard(error)

    def drive(self, kind: str, key: str) -> Wait | Finished:
        """Do what is to be done now. Raises whatever a doer raises that is not a Conflict."""
        known = self._kinds[kind]
        with known.alone(key) as free:
            return self._drive(known, key) if free else TAKEN

    def _drive(self, known: Kind, key: str) -> Wait | Finished:
        turn = self.turn(known.name, key)
        try:
            came = self._turns(known, turn)
            turn.flush()
        except Conflict:
            return TAKEN
        except BaseException:
            with suppress(Conflict, Unavailable):
                turn.flush()
            raise
        return came

    def _turns(self, known: Kind, turn: Turn) -> Wait | Finished:
        while True:
            intent = known.decide(turn.state, self.clock.now())
            if isinstance(intent, Wait | Finished):
                return intent
            before = turn.seq
            wait = known.do(intent, turn)
            if wait is not None:
                return wait
            if turn.seq == before:
                said = f"{known.name} {turn.key}: {type(intent).__name__} appended nothing"
                raise Stuck(said)


TAKEN = Wait(None, "another process drives this")
