"""Operate from a document: watch its alarms, drive what they open, deliver what is to be said.

Four loops, each in a thread of its own, so that a long run never delays a page or a reading.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from steadyhand.app import runs
from steadyhand.app.control import Control
from steadyhand.app.documents import Loaded
from steadyhand.app.incidents import Responder
from steadyhand.app.problem import Problem
from steadyhand.engine.drive import Kind
from steadyhand.model import alarm as alarms
from steadyhand.model.alarm import Alarm, AlarmState, AlarmTurned
from steadyhand.model.incident.state import evolve as evolve_incident
from steadyhand.model.notice import Notice
from steadyhand.model.settings import LAB
from steadyhand.model.target import Target
from steadyhand.respond.decide import decide as decide_incident
from steadyhand.respond.notices import Channels, Delivered, deliver
from steadyhand.store import outbox
from steadyhand.store.journal import Conflict
from steadyhand.watch.bindings import Watched, describe, watched
from steadyhand.watch.decide import decide as decide_alarm
from steadyhand.watch.look import Reading, look

_IDLE = 0.1  # seconds between two looks at the journal


@dataclass
class Operator:
    """Watches and responds from one document on one target, until `stop`.

    `say` writes a notice to the terminal; `hooks` is the lab's webhook receiver, if there is one.
    What began before `since` is left alone: a drill that was broken off had another lab.
    """

    control: Control
    loaded: Loaded
    target: Target
    system: str
    say: Callable[[Notice], None]
    hooks: str = ""
    since: datetime | None = None
    readings: dict[str, Reading] = field(default_factory=dict)
    failure: BaseException | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        factor = self.target.factor
        self.control.performer.factor = factor
        self.watched: Mapping[str, Watched] = {
            rule.name: watched(rule, self.loaded.settings, factor)
            for rule in self.loaded.runbook.facts.alarms
        }
        responder = Responder(self.control, self.loaded, self.target, self.system, self.watched)
        engine = self.control.engine
        engine.learn(Kind("alarm", alarms.evolve, decide_alarm, responder.open))
        engine.learn(Kind("incident", evolve_incident, decide_incident, responder.do))

    def described(self) -> list[str]:
        """Say of every alarm of the document what it means here, the unbound ones too."""
        return [describe(one, self.target.factor) for one in self.watched.values()]

    def start(self) -> None:
        """Start watching, responding and delivering. Raises Problem when there is nothing bound."""
        self.check()
        shortest = min(one.period for one in self.watched.values() if not one.unbound)
        self._repeat("watch", shortest / 2, self.watch_once)
        self._repeat("respond", _IDLE, self.respond_once)
        self._repeat("run", _IDLE, self.run_once)
        self._repeat("deliver", _IDLE, self.deliver_once)

    def check(self) -> None:
        """Raise Problem when no alarm of the document is bound: there is nothing to watch."""
        if all(one.unbound for one in self.watched.values()):
            raise Problem(
                f"{self.loaded.runbook.path}: no alarm is bound to a metric; "
                f'say what one means in steadyhand.toml under [alarms."NAME"]'
            )

    def look_once(self) -> Mapping[str, Reading]:
        """Look at every bound alarm and keep what was seen. Writes nothing down."""
        world = self.control.reading_world(self.target)
        for name, one in self.watched.items():
            if not one.unbound:
                turn = self.control.engine.turn("alarm", name)
                current = turn.state.state if turn.state else AlarmState.INSUFFICIENT_DATA
                self.readings[name] = look(world, one, current, self.control.clock.now())
        return self.readings

    def watch_once(self) -> None:
        """Look at every bound alarm, write down what has turned, and open what that opens."""
        for name, reading in self.look_once().items():
            turn = self.control.engine.turn("alarm", name)
            before: Alarm | None = turn.state
            now = self.control.clock.now()
            if not reading.failed and (before is None or reading.state is not before.state):
                try:
                    turn.append(
                        AlarmTurned(name, reading.state, reading.reason, reading.values, now)
                    )
                except Conflict:
                    continue  # another process watches too, and has just written it
            if turn.state is not None:
                self.control.engine.drive("alarm", name)

    def respond_once(self) -> None:
        """Drive every incident that is not finished."""
        for key in self.own("incident"):
            self.control.engine.drive("incident", key)
            if self._stopping.is_set():
                return

    def run_once(self) -> None:
        """Drive every run that an incident has opened and that has not ended."""
        for key in self.own("run"):
            run = runs.state(self.control, key)
            if run.incident and run.outcome is None and not self._stopping.is_set():
                self.control.engine.drive("run", key)

    def own(self, kind: str) -> list[str]:
        """List the runs or incidents that are this operator's to drive, oldest first."""
        keys = self.control.journal.keys(kind)
        return [key for key, at in keys if self.since is None or at >= self.since]

    def deliver_once(self) -> None:
        """Deliver every notice that waits in the outbox."""
        database = self.control.journal.engine
        webhooks = {
            name: f"{self.hooks}/{_slug(name)}" if contact.webhook == LAB else contact.webhook
            for name, contact in self.loaded.settings.contacts.items()
        }
        channels = Channels(self.say, webhooks)
        for notice in outbox.undelivered(database):
            now = self.control.clock.now()
            match deliver(notice, channels):
                case Delivered():
                    outbox.mark(database, notice, now)
                case failed:
                    outbox.mark(database, notice, now, failed.reason)

    def steady(self, name: str) -> str:
        """Say that an alarm is OK on real values, or "" while it is not."""
        reading = self.readings.get(name)
        one = self.watched.get(name)
        if one is None:
            raise Problem(f"the document has no alarm “{name}”")
        if one.unbound:
            raise Problem(f"“{name}” is unbound: {one.unbound}")
        if reading is None or reading.failed or reading.state is not AlarmState.OK:
            return ""
        seen = [value for value in reading.values if value is not None]
        if one.condition is None or len(seen) < one.condition.periods:
            return ""
        return f"{name} {reading.state}: {reading.reason}"

    # --- loops ------------------------------------------------------------------------------------

    def _repeat(self, name: str, seconds: float, once: Callable[[], None]) -> None:
        def loop() -> None:
            try:
                while not self._stopping.is_set():
                    once()
                    self._stopping.wait(seconds)
            except BaseException as error:  # kept for whoever waits: nothing dies in silence
                self.failure = self.failure or error
                self._stopping.set()

        thread = threading.Thread(target=loop, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self, seconds: float) -> None:
        """Wait a little; raises what a loop has died of."""
        self._stopping.wait(seconds)
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """End every loop and wait for it; what a run is at is interrupted. Idempotent."""
        self._stopping.set()
        self.control.performer.stop()
        for thread in self._threads:
            thread.join(60)


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
