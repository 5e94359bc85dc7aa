"""Operate from documents: watch their alarms, drive what they open, deliver what is to be said.

What this process does is not polled for: what is due is driven when it is due, and an event wakes
what waits for it. What other processes write is seen within `_LISTEN` seconds. A long run
delays no page. Longer than most: what wakes what, and who then drives it, is said in one place.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.serving.courier import Courier
from steadyhand.app.serving.loops import AGAIN, Loops
from steadyhand.app.watching.desk import Desk
from steadyhand.engine.clock import SteadyClock
from steadyhand.engine.drive import TAKEN, Kind, Turn
from steadyhand.engine.wake import Wakes
from steadyhand.model import alarm as alarms
from steadyhand.model.alarm import Alarm
from steadyhand.model.events import Recorded
from steadyhand.model.incident.events import ENDS as INCIDENT_ENDS
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident
from steadyhand.model.incident.state import evolve as evolve_incident
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.state import Run
from steadyhand.respond.decide import Intent
from steadyhand.respond.decide import decide as decide_incident
from steadyhand.store import outbox, series
from steadyhand.store.database import Unavailable
from steadyhand.store.stir import Stir
from steadyhand.watch.bindings import STRAY
from steadyhand.watch.decide import OpenIncident
from steadyhand.watch.decide import decide as decide_alarm

_KEEP = 15.0  # seconds between two times that full minutes of series are kept
_LISTEN = 0.2  # seconds between two looks for what other processes wrote
_SWEEP = 30.0  # seconds between two looks at everything that is open
_STANDBY = 0.5  # seconds between two looks whether the one who watches has gone
_CATCH_UP, _LOOK = 1.0, 0.01  # seconds, at most, for what fell due meanwhile; between two looks
_UNTOLD = 5.0  # seconds between two looks for notices that no event of a journal has told of
_SLOW = 60.0  # seconds that a look at all alarms of a document may take
_AT = {"watch": "at its metrics", "probe": "with its probes"}  # by loop
_FORGET = 10_000  # events
# A run has its worker for as long as it watches what it did, which may be half an hour.
_WORKERS: Mapping[str, int] = {"alarm": 1, "incident": 4, "run": 24}
_ENDS = {"incident": INCIDENT_ENDS, "run": ("RunEnded", "")}


@dataclass
class Operator:
    """Watches and responds from documents, until `stop`.

    `say` writes a notice to the terminal. What began before `since` is left alone: a drill that was
    broken off had another lab. With `trouble`, what goes wrong is told to it and tried again, and
    everything else goes on; without, it is raised by `wait`.
    """

    control: Control
    desks: Sequence[Desk]
    say: Callable[[Notice], None]
    since: datetime | None = None
    trouble: Callable[[str], None] | None = None
    recurring: bool = False  # duties and change records are seen to as well
    _letters: threading.Event = field(default_factory=threading.Event)
    _swept: threading.Event = field(default_factory=threading.Event)
    _ours: set[tuple[str, str, int]] = field(default_factory=set)  # events this process wrote
    _looked: dict[tuple[str, str], datetime] = field(default_factory=dict)  # by loop and system
    _pauses: dict[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.desks) == 1:
            self.control.performer.factor = self.desks[0].target.factor
        self._by_system = {desk.system: desk for desk in self.desks}
        for desk in self.desks:
            desk.responder.since = self.since
        self._by_alarm = {key: desk for desk in self.desks for key in desk.alarm_keys()}
        self._names = {key: name for desk in self.desks for key, name in desk.alarm_keys().items()}
        self.wakes = Wakes(self.control.clock)
        self.loops = Loops(self.trouble, self.wakes.stop)
        self.courier = Courier(self.control, self.desks, self.say, self._letters)
        engine = self.control.engine
        engine.learn(Kind("alarm", alarms.evolve, decide_alarm, self._raise))
        engine.learn(Kind("incident", evolve_incident, decide_incident, self._respond))
        engine.listeners.append(self._written_here)
        engine.unheard = self._unheard
        self._position = 0
        self._stir = Stir(self.control.journal.database)
        self._led: list[str] = []  # systems that are delivered for from here

    def described(self) -> list[str]:
        """Say of every alarm of the documents what it means here, the unbound ones too.

        A binding that no alarm goes by, of any document with those settings, comes last.
        """
        several = len(self.desks) > 1
        lines = [
            f"{desk.system}: {line}" if several else line
            for desk in self.desks
            for line in desk.described()
        ]
        bound = dict.fromkeys(name for desk in self.desks for name in desk.loaded.settings.alarms)
        fit = [set(desk.loaded.settings.alarms).difference(desk.strays()) for desk in self.desks]
        return lines + [STRAY.format(name) for name in bound if not any(name in one for one in fit)]

    def check(self) -> None:
        """Raise Problem when no alarm is bound: there is nothing to watch."""
        if not any(desk.bound for desk in self.desks):
            names = ", ".join(desk.loaded.runbook.path for desk in self.desks)
            raise Problem(
                f"{names}: no alarm is bound to a metric; "
                f'say what one means in steadyhand.toml under [alarms."NAME"]'
            )

    def start(self) -> None:
        """Start responding and delivering, and when nothing is due any more, watching and the rest.

        Raises Problem when there is nothing bound.
        """
        self.check()
        self._position, _at = self.control.journal.last()
        for desk in self.desks:
            desk.carry_over()
        for kind, count in _WORKERS.items():
            for number in range(count):
                self.loops.begin(f"{kind} {number}", partial(self._work, kind))
        self.loops.repeat("sweep", _SWEEP, self.sweep)
        self.loops.repeat("lead", _STANDBY, self.lead)
        self.loops.repeat("deliver", 0, self._deliver)
        self.loops.repeat("listen", _LISTEN, self.listen)
        self._catch_up()
        for desk in self.desks:
            if desk.reads:
                self._looked_at("watch", desk.system)  # from now on it is waited for
                self.loops.repeat(f"watch {desk.system}", desk.every, self._watching(desk))
        if probed := [desk for desk in self.desks if desk.watcher.probes]:
            from steadyhand.app.watching.probing import Probing

            for desk in probed:
                self._looked_at("probe", desk.system)
            probing = Probing(probed, self.loops.say, looked=partial(self._looked_at, "probe"))
            self.loops.begin("probe", partial(probing.loop, self.loops.stopping.is_set))
        self.loops.repeat("keep", _KEEP, self.keep_series)
        if self.recurring:
            from steadyhand.app.serving.rounds import Rounds

            Rounds(self.control, self.desks, self.loops).begin()

    def _catch_up(self) -> None:
        """Let what fell due while nobody was here be done and delivered first, for a moment."""
        deadline = time.monotonic() + _CATCH_UP
        while not self._caught_up() and time.monotonic() < deadline:
            if self.loops.stopping.wait(_LOOK):
                return

    def _caught_up(self) -> bool:
        try:
            waiting = outbox.undelivered(self.control.journal.database, 1)
        except Unavailable:
            return True  # nothing can be done about it before it is back
        return self._swept.is_set() and self.wakes.idle() and not waiting

    # --- what is driven, and when ----------------------------------------------------------------

    def _written_here(self, recorded: Recorded) -> None:
        """Wake what an event of this process is about."""
        if len(self._ours) > _FORGET:
            self._ours.clear()  # at worst something is woken twice
        one = (recorded.kind, recorded.id, recorded.seq)
        self._ours.add(one)
        try:
            self._woken(recorded.kind, recorded.id)
        except Unavailable:
            self._ours.discard(one)  # `listen` does it when the database is back
            raise

    def _unheard(self, error: BaseException) -> None:
        """Say what a listener has raised; end where nobody would hear of it."""
        if self.trouble is None and not isinstance(error, Unavailable):
            self.loops.fail(error)
        else:
            self.loops.say(f"what was written could not be told: {type(error).__name__}: {error}")

    def listen(self) -> None:
        """Wake what other processes have written about."""
        if not self._stir.felt():
            return
        for written in self.control.journal.written(self._position):
            self._position = written.position
            one = (written.kind, written.id, written.seq)
            if one in self._ours:
                self._ours.discard(one)
            else:
                if written.kind == "alarm" and written.id in self._by_alarm:
                    self._by_alarm[written.id].turned_elsewhere(self._names[written.id])
                self._woken(written.kind, written.id)

    def _woken(self, kind: str, key: str) -> None:
        if kind in _WORKERS:
            self.wakes.wake(kind, key)
        if kind == "silence":  # whatever it held is looked at again
            self.sweep()
        if kind == "run":
            run: Run | None = self.control.engine.turn("run", key).state
            if run is not None and run.incident and run.outcome is not None:
                self.wakes.wake("incident", run.incident)
        self._letters.set()

    def sweep(self) -> None:
        """Wake everything that wants something: no wake is kept, and none is needed."""
        now = self.control.clock.now()
        for key, alarm in self.control.engine.states("alarm", tuple(self._by_alarm)):
            if alarm is not None:
                self._wake_for("alarm", key, decide_alarm(alarm, now))
        for key, incident in self.control.engine.states("incident", self._open("incident")):
            if incident.opened.system in self._by_system:
                self._wake_for("incident", key, decide_incident(incident, now))
        for key in self._open("run"):
            self.wakes.wake("run", key)
        self._letters.set()
        self._swept.set()

    def _wake_for(self, kind: str, key: str, intent: object) -> None:
        """Wake a thing when its `decide` wants something done: now, later, or not by itself."""
        match intent:
            case Wait(until):
                if until is not None:
                    self.wakes.wake(kind, key, until)
            case Finished():
                pass
            case _:
                self.wakes.wake(kind, key)

    def _open(self, kind: str) -> list[str]:
        """List what is not finished and not too old, oldest first."""
        end, again = _ENDS[kind]
        keys = self.control.journal.unfinished(kind, end, again)
        return [key for key, at in keys if self.since is None or at >= self.since]

    def _work(self, kind: str) -> None:
        while (key := self.wakes.take(kind)) is not None:
            try:
                self._drive(kind, key)
            finally:
                self.wakes.done(kind, key)

    def _drive(self, kind: str, key: str) -> None:
        """Drive one thing, and have it driven again when it says so."""
        try:
            if not self._is_ours(kind, key):
                if kind == "run":
                    self._let_go(key)
                return
            after = self.control.engine.drive(kind, key)
        except Unavailable as error:
            self.loops.say(f"the database is away: {error}")
            self.wakes.wake(kind, key, self._later(AGAIN))
        except Exception as error:
            if self.trouble is None:
                raise
            pause = self._pauses[kind, key] = min(60.0, 2 * self._pauses.get((kind, key), 1.0))
            self.loops.say(f"{kind} {key}: {type(error).__name__}: {error}; again in {pause:g} s")
            self.wakes.wake(kind, key, self._later(pause))
        else:
            self._pauses.pop((kind, key), None)
            if after is TAKEN:
                self.wakes.wake(kind, key, self._later(AGAIN))
            elif isinstance(after, Wait) and after.until is not None:
                self.wakes.wake(kind, key, after.until)

    def _let_go(self, key: str) -> None:
        """Close what is open here of a run that another process has ended."""
        performer = self.control.performer
        run: Run | None = self.control.engine.turn("run", key).state
        # Whatever was driven from here has its factor, until its end was written here.
        if key in performer.factors and run is not None and run.outcome is not None:
            performer.close(key)
            performer.forget(key)
            performer.factors.pop(key, None)

    def _later(self, seconds: float) -> datetime:
        return self.control.clock.now() + timedelta(seconds=seconds)

    def _is_ours(self, kind: str, key: str) -> bool:
        """Tell whether a thing belongs to a document that is operated from here, and is open."""
        if kind == "alarm":
            turned: Alarm | None = self.control.engine.turn("alarm", key).state
            return key in self._by_alarm and turned is not None
        if self.since is not None and key not in self.own(kind):
            return False
        if kind == "incident":
            incident: Incident | None = self.control.engine.turn("incident", key).state
            return incident is not None and incident.opened.system in self._by_system
        run: Run | None = self.control.engine.turn("run", key).state
        if run is None or not run.incident or run.outcome is not None:
            return False
        opened: Incident | None = self.control.engine.turn("incident", run.incident).state
        desk = self._by_system.get(opened.opened.system) if opened else None
        if desk is not None:
            self.control.performer.factors[key] = desk.target.factor
        return desk is not None

    def own(self, kind: str) -> list[str]:
        """List the runs or incidents that are this operator's to drive, oldest first."""
        keys = self.control.journal.keys(kind)
        return [key for key, at in keys if self.since is None or at >= self.since]

    def _raise(self, intent: OpenIncident, turn: Turn) -> Wait | None:
        return self._by_alarm[turn.key].responder.open(intent, turn)

    def _respond(self, intent: Intent, turn: Turn) -> Wait | None:
        incident: Incident = turn.state
        return self._by_system[incident.opened.system].responder.do(intent, turn)

    # --- watching and delivering -----------------------------------------------------------------

    def _watching(self, desk: Desk) -> Callable[[], None]:
        def once() -> None:
            while not desk.lease.held():  # another process watches; it may go
                self._looked_at("watch", desk.system)
                if self.loops.stopping.wait(_STANDBY):
                    return
            desk.watch_once()
            self._looked_at("watch", desk.system)

        return once

    def _looked_at(self, loop: str, system: str) -> None:
        self._looked[loop, system] = self.control.clock.now()

    def keep_series(self) -> None:
        """Keep the minutes of every series that are full."""
        full = [minute for desk in self.desks for minute in desk.full_minutes()]
        if full:
            series.keep(self.control.journal.database, full)

    @property
    def led(self) -> tuple[str, ...]:
        """The systems that are watched and delivered for from here."""
        return tuple(self._led)

    def lead(self) -> None:
        """Take over the documents whose process has gone, and what it had to deliver."""
        led = [desk.system for desk in self.desks if desk.lease.held()]
        if led != self._led:
            self._led = led
            self._letters.set()

    def _deliver(self) -> None:
        """Deliver whenever an event was written, and when what failed is to be tried again."""
        again = self.courier.waiting()
        pause = _STANDBY if self.courier.gathered else _UNTOLD
        left = (again - self.control.clock.now()).total_seconds() if again else pause
        self._letters.wait(min(pause, max(0.02, left)))
        self._letters.clear()
        if not self.loops.stopping.is_set():
            self.courier.once()

    def steady(self, name: str) -> str:
        """Say that an alarm is OK on real values, or "" while it is not."""
        for desk in self.desks:
            if name in desk.watched:
                return desk.steady(name)
        raise Problem(f"the document has no alarm “{name}”")

    # --- for whoever looks at it from beside ------------------------------------------------------

    def open_incidents(self) -> list[tuple[str, Incident]]:
        """List the incidents of these documents that are not finished, oldest first."""
        keys = self.control.journal.unfinished("incident", *_ENDS["incident"])
        states = self.control.engine.states("incident", [key for key, _at in keys])
        return [(key, one) for key, one in states if one.opened.system in self._by_system]

    def alarms(self) -> list[tuple[str, str, Alarm | None]]:
        """List every alarm as system, name and state; None where it was never evaluated."""
        return [
            (self._by_alarm[key].system, self._names[key], alarm)
            for key, alarm in self.control.engine.states("alarm", tuple(self._by_alarm))
        ]

    def alarms_without_incident(self) -> list[tuple[str, datetime]]:
        """List the alarms in ALARM that should have opened an incident, since when."""
        return [
            (key, alarm.since)
            for key, alarm in self.control.engine.states("alarm", tuple(self._by_alarm))
            if alarm is not None
            and not alarm.held  # by a silence, or a suppressor
            and isinstance(decide_alarm(alarm, self.control.clock.now()), OpenIncident)
        ]

    def serves(self, notice: Notice) -> bool:
        """Tell whether a notice is of one of these documents."""
        if notice.system:
            return notice.system in self._by_system
        incident: Incident | None = self.control.engine.turn("incident", notice.incident).state
        return incident is not None and incident.opened.system in self._by_system

    def stuck(self, now: datetime) -> list[str]:
        """Say which loops have ended, or have not come round for long."""
        return self.loops.dead() + [
            f"{system}: nobody has looked {_AT[loop]} for {(now - at).total_seconds():.0f} s"
            for (loop, system), at in tuple(self._looked.items())
            if now - at > timedelta(seconds=_SLOW + 4 * self._by_system[system].every)
        ]

    def clock_is_free(self) -> None:
        """Nothing is waited for: take on the machine's time if it was set."""
        clock = self.control.clock
        if isinstance(clock, SteadyClock) and clock.jumped:
            jumped = f"{clock.jumped:+.0f} s"
            self.loops.say(f"the machine's clock was set by {jumped}; it is followed now")
            clock.adopt()

    # --- the end ----------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Wait a little; raises what a loop has died of."""
        self.loops.wait(seconds)

    def stop(self, deliver: float = 3.0) -> None:
        """End every loop and wait for it; what a run is at is interrupted. Idempotent.

        What is wanted said is delivered for `deliver` seconds at most; the rest keeps.
        """
        first = not self.loops.stopping.is_set() or self.loops.failure is not None
        self.loops.stopping.set()
        self._letters.set()
        self.wakes.stop()
        self.control.performer.stop()
        began = self.loops.join(60)
        if first and began:
            try:
                self.courier.close(deliver)
            except Unavailable as error:
                self.loops.say(f"the database is away: {error}")
        for desk in self.desks:
            desk.lease.release()
