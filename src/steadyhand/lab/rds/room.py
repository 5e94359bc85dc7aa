"""RDS as a whole: its instances while they run, what they are busy with, what is kept of it.

Every method is called with the API's lock held. What takes long is a `Step`: its work runs in a
worker thread of the room, without the lock, and its end is seen by `tick`. The workers live as long
as the lab, because PostgreSQL dies with the thread that started it.
"""

import json
import logging
import secrets
import signal
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import Addresses, is_free
from steadyhand.lab.processes import Processes
from steadyhand.lab.rds import model
from steadyhand.lab.rds.installation import Installation, install
from steadyhand.lab.rds.logs import LogFiles
from steadyhand.lab.rds.model import Event, Group, Instance, Snapshot, Status
from steadyhand.lab.rds.parameters import Catalogue, catalogue
from steadyhand.lab.rds.server import Server, build_template, end_all, sweep
from steadyhand.lab.rds.watching import Watch

LOG = logging.getLogger("steadyhand.lab")
WORKERS = 6
FLOOR = 0.2  # no step of an instance is shorter than one beat of the lab
EVENTS_KEPT = timedelta(days=14)
MOST_EVENTS = 1000


@dataclass(frozen=True)
class Step:
    """One thing an instance is busy with. `seconds` are AWS's; the factor divides them."""

    status: Status
    seconds: float
    work: Callable[[], Any]  # without the lock
    done: Callable[[Any], None]  # with it
    failed: Callable[[Exception], None]
    delay: float = 0.0  # how long AWS takes to begin
    ready: Callable[[], bool] = lambda: True
    then: Status = Status.AVAILABLE


@dataclass
class Doing:
    step: Step
    begins: float
    ends: float = 0.0
    future: Future[Any] | None = None


@dataclass
class Live:
    """An instance while the lab is up."""

    instance: Instance
    log: LogFiles
    server: Server | None = None
    standby: Server | None = None  # only when it is in step with the server
    building: Future[Any] | None = None  # of the standby
    doing: Doing | None = None
    queue: deque[Doing] = field(default_factory=deque)
    watch: Watch | None = None
    full: bool = False
    pinned: int = 0  # restores that still read its log of changes
    checked: float = 0.0


@dataclass(frozen=True)
class Network:
    """Where the lab's instances are said to be."""

    vpc: str = "vpc-0a1b2c3d4e5f60718"
    subnets: tuple[tuple[str, str], ...] = (
        ("subnet-0a1b2c3d4e5f60711", "us-east-1a"),
        ("subnet-0a1b2c3d4e5f60712", "us-east-1b"),
        ("subnet-0a1b2c3d4e5f60713", "us-east-1c"),
    )
    security_group: str = "sg-0a1b2c3d4e5f60718"


@dataclass(frozen=True)
class Ground:
    """What the room stands on.

    `log` gets (instance, line) of those that export their log, in a thread of each server's own.
    `hostname` gives the name an endpoint is told by; the name has to lead to the instance's host.
    """

    state: Path
    processes: Processes
    addresses: Addresses
    durations: Durations
    log: Callable[[str, str], None] = lambda _instance, _line: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    network: Network = Network()
    hostname: Callable[[Instance], str] = lambda instance: instance.host
    fsync: bool = True  # a lab that is killed loses nothing without it; a machine that is, may


