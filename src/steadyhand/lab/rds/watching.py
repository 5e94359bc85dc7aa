"""A running server in, what one sees of it out: connections, space, processor, reads and writes.

One thread for each instance, so that one that hangs does not hide the others. It also commits the
heartbeat by which the log of changes is known to be archived up to a moment. Changes no state.
"""

import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg

from steadyhand.lab.durations import Durations
from steadyhand.lab.rds.classes import (
    CORES_PER_VCPU,
    MEMORY_SCALE,
    InstanceClass,
    as_allocated,
    quota,
)
from steadyhand.lab.rds.server import MONITOR, Server
from steadyhand.lab.usage import children, usage

# CloudWatch has a figure a minute. A look costs some milliseconds, a count of the files some ten.
LOOK_SECONDS, LOOK_FLOOR = 2.0, 0.7
COUNT_SECONDS, COUNT_FLOOR = 30.0, 2.0
STALE_SECONDS = 5.0
# pg_stat_io counts since the start; object 'wal' is in it since PostgreSQL 18.
LOOK = f"""
select now(), (select count(*) from pg_stat_activity
        where backend_type = 'client backend' and application_name <> '{MONITOR}'),
       pg_current_snapshot()::text,
       coalesce(sum(reads), 0)::float, coalesce(sum(read_time), 0)::float,
       coalesce(sum(writes), 0)::float, coalesce(sum(write_time), 0)::float,
       pg_is_in_recovery(),
       case when not pg_is_in_recovery() then 0.0
            when not exists (select from pg_stat_wal_receiver where status = 'streaming') then -1.0
            when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0.0
            else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float
       end
from pg_stat_io
"""
BEAT = (
    "select clock_timestamp(), pg_logical_emit_message(true, 'rds', 'heartbeat')",
    "select pg_walfile_name(pg_switch_wal())",
)


@dataclass(frozen=True)
class Subject:
    """What is watched. No `archive`: no log of changes is kept, or it is a replica's."""

    server: Server
    size: InstanceClass
    allocated_gib: int
    archive: Path | None
    beat_seconds: float
    durations: Durations


@dataclass(frozen=True)
class Sample:
    """What was seen at one moment, as CloudWatch counts it: name → (value, unit)."""

    at: float  # monotonic
    values: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    used: int = 0  # real bytes
    answers: bool = False


@dataclass(frozen=True)
class _Counts:
    at: float
    cpu: float
    reads: float = 0.0
    read_ms: float = 0.0
    writes: float = 0.0
    write_ms: float = 0.0


