"""A broker as a process of its own, and kafka-python's clients of it."""

import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from steadyhand.lab.kafka.client import Client, Unreachable

with warnings.catch_warnings():
    # kafka-python reads its schemas in a way that Python 3.11 calls deprecated, and 3.13 does not.
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import (
        KafkaConsumer,
        KafkaProducer,
        TopicPartition,
    )

__all__ = ["Broker", "KafkaConsumer", "KafkaProducer", "TopicPartition"]

HOST = "127.0.0.1"


class Broker:
    """A broker that can be killed and started again on the same folder and port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server((HOST, 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self.servers = f"{HOST}:{self.port}"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "steadyhand.lab.kafka", "--data", str(self.folder)),
                *("--host", HOST, "--port", str(self.port), "--min-session-timeout-ms", "500"),
            ],
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 15
        while True:
            try:
                with Client(self.servers, 1):
                    return
            except Unreachable:
                assert self.process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.03)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(5)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(5)

    def create(self, topic: str, partitions: int = 1, **configs: str) -> None:
        wanted = {
            "name": topic,
            "partitions": partitions,
            "replication": 1,
            "configs": [
                {"name": name.replace("_", "."), "value": value} for name, value in configs.items()
            ],
        }
        with Client(self.servers) as client:
            (told,) = client.ask("CreateTopics", {"topics": [wanted], "timeout_ms": 5000})["topics"]
        assert told["error"] == 0, told

    def producer(self, **options: Any) -> KafkaProducer:
        return KafkaProducer(bootstrap_servers=self.servers, **options)

    def consumer(self, *topics: str, **options: Any) -> KafkaConsumer:
        made = KafkaConsumer(
            **{
                "bootstrap_servers": self.servers,
                "auto_offset_reset": "earliest",
                "heartbeat_interval_ms": 150,
                "metadata_max_age_ms": 1000,
                **options,
            },
        )
        for topic in topics:
            # A leader that does not know a topic's partitions yet shares out none, and this client
            # does not always notice when it learns of them during a rebalance.
            assert made.partitions_for_topic(topic)
        if topics:
            made.subscribe(topics)
        return made

    def write(self, topic: str, values: list[bytes], partition: int | None = 0) -> None:
        producer = self.producer()
        for value in values:
            producer.send(topic, value, partition=partition)
        producer.flush(10)
        producer.close()
