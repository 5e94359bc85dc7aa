"""Kafka as the application uses it: messages are JSON, and nothing is lost without a word."""

import json
import socket
import threading
import warnings
from contextlib import suppress
from typing import Any

with warnings.catch_warnings():
    # kafka-python reads its schemas in a way that Python 3.11 calls deprecated, and 3.13 does not.
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaConsumer, KafkaProducer, TopicPartition
    from kafka.errors import KafkaError

__all__ = ["Bus", "BusDown", "KafkaError", "consumer", "everything", "reachable"]

Headers = list[tuple[str, bytes]]
SEND_TIMEOUT = 5.0


class BusDown(Exception):
    """Kafka did not take the message."""


class Bus:
    """Sends messages. Connects when the first is sent: a start does not wait for Kafka."""

    def __init__(self, brokers: str) -> None:
        self._brokers = brokers
        self._lock = threading.Lock()
        self._producer: Any = None

    def send(self, topic: str, key: str, message: Any) -> None:
        """Send JSON; returns when Kafka has it. Raises BusDown."""
        self.send_raw(topic, key.encode(), json.dumps(message).encode(), [])

    def send_raw(self, topic: str, key: bytes | None, value: bytes, headers: Headers) -> None:
        try:
            sent = self._connected().send(topic, value=value, key=key, headers=headers)
            sent.get(timeout=SEND_TIMEOUT)
        except KafkaError as error:
            raise BusDown(f"Kafka did not take a message for {topic}: {error!r}") from None

    def _connected(self) -> Any:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(
                    bootstrap_servers=self._brokers,
                    acks="all",
                    delivery_timeout_ms=int(SEND_TIMEOUT * 1000),
                    request_timeout_ms=int(SEND_TIMEOUT * 1000) - 500,
                    max_block_ms=int(SEND_TIMEOUT * 1000),
                )
            return self._producer

    def close(self) -> None:
        if self._producer is not None:
            self._producer.close(timeout=2)


def reachable(brokers: str) -> bool:
    """Whether one of the brokers takes a connection."""
    for broker in brokers.split(","):
        host, _, port = broker.strip().rpartition(":")
        with suppress(OSError, ValueError), socket.create_connection((host, int(port)), 1):
            return True
    return False


def consumer(brokers: str, group: str, topic: str) -> Any:
    """Join a group as a reader of one topic. Raises KafkaError."""
    made = KafkaConsumer(
        bootstrap_servers=brokers,
        group_id=group,
        client_id=group.removesuffix("_group").replace("_", "-"),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=10_000,
        heartbeat_interval_ms=3_000,
        metadata_max_age_ms=30_000,
        fetch_max_wait_ms=5000,
        max_poll_records=100,
    )
    # A leader that does not know a topic's partitions yet shares out none.
    made.partitions_for_topic(topic)
    made.subscribe([topic])
    return made


def everything(brokers: str, group: str, topic: str, limit: int) -> Any:
    """Give what lies in a topic now and `group` has not read, at most `limit`; and how to commit.

    Reads by assignment: a replay by hand is one reader, and waits for no rebalance.
    """
    made = KafkaConsumer(
        bootstrap_servers=brokers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=1,
    )
    places = [TopicPartition(topic, n) for n in made.partitions_for_topic(topic) or ()]
    made.assign(places)
    ends = made.end_offsets(places)
    count = 0
    try:
        while count < limit and any(made.position(place) < ends[place] for place in places):
            for records in made.poll(500).values():
                for record in records:
                    if record.offset < ends[TopicPartition(topic, record.partition)]:
                        yield record
                        count += 1
                        made.commit()
    finally:
        made.close()
