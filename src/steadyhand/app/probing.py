"""The probes of one document: looked with, and judged at once.

One thread with one asyncio loop; what has turned is written down by another thread, so that a
database that is slow or away never delays a look.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from steadyhand.app.desk import Desk
from steadyhand.model.probes import AnyProbe
from steadyhand.store import heartbeats
from steadyhand.store.journal import Unavailable
from steadyhand.watch.book import Sample

_STANDBY = 0.5  # seconds between two looks whether the one who watches has gone
_SILENCE = 1.0  # seconds between two looks for what no sample came of
_AWAY = (Unavailable, SQLAlchemyError)


@dataclass
class Probing:
    """Probes for one desk. `trouble` is told what could not be kept. Without `writes`, what is seen
    is judged and nothing is written down, whoever watches besides.
    """

    desk: Desk
    trouble: Callable[[str], None] = lambda _text: None
    writes: bool = True
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    @property
    def probes(self) -> dict[str, AnyProbe]:
        return dict(self.desk.watcher.probes)

    def loop(self, stopping: Callable[[], bool]) -> None:
        """Probe until `stopping`, while this process is the one that watches."""
        try:
            while not stopping():
                if self._ours():
                    asyncio.run(self._probe(lambda: stopping() or not self._ours()))
                else:
                    time.sleep(_STANDBY)
        finally:
            self._writer.shutdown(wait=True)

    def _ours(self) -> bool:
        return not self.writes or self.desk.lease.held()

    async def _probe(self, stopping: Callable[[], bool]) -> None:
        from steadyhand.watch.prober import probe  # its libraries are for those who probe
        from steadyhand.watch.sources.around import Around, Report

        control, target = self.desk.control, self.desk.target
        since = control.clock.now()

        def report(name: str) -> Report:
            beat = heartbeats.last(control.journal.engine, name)
            if beat is None:
                return Report(None, since)
            return Report(beat.at, min(since, beat.at), not beat.failed, beat.detail)

        with ThreadPoolExecutor(4) as threads:
            around = Around(
                threads,
                control.reading_world(target),
                control.operator,
                dict(target.hosts),
                dict(target.tls_hosts),
                target.authority,
                report,
                control.clock.now,
            )
            limits = self.desk.loaded.settings.watch
            ticking = asyncio.create_task(self._ticking())
            try:
                await probe(self.probes, around, self._put, stopping, limits)
            finally:
                ticking.cancel()

    async def _ticking(self) -> None:
        while True:
            await asyncio.sleep(_SILENCE)
            if self.writes:
                self._judge(self.desk.silence)

    def _put(self, sample: Sample) -> None:
        if self.desk.take(sample) and self.writes:
            self._judge(self.desk.write)

    def _judge(self, what: Callable[[], None]) -> None:
        self._writer.submit(self._safely, what)

    def _safely(self, what: Callable[[], None]) -> None:
        try:
            what()
        except _AWAY as error:  # the next look at all alarms writes what is still so
            self.trouble(f"{self.desk.system}: the database is away: {error}")


@contextmanager
def looking(desk: Desk) -> Iterator[None]:
    """Look with the probes of a desk meanwhile; judge, and write nothing down."""
    done = threading.Event()
    probing = Probing(desk, writes=False)
    thread = threading.Thread(target=probing.loop, args=(done.is_set,), daemon=True)
    if desk.watcher.probes:
        thread.start()
    try:
        yield
    finally:
        done.set()
        if thread.is_alive():
            thread.join(10)
