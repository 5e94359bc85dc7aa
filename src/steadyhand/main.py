"""The one place that reads configuration and builds the control plane."""

import os
import pkgutil
import threading
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace
from functools import cache, reduce
from pathlib import Path
from typing import Any

from steadyhand.actions import classify_argv
from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.running.identity import is_account
from steadyhand.app.targets import resolve_again
from steadyhand.engine.clock import SteadyClock
from steadyhand.engine.drive import Engine, Kind
from steadyhand.model.effect import Effect
from steadyhand.model.events import EventTypes
from steadyhand.model.next import Wait
from steadyhand.model.run.plan import Plan
from steadyhand.model.run.state import Run
from steadyhand.model.run.state import evolve as evolve_run
from steadyhand.model.run.target import Target
from steadyhand.run.appends import left_behind
from steadyhand.run.decide import decide as decide_run
from steadyhand.run.perform import Performer
from steadyhand.store.alone import Alone
from steadyhand.store.audit.chain import Chain
from steadyhand.store.audit.head import Anchor
from steadyhand.store.journal import Journal
from steadyhand.store.schema import StoreError, open_store
from steadyhand.store.sealed import Sealed, load_key
from steadyhand.world.aws.client import AwsCli
from steadyhand.world.door import World
from steadyhand.world.dry import DryWorld
from steadyhand.world.live import LiveWorld
from steadyhand.world.secrets import Secrets

# Kind of durable thing → where its events are, and where the state is that they add up to. Imported
# when the first of a kind is met: a command waits for no kind that it does not need.
EVENTS = {
    "run": "steadyhand.model.run.events:RUN_EVENTS",
    "alarm": "steadyhand.model.alarm:ALARM_EVENTS",
    "incident": "steadyhand.model.incident.events:INCIDENT_EVENTS",
    "drill": "steadyhand.model.drill:DRILL_EVENTS",
    "schedule": "steadyhand.model.oncall.roster:ROSTER_EVENTS",
    "silence": "steadyhand.model.oncall.silence:SILENCE_EVENTS",
    "audit": "steadyhand.model.audit:AUDIT_EVENTS",
    "duty": "steadyhand.model.duty.events:DUTY_EVENTS",
    "change": "steadyhand.model.change.events:CHANGE_EVENTS",
    "review": "steadyhand.model.incident.review:REVIEW_EVENTS",
}
EVOLVE = {
    "alarm": "steadyhand.model.alarm:evolve",
    "incident": "steadyhand.model.incident.state:evolve",
    "drill": "steadyhand.model.drill:evolve",
    "schedule": "steadyhand.model.oncall.roster:evolve",
    "silence": "steadyhand.model.oncall.silence:evolve",
}
# What anyone may drive, as all that it needs stands in its own events: evolve, decide, who does it.
DRIVEN = {
    "duty": (
        "steadyhand.model.duty.state:evolve",
        "steadyhand.model.duty.state:decide",
        "steadyhand.app.oncall.duties:doer",
    ),
    "change": (
        "steadyhand.model.change.state:evolve",
        "steadyhand.model.change.state:decide",
        "steadyhand.app.running.changes:doer",
    ),
    "review": (
        "steadyhand.model.incident.review:evolve",
        "steadyhand.model.incident.review:decide",
        "steadyhand.app.responding.learning:doer",
    ),
}


@cache
def met(place: str) -> Any:
    """Import what a place names, "module:NAME", once."""
    return pkgutil.resolve_name(place)


class Met(Mapping[str, EventTypes]):
    """The event types of every kind, each imported when it is asked for."""

    def __init__(self, where: Mapping[str, str]) -> None:
        self._where = where

    def __getitem__(self, kind: str) -> EventTypes:
        types: EventTypes = met(self._where[kind])
        return types

    def __iter__(self) -> Iterator[str]:
        return iter(self._where)

    def __len__(self) -> int:
        return len(self._where)


