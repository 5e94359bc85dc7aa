"""What both workers have in common: read, do, commit, say that one gets on; until SIGTERM.

A message is done at least once. A failure that time may mend (no database, no Kafka) is tried
again for as long as it lasts, and nothing is committed meanwhile: the lag is where it shows.
"""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
import redis
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from steadyhand.lab.ending import set_by
from steadyhand.lab.systems.revenue_context.app.bus import Bus, BusDown, KafkaError, consumer
from steadyhand.lab.systems.revenue_context.app.logs import failed, say
from steadyhand.lab.systems.revenue_context.app.settings import Settings
from steadyhand.lab.systems.revenue_context.app.workers import heartbeats

RETRY = 1.0
LOOK = 1000  # milliseconds; so long may it take until a worker hears that it is to end


@dataclass
class Worker:
    """One process of a service. `work` does one record with an open connection."""

    service: str
    group: str
    topic: str
    settings: Settings
    work: Callable[["Worker", Connection[DictRow], Any], None]

    def __post_init__(self) -> None:
        self.ending = threading.Event()
        self.bus = Bus(self.settings.brokers)
        self.redis = redis.Redis.from_url(
            self.settings.redis_url, decode_responses=True, socket_timeout=2
        )
        self._database: Connection[DictRow] | None = None
        self._beat = 0.0

    def run(self) -> None:
        """Work until SIGTERM, or until `ending` is set."""
        if threading.current_thread() is threading.main_thread():
            set_by(self.ending, signal.SIGTERM)
        say("INFO", "starting", service=self.service, version=self.settings.version)
        self._beat_now()
        while not self.ending.is_set():
            try:
                self._consume()
            except KafkaError as error:
                failed("reading from Kafka", error)
                self.ending.wait(RETRY)
        with suppress(redis.RedisError):
            heartbeats.stop(self.redis, self.service, self.settings.worker)
        if self._database is not None:
            self._database.close()
        self.bus.close()
        say("INFO", "stopped", service=self.service)

    def _consume(self) -> None:
        reader = consumer(self.settings.brokers, self.group, self.topic)
        try:
            while not self.ending.is_set():
                polled = reader.poll(timeout_ms=LOOK)
                done = [
                    self._until_done(record) for records in polled.values() for record in records
                ]
                # A worker that was told to stop leaves the rest to the next one.
                if done and all(done):
                    reader.commit()
                self._beat_now()
        finally:
            reader.close()

    def _until_done(self, record: Any) -> bool:
        while not self.ending.is_set():
            try:
                self.work(self, self._connection(), record)
            except (psycopg.Error, BusDown) as error:
                failed(f"{self.topic}[{record.partition}]@{record.offset}", error)
                self._drop_connection()
                self.ending.wait(RETRY)
            else:
                self._beat_now()
                return True
        return False

    def _connection(self) -> Connection[DictRow]:
        if self._database is None or self._database.closed:
            self._database = Connection[DictRow].connect(
                self.settings.dsn,
                autocommit=True,
                row_factory=dict_row,
                application_name=self.service,
            )
        return self._database

    def _drop_connection(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _beat_now(self) -> None:
        """Say that work gets on. Called only when it does."""
        if time.monotonic() - self._beat < self.settings.heartbeat_every:
            return
        try:
            heartbeats.beat(self.redis, self.service, self.settings.worker)
            self._beat = time.monotonic()
        except redis.RedisError as error:
            failed("heartbeat", error)
            self._beat = time.monotonic()