class Room:
    """All of RDS. `open` first, `close` last."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.lives: dict[str, Live] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.groups: dict[str, Group] = {}
        self.events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._event_rows: deque[dict[str, Any]] = deque(maxlen=MOST_EVENTS)
        self.parameters: Catalogue = {}
        self.copies: dict[str, Future[None]] = {}  # of snapshots that are being copied
        self.closing = False
        self.workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="rds")
        self.saved = 0.0  # when, on the monotonic clock
        self._saved = ""
        self._secret = secrets.token_hex(16)
        self._file = ground.state / "rds.json"

    # --- the way up and down -------------------------------------------------------------------

    def open(self) -> None:
        """Make the first cluster, or find what an earlier lab left. Raises PostgresFailed."""
        kept = self._kept()
        self._secret = kept.get("secret", self._secret)
        self.installation: Installation = install(self.ground.state, self._secret)
        sweep(self.installation.root)
        address = self.ground.addresses.take(5432)
        # From a worker: whoever opens the room need not live as long as the lab.
        built = self.workers.submit(
            build_template, self.installation, self.ground.processes, address
        )
        self.parameters = catalogue(built.result())
        family = self.family
        default = Group(f"default.{family}", family, f"Default parameter group for {family}")
        self.groups[default.name] = default
        self._restore(kept)

    @property
    def family(self) -> str:
        return f"postgres{self.installation.version.partition('.')[0]}"

    def close(self, keeps: bool = True) -> None:
        """Stop all servers, cleanly if their data is to be kept. Safe twice.

        What is still being worked on is left as it is: `wait` for it once its processes are ended.
        """
        self.closing = True
        self.save()
        lives = list(self.lives.values())
        for live in lives:
            if live.watch is not None:
                live.watch.stop()
        how = signal.SIGINT if keeps else signal.SIGQUIT
        # Standbys first: then no primary waits for one.
        for servers in ([live.standby for live in lives], [live.server for live in lives]):
            end_all([one for one in servers if one is not None], how)
        self.installation.abort()

    def wait(self) -> None:
        """Return when nobody works any more. A worker's end would end what it has started."""
        self.workers.shutdown(wait=True, cancel_futures=True)

    def finish(self, server: Server) -> None:
        """End a server cleanly and strike it from the list of children."""
        server.end()
        self.ground.processes.forget(server.process.pid)

    # --- what is kept --------------------------------------------------------------------------

    def _kept(self) -> dict[str, Any]:
        try:
            kept: dict[str, Any] = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}
        return kept if kept.get("schema") == model.SCHEMA else {}

    def _restore(self, kept: dict[str, Any]) -> None:
        for row in kept.get("groups", []):
            group = model.read_group(row)
            self.groups[group.name] = group
        for row in kept.get("snapshots", []):
            snapshot = model.read_snapshot(row)
            self.snapshots[snapshot.identifier] = snapshot
        self.events.extend(model.read_event(row) for row in kept.get("events", []))
        self._event_rows.extend(kept.get("events", []))
        for row in kept.get("instances", []):
            self.add(model.read_instance(row))
        self._saved = ""
        self.save()

    def save(self) -> None:
        """Write down what AWS would keep, if it changed."""
        self.saved = time.monotonic()
        document = {
            "schema": model.SCHEMA,
            "secret": self._secret,
            "instances": [model.plain(live.instance) for live in self.lives.values()],
            "snapshots": [model.plain(one) for one in self.snapshots.values()],
            "groups": [model.plain(one) for one in self.groups.values()],
            "events": list(self._event_rows),
        }
        text = json.dumps(document)
        if text == self._saved:
            return
        draft = self._file.with_suffix(".json.draft")
        draft.touch(0o600)
        draft.write_text(text)
        draft.replace(self._file)
        self._saved = text

    # --- finding things ------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.ground.clock()

    def add(self, instance: Instance) -> Live:
        """Take an instance in; nothing runs yet."""
        folder = self.installation.make("logs", instance.resource_id)

        def export(line: str) -> None:
            if "postgresql" in instance.exports:
                self.ground.log(instance.identifier, line)

        live = Live(instance, LogFiles(folder, export))
        self.lives[instance.identifier] = live
        return live

    def address(self, instance: Instance) -> str:
        """What its endpoint is called."""
        return self.ground.hostname(instance) or instance.host

    def place_again(self, live: Live) -> None:
        """Keep an instance's address if it is free on this machine, or draw another."""
        instance = live.instance
        if instance.host and not is_free(instance.host, instance.port):
            instance.host, instance.port = self.ground.addresses.take(instance.port)

    def folder(self, instance: Instance, side: str = "") -> Path:
        """Where an instance's data lies."""
        root = self.installation.root / "instances" / instance.resource_id
        return root / (side or instance.side)

    def archive(self, instance: Instance) -> Path:
        return self.installation.root / "archive" / instance.resource_id

    def snapshot_folder(self, snapshot: Snapshot) -> Path:
        return self.installation.root / "snapshots" / snapshot.key

    def replicas(self, identifier: str) -> list[Live]:
        return [live for live in self.lives.values() if live.instance.source == identifier]

    def group_of(self, instance: Instance) -> Group:
        return self.groups[instance.parameter_group]

    def snapshots_of(self, instance: Instance, kind: str = "") -> list[Snapshot]:
        """Oldest first."""
        found = [
            one
            for one in self.snapshots.values()
            if one.resource_id == instance.resource_id and kind in ("", one.kind)
        ]
        return sorted(found, key=lambda one: one.started)

    def tell(self, kind: str, source: str, message: str, *categories: str) -> None:
        """Add an event, and forget old ones."""
        event = Event(self.now(), kind, source, message, categories)
        self.events.append(event)
        self._event_rows.append(model.plain(event))
        while self.events and self.now() - self.events[0].at > EVENTS_KEPT:
            self.events.popleft()
            self._event_rows.popleft()

    # --- steps ---------------------------------------------------------------------------------

    def begin(self, live: Live, step: Step, first: bool = False) -> None:
        """Queue a step; with no delay the instance is in its state at once."""
        delay = self.ground.durations.shortened(step.delay) if step.delay else 0.0
        doing = Doing(step, time.monotonic() + delay)
        if first:
            live.queue.appendleft(doing)
        else:
            live.queue.append(doing)
        if live.doing is None and live.queue[0] is doing and not step.delay:
            live.instance.status = step.status

    def busy(self, live: Live) -> bool:
        return live.doing is not None or bool(live.queue)

    def advance(self, live: Live) -> None:
        """Take up the next step, or see whether the present one is over."""
        now = time.monotonic()
        if live.doing is None and live.queue:
            head = live.queue[0]
            if now >= head.begins and head.step.ready():
                live.doing = live.queue.popleft()
                live.instance.status = head.step.status
                head.ends = now + self.ground.durations.shortened(head.step.seconds, FLOOR)
                head.future = self.workers.submit(head.step.work)
        doing = live.doing
        if doing is None or doing.future is None:
            return
        if not doing.future.done():
            return
        trouble = doing.future.exception()
        if trouble is None and now < doing.ends:
            return
        live.doing = None
        self._end(live, doing, trouble)

    def _end(self, live: Live, doing: Doing, trouble: BaseException | None) -> None:
        assert doing.future is not None
        live.instance.status = doing.step.then
        if trouble is None:
            doing.step.done(doing.future.result())
        else:
            LOG.error("%s: %s", live.instance.identifier, trouble)
            live.queue.clear()
            doing.step.failed(trouble if isinstance(trouble, Exception) else Exception(trouble))
        if live.queue and not live.queue[0].step.delay:
            live.instance.status = live.queue[0].step.status