def _evolve(kind: str) -> Callable[[Any, object], Any]:
    return lambda state, event: met(EVOLVE[kind])(state, event)


def _driven(name: str, places: tuple[str, str, str], control: Control) -> Kind:
    evolve, decide, doer = places
    return Kind(
        name,
        lambda state, event: met(evolve)(state, event),
        lambda state, now: met(decide)(state, now),
        lambda intent, turn: met(doer)(control)(intent, turn),
    )


class Worlds:
    """The worlds of this process: one warmed AWS CLI per target, one set of secrets per run."""

    def __init__(
        self, state: Path, journal: Journal, key: bytes, lab_file: Path, read: Secrets
    ) -> None:
        """`read` gets what is read while there is no run: it may become a value of a plan."""
        self._read = read
        self._state = state
        self._journal = journal
        self._key = key
        self._lab_file = lab_file
        self._lock = threading.RLock()  # opening a run reads its account
        self._clis: dict[Target, AwsCli] = {}
        self._of_run: dict[str, LiveWorld] = {}
        self._secrets: dict[str, Secrets] = {}
        self._reading: dict[Target, World] = {}

    def of_run(self, run: str) -> World:
        """Give the world of a run: the target its plan was made for, its own sealed values.

        Another process may have driven it since the last time, and have sealed what it met.
        """
        with self._lock:
            if run in self._of_run:
                known = self._secrets[run]
                known.learn(self._kept(run, known))
            else:
                self._of_run[run] = self._open(run)
            return self._of_run[run]

    def _sealed(self, run: str) -> Sealed:
        return Sealed(self._journal.database, self._key, run)

    def _kept(self, run: str, but: Container[str] = ()) -> dict[str, str]:
        """Read the sealed values of a run, but for those that are known. Raises Problem."""
        try:
            return self._sealed(run).known(but)
        except StoreError as error:
            raise Problem(str(error)) from None

    def _open(self, run: str) -> LiveWorld:
        opened = self._state_of(run)
        try:
            target = resolve_again(opened.plan.target, self._lab_file)
            if not target.is_lab and target.account:
                is_account(self.reading(target), target)
        except Problem as problem:
            raise Problem(f"run {run}: {problem}", problem.code) from None
        known = self._kept(run)
        folder = Path(opened.plan.folder or self._state / "runs" / run)
        goes_on = opened.outcome is None
        if goes_on and not folder.is_dir() and (file := left_behind(opened)):
            raise Problem(
                f"run {run}: its folder {folder} is not here, nor is what it has written there"
                f" ({file}): go on with it where that is"
            )
        folder.mkdir(parents=True, exist_ok=True)
        secrets = Secrets(known, self._sealed(run).keep)
        self._secrets[run] = secrets
        return LiveWorld(target, secrets, workdir=folder, cli=self._cli(target))

    def _state_of(self, run: str) -> Run:
        first, *others = self._journal.read("run", run)
        opened: Run = evolve_run(None, first.event)
        return reduce(evolve_run, (one.event for one in others), opened)

    def variables(self, run: str) -> Mapping[str, str]:
        """Read what a run takes from the environment here: tokens where it is secret."""
        self.of_run(run)
        plan = self._state_of(run).plan
        return _variables(plan, self._secrets[run], self._supplied(plan))

    def _supplied(self, plan: Plan) -> Mapping[str, str]:
        """Give the variables that a plan takes from its target, as the target has them now."""
        if not plan.supplied:
            return {}
        from steadyhand.app.runbooks.documents import system_of  # only a lab's runs need it

        target = resolve_again(plan.target, self._lab_file)
        has = target.variables(system_of(Path(plan.runbook)))
        return {name: has[name] for name in plan.supplied if name in has}

    def reading(self, target: Target) -> World:
        """Give a world in which nothing but reads is done."""
        target = replace(target, account="")  # it is read with this very world
        with self._lock:
            if target not in self._reading:
                live = LiveWorld(target, self._read, cli=self._cli(target))
                self._reading[target] = DryWorld(live, _is_read)
            return self._reading[target]

    def _cli(self, target: Target) -> AwsCli:
        target = replace(target, account="")
        if target not in self._clis:
            self._clis[target] = AwsCli(target)
        return self._clis[target]

    def forget(self, run: str) -> None:
        """Drop a run's secrets: it has ended."""
        with self._lock:
            self._secrets.pop(run, None)
            if (world := self._of_run.pop(run, None)) is not None:
                world.close()
        self._sealed(run).forget()

    def close(self) -> None:
        """End every process started for any world, also one that a thread waits for. Idempotent."""
        # Without the lock: who opens a world holds it, and may wait for what is ended here.
        for world in (*self._of_run.values(), *self._reading.values()):
            world.close()
        for cli in list(self._clis.values()):
            cli.close()


