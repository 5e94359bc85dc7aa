"""The probes of documents: looked with, and judged at once.

One thread with one asyncio loop for all of them. Whatever asks the database is done by other
threads, so that one that is slow or away never delays a look.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from steadyhand.app.oncall.duties import tasks_of
from steadyhand.app.running.runs import operator_of
from steadyhand.app.watching.desk import Desk
from steadyhand.model.duty.heard import duty_id, names_of, slug
from steadyhand.model.settings.probes import HeartbeatProbe
from steadyhand.store import heartbeats
from steadyhand.store.database import Unavailable
from steadyhand.watch.book import Sample

if TYPE_CHECKING:
    from steadyhand.watch.sources.around import Report

_LOOK = 0.5  # seconds between two looks whether to stop, and whether the one who watches has gone
_SILENCE = 2  # of them between two looks for what no sample came of
_THREADS = 32  # at most, for libraries that wait
_REPORTS = 4  # for what asks the journal: never behind a look that hangs
_Pools = tuple[Executor, Executor]  # for libraries that wait, for reports


@dataclass
class Probing:
    """Probes for desks. `trouble` is told what could not be kept, `looked` what system was looked
    at. Without `writes`, what is seen is judged and nothing is written down, whoever watches
    besides.
    """

    desks: Sequence[Desk]
    trouble: Callable[[str], None] = lambda _text: None
    writes: bool = True
    looked: Callable[[str], None] = lambda _system: None
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def loop(self, stopping: Callable[[], bool]) -> None:
        """Probe until `stopping`, where this process is the one that watches."""
        try:
            asyncio.run(self._run(stopping))
        finally:
            self._writer.shutdown(wait=True)

    async def _run(self, stopping: Callable[[], bool]) -> None:
        under: dict[str, asyncio.Task[None]] = {}
        turns, loop = 0, asyncio.get_running_loop()
        leases, reports = ThreadPoolExecutor(1), ThreadPoolExecutor(_REPORTS)
        with leases, reports, ThreadPoolExecutor(min(_THREADS, 4 * len(self.desks))) as threads:
            ours: frozenset[str] = frozenset()
            asked: asyncio.Future[frozenset[str]] | None = None
            try:
                while not stopping():
                    asked = asked or loop.run_in_executor(leases, self._ours)
                    answered, _ = await asyncio.wait([asked], timeout=_LOOK)
                    if answered:
                        ours, asked = asked.result(), None
                    for desk in self.desks:
                        self._keep_up(desk, desk.system in ours, under, (threads, reports))
                        if answered:
                            self.looked(desk.system)  # by another process where it is not ours
                    turns += 1
                    if turns % _SILENCE == 0:
                        self._silence(under)
                    await asyncio.sleep(_LOOK)
            finally:
                for task in under.values():
                    task.cancel()
                await asyncio.gather(*under.values(), return_exceptions=True)

    def _ours(self) -> frozenset[str]:
        """Name the systems that this process looks at."""
        return frozenset(desk.system for desk in self.desks if not self.writes or desk.lease.held())

    def _keep_up(
        self, desk: Desk, ours: bool, under: dict[str, asyncio.Task[None]], pools: _Pools
    ) -> None:
        """Begin with the probes of a desk when it is ours, and end when it is no more."""
        task = under.get(desk.system)
        if task is not None and task.done():
            del under[desk.system]
            if not task.cancelled():
                task.result()  # raises what it has died of
        elif task is not None and not ours:
            task.cancel()
        elif task is None and ours:
            under[desk.system] = asyncio.create_task(self._probe(desk, *pools))

    async def _probe(self, desk: Desk, threads: Executor, reports: Executor) -> None:
        from steadyhand.watch.prober import probe  # its libraries are for those who probe
        from steadyhand.watch.sources.around import Around

        control, target = desk.control, desk.target
        since = control.clock.now()

        around = Around(
            threads,
            control.reading_world(target),
            operator_of(control, target, desk.system).values,
            dict(target.hosts),
            dict(target.tls_hosts),
            target.authority,
            partial(report, desk, since, beside=self.desks),
            control.clock.now,
            reports,
        )

        def put(sample: Sample) -> None:
            if desk.take(sample):
                self._write(desk)

        await asyncio.get_running_loop().run_in_executor(self._writer, self._stand, desk)
        await probe(dict(desk.watcher.probes), around, put, desk.loaded.settings.watch)

    def _stand(self, desk: Desk) -> None:
        self._safely(desk, desk.stand)

    def _silence(self, under: Sequence[str] | dict[str, asyncio.Task[None]]) -> None:
        for desk in self.desks:
            if desk.system in under and desk.silence():
                self._write(desk)

    def _write(self, desk: Desk) -> None:
        if self.writes:
            written = self._writer.submit(self._safely, desk, desk.write)
            written.add_done_callback(partial(self._told, desk))

    def _told(self, desk: Desk, written: Future[None]) -> None:
        """Tell of what nobody foresaw: nobody waits for what was submitted."""
        if (error := written.exception()) is not None:
            said = f"{type(error).__name__}: {error}"
            self.trouble(f"{desk.system}: what a probe saw was not written down: {said}")

    def _safely(self, desk: Desk, what: Callable[[], None]) -> None:
        try:
            what()
        except Unavailable as error:  # what could not be written is tried again by the next look
            self.trouble(f"{desk.system}: the database is away: {error}")


def report(desk: Desk, since: datetime, name: str, beside: Sequence[Desk] = ()) -> "Report":
    """Give the last word of something that reports by itself, listened for `since`.

    A bare name that another system has as well, by its tasks in the journal or the probes of the
    desks `beside`, is nobody's word: only the one with the system before it counts then.
    """
    from steadyhand.watch.sources.around import Report

    database, full = desk.control.journal.database, duty_id(desk.system, name)
    others = _others(desk, name, beside)
    beat = heartbeats.newest(database, (full,) if others else names_of(desk.system, name))
    bare = heartbeats.newest(database, names_of(desk.system, name)) if others else None
    uncounted = ""
    if bare is not None and bare != beat:
        whose = ", ".join(others)
        uncounted = f"“{bare.name}”, heard {bare.at:%Y-%m-%d %H:%M:%S}, may be that of {whose}: "
        uncounted += f"report as {full}"
    if beat is None:
        return Report(None, since, uncounted=uncounted)
    return Report(beat.at, min(since, beat.at), not beat.failed, beat.detail, uncounted)


def _others(desk: Desk, name: str, beside: Sequence[Desk]) -> list[str]:
    """Name the other systems that have something of this name that reports."""
    tasks = (one.duty.definition.system for one in tasks_of(desk.control, name))
    probes = (
        other.system
        for other in beside
        for known, probe in other.watcher.probes.items()
        if isinstance(probe, HeartbeatProbe) and slug(known) == slug(name)
    )
    return sorted({*tasks, *probes} - {desk.system})


@contextmanager
def looking(desk: Desk) -> Iterator[None]:
    """Look with the probes of a desk meanwhile; judge, and write nothing down."""
    done = threading.Event()
    probing = Probing([desk], writes=False)
    thread = threading.Thread(target=probing.loop, args=(done.is_set,), daemon=True)
    if desk.watcher.probes:
        thread.start()
    try:
        yield
    finally:
        done.set()
        if thread.is_alive():
            thread.join(10)
