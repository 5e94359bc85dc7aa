"""A broker's address in, messages read from a topic and written to it out. Knows no fault.

kafka-python is slow to import, so that is done when a fault first needs it.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from steadyhand.lab.faults.fault import BadParameter
from steadyhand.lab.kafka.client import Client, Unreachable

PATIENCE = 5.0


@dataclass(frozen=True)
class Letter:
    key: bytes | None
    value: bytes | None
    partition: int | None = None


@contextmanager
def producer(servers: str) -> Iterator[Any]:
    """Raises BadParameter where no broker answers."""
    from kafka import KafkaProducer

    _quiet(servers)
    made = KafkaProducer(bootstrap_servers=servers, linger_ms=5)
    try:
        yield made
        made.flush(PATIENCE)
    finally:
        made.close(timeout=PATIENCE)


def send(made: Any, topic: str, letters: list[Letter]) -> None:
    for letter in letters:
        made.send(topic, letter.value, letter.key, partition=letter.partition)


def newest(servers: str, topic: str, count: int) -> list[Letter]:
    """The last messages of a topic that are JSON, of all partitions. Raises BadParameter."""
    from kafka import KafkaConsumer, TopicPartition

    _quiet(servers)
    reader = KafkaConsumer(bootstrap_servers=servers, group_id=None, max_poll_records=count)
    try:
        places = [TopicPartition(topic, n) for n in reader.partitions_for_topic(topic) or ()]
        reader.assign(places)
        firsts, ends = reader.beginning_offsets(places), reader.end_offsets(places)
        share = max(1, count // max(1, len(places)))
        for place in places:
            reader.seek(place, max(firsts[place], ends[place] - share))
        found: list[Letter] = []
        deadline = time.monotonic() + 2 * PATIENCE
        while any(reader.position(place) < ends[place] for place in places):
            if time.monotonic() > deadline:
                raise BadParameter(f"{topic} cannot be read")
            for records in reader.poll(500).values():
                found += [
                    Letter(one.key, one.value, one.partition)
                    for one in records
                    if _is_json(one.value)
                ]
    finally:
        reader.close()
    if not found:
        raise BadParameter(f"nothing has been sent to {topic} yet")
    return found


def _is_json(value: bytes | None) -> bool:
    try:
        json.loads(value or b"")
    except ValueError:
        return False
    return True


def _quiet(servers: str) -> None:
    """Keep the library from waiting long, and from talking, where there is no broker."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        with Client(servers, PATIENCE) as client:
            client.topics()
    except Unreachable as error:
        raise BadParameter(f"Kafka does not answer: {error}") from None