def _variables(plan: Plan, secrets: Secrets, supplied: Mapping[str, str]) -> dict[str, str]:
    has = {**os.environ, **supplied}
    unset = [name for name in (*plan.variables, *plan.secrets) if name not in has]
    if unset:
        raise Problem(f"the run takes {', '.join(unset)} from the environment: not set here")
    sealed = {name: secrets.seal(has[name], name) for name in plan.secrets}
    return {name: has[name] for name in plan.variables} | sealed


def _is_read(argv: tuple[str, ...]) -> bool:
    return classify_argv(argv).effect is Effect.READ


def _audit_files(state: Path) -> tuple[Path, list[Anchor]]:
    """Name the audit chain's key and the places of its head: beside the journal, and elsewhere."""
    key = Path(os.environ.get("STEADYHAND_AUDIT_KEY_FILE", state / "audit.key"))
    anchors = [Anchor(state / "audit.head")]
    if second := os.environ.get("STEADYHAND_AUDIT_HEAD"):
        anchors.append(Anchor(Path(second).absolute()))
    return key, anchors


def build(state: Path, journal_url: str = "") -> Control:
    """Put the control plane together. Raises Problem when the journal cannot be used.

    The journal is in the database at the URL, at that of STEADYHAND_JOURNAL, or in a file there.
    """
    state = state.absolute()
    named = journal_url or os.environ.get("STEADYHAND_JOURNAL")
    url = named or f"sqlite:///{state / 'journal.db'}"
    lab_file = Path(os.environ.get("STEADYHAND_LAB", state / "lab" / "lab.json"))
    try:
        database = open_store(url)
        key = load_key(Path(os.environ.get("STEADYHAND_KEY_FILE", state / "key")))
    except StoreError as error:
        raise Problem(str(error)) from None
    journal = Journal(
        database,
        Met(EVENTS),
        Chain(database, *_audit_files(state)),
    )
    clock = SteadyClock()
    engine = Engine(journal, clock)
    secrets = Secrets()
    worlds = Worlds(state, journal, key, lab_file, secrets)
    performer = Performer(state / "runs", worlds.of_run, worlds.forget, variables=worlds.variables)
    alone = Alone(database, state / "driving")
    engine.learn(Kind("run", evolve_run, decide_run, performer.do, alone))
    # These can be read here; who operates from a document learns how to drive them.
    for name in EVOLVE:
        engine.learn(
            Kind(name, _evolve(name), lambda *_: Wait(None, "no document"), lambda *_: None)
        )

    def close() -> None:
        worlds.close()
        database.close()

    def seal(run: str, token: str, value: str) -> None:
        Sealed(database, key, run).keep(token, value)

    operator = dict(os.environ)
    control = Control(
        *(state, journal, engine, clock, performer, worlds.reading, lab_file, close),
        operator=operator,
        seal=seal,
        secrets=secrets,
    )
    for name, places in DRIVEN.items():
        engine.learn(_driven(name, places, control))
    return control