class Watch:
    """Looks at one server until it is told to stop. Its fields are read by the room's tick."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.sample = Sample(time.monotonic())
        self.beat: datetime | None = None  # a commit at or after this moment is in the archive
        self.restorable: datetime | None = None  # as far as one may restore
        self._ending = threading.Event()
        self._last: _Counts | None = None
        self._cpu: dict[int, float] = {}
        self._spent = 0.0
        self._look_seconds = subject.durations.shortened(LOOK_SECONDS, LOOK_FLOOR)
        self._count_seconds = subject.durations.shortened(COUNT_SECONDS, COUNT_FLOOR)
        self._counted = (-COUNT_SECONDS, 0)
        self._quiet = ""  # the transactions at the last heartbeat, while none is under way
        self._sent: tuple[datetime, str] | None = None
        self._beaten = 0.0
        self._thread = threading.Thread(target=self._run, name="rds-watch", daemon=True)

    def fresh(self) -> bool:
        """Did the server answer, and lately?"""
        return self.sample.answers and time.monotonic() - self.sample.at < STALE_SECONDS

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()

    def _run(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        while not self._ending.wait(self._look_seconds):
            try:
                if connection is None:
                    connection = psycopg.connect(self.subject.server.dsn, autocommit=True)
                self._look(connection)
            except (psycopg.Error, OSError):
                if connection is not None:
                    with suppress(psycopg.Error):
                        connection.close()
                connection = None
                self.sample = Sample(time.monotonic(), {}, used(self.subject.server.data))
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _look(self, connection: psycopg.Connection[Any]) -> None:
        row = connection.execute(LOOK.encode()).fetchone()
        assert row is not None
        at, connections, transactions, reads, read_ms, writes, write_ms, replica, lag = row
        cpu, memory = self._processes()
        now = _Counts(time.monotonic(), cpu, reads, read_ms, writes, write_ms)
        space = self._used(now.at)
        values = {
            "DatabaseConnections": (float(connections), "Count"),
            **self._space(space),
            "FreeableMemory": (
                float(max(0, self.subject.size.memory - memory * MEMORY_SCALE)),
                "Bytes",
            ),
            **(_rates(self._last, now, self.subject.size) if self._last else {}),
        }
        if replica:
            values["ReplicaLag"] = (float(lag), "Seconds")
        self._last = now
        self.sample = Sample(now.at, values, space, True)
        if self.subject.archive is not None and not replica:
            moment = at.astimezone(UTC)
            self._keep_restorable(connection, (moment, str(transactions)), self.subject.archive)

    def _used(self, now: float) -> int:
        """Count the disk again now and then; often, when there is little left."""
        close = self._counted[1] > 0.7 * quota(self.subject.allocated_gib)
        if close or now - self._counted[0] > self._count_seconds:
            self._counted = (now, used(self.subject.server.data))
        return self._counted[1]

    def _space(self, space: int) -> dict[str, tuple[float, str]]:
        free = max(0, quota(self.subject.allocated_gib) - space)
        return {"FreeStorageSpace": (float(as_allocated(free)), "Bytes")}

    def _processes(self) -> tuple[float, int]:
        """Processor seconds so far, and the memory that its processes have for themselves."""
        seen: dict[int, float] = {}
        memory = 0
        with suppress(psutil.Error):
            server = self.subject.server.process.pid
            for pid in (server, *children(server)):
                with suppress(psutil.Error):
                    one = usage(pid)
                    seen[pid] = one.seconds
                    memory += max(0, one.resident - one.shared)
        # A connection that has ended takes its seconds with it, so growth is what is added up.
        self._spent += sum(max(0.0, s - self._cpu.get(pid, 0.0)) for pid, s in seen.items())
        self._cpu = seen
        return self._spent, memory

    # --- the log of changes --------------------------------------------------------------------

    def _keep_restorable(
        self, connection: psycopg.Connection[Any], seen: tuple[datetime, str], archive: Path
    ) -> None:
        """Commit a heartbeat now and then, and see when it has come to the archive."""
        if self._sent is not None:
            moment, segment = self._sent
            if (archive / segment).exists():
                self.beat, self.restorable, self._sent = moment, moment, None
            return
        if time.monotonic() - self._beaten < self.subject.beat_seconds:
            return
        moment, transactions = seen
        self._beaten = time.monotonic()
        if transactions == self._quiet and self.beat is not None:
            # Nothing was written since, so what is in the archive is the state of that moment.
            self.restorable = moment
            return
        row = connection.execute(BEAT[0].encode()).fetchone()
        name = connection.execute(BEAT[1].encode()).fetchone()
        assert row is not None
        assert name is not None
        self._sent = (row[0].astimezone(UTC), str(name[0]))
        after = connection.execute(b"select pg_current_snapshot()::text").fetchone()
        assert after is not None
        least, most, _ = str(after[0]).split(":")
        self._quiet = str(after[0]) if least == most else ""


def _rates(last: _Counts, now: _Counts, size: InstanceClass) -> dict[str, tuple[float, str]]:
    span = max(now.at - last.at, 0.001)
    reads, writes = max(0.0, now.reads - last.reads), max(0.0, now.writes - last.writes)
    cores = size.vcpus * CORES_PER_VCPU
    read_ms, write_ms = max(0.0, now.read_ms - last.read_ms), max(0.0, now.write_ms - last.write_ms)
    return {
        "CPUUtilization": (min(100.0, 100 * (now.cpu - last.cpu) / span / cores), "Percent"),
        "ReadIOPS": (reads / span, "Count/Second"),
        "WriteIOPS": (writes / span, "Count/Second"),
        "ReadLatency": (read_ms / reads / 1000 if reads else 0.0, "Seconds"),
        "WriteLatency": (write_ms / writes / 1000 if writes else 0.0, "Seconds"),
    }


def used(folder: Path) -> int:
    """How many bytes of disk a folder takes; what vanishes meanwhile counts as nothing."""
    total = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    total += used(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total
