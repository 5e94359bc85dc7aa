"""kafka-console-producer.sh: lines of standard input in, records of a topic out.

https://github.com/apache/kafka/blob/3.9/tools/src/main/java/org/apache/kafka/tools/ConsoleProducer.java
"""

import logging
from typing import Any, TextIO

from steadyhand.lab.kafka.client import Client, Unreachable
from steadyhand.lab.tools.call import Call
from steadyhand.lab.tools.kafka_options import (
    BadOptions,
    Given,
    kafka_tool,
    log_line,
    option_table,
    servers_of,
)

ABOUT = "This tool helps to read data from standard input to Kafka."
OPTIONS = option_table(
    "sync",
    "topic broker-list bootstrap-server batch-size# message-send-max-retries# retry-backoff-ms## "
    "timeout## request-required-acks request-timeout-ms# metadata-expiry-ms## max-block-ms## "
    "max-memory-bytes## max-partition-memory-bytes# line-reader socket-buffer-size# property "
    "reader-config producer-property producer.config",
    "compression-codec",
)
LOGGER = "org.apache.kafka.clients.producer.internals.ErrorLoggingCallback"


def _check(given: Given) -> None:
    for name in ("topic", "bootstrap-server"):
        if not given.has(name) and not (name != "topic" and given.has("broker-list")):
            raise BadOptions(f"Missing required option(s) [{name}]")


@kafka_tool(OPTIONS, ABOUT, _check)
def main(call: Call, given: Given) -> int:
    stdin, stderr = call.stdin, call.stderr
    servers = servers_of(call, given.one("bootstrap-server", given.one("broker-list")))
    wait = given.number("max-block-ms", 60_000) / 1000
    topic = given.one("topic")
    if not _has_topic(servers, topic, wait):
        for line in stdin:
            size = len(line.rstrip("\n").encode())
            text = (
                f"Error when sending message to topic {topic} with key: null, value: {size} bytes "
                "with error:"
            )
            reason = f"Topic {topic} not present in metadata after {int(wait * 1000)} ms."
            stderr.write(log_line("ERROR", text, LOGGER))
            stderr.write(f"org.apache.kafka.common.errors.TimeoutException: {reason}\n")
        return 0
    return _send(servers, topic, given, stdin, stderr)


def _has_topic(servers: str, topic: str, wait: float) -> bool:
    try:
        with Client(servers, wait) as client:
            return topic in client.topics()
    except Unreachable:
        return False


def _send(servers: str, topic: str, given: Given, stdin: TextIO, stderr: TextIO) -> int:
    from kafka import KafkaProducer  # slow to import

    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    settings = dict(text.partition("=")[::2] for text in given.all("property"))
    separator = settings.get("key.separator", "\\t").replace("\\t", "\t")
    codec = given.one("compression-codec", "none") or "gzip"
    options: dict[str, Any] = {"bootstrap_servers": servers, "linger_ms": 5}
    if codec != "none":
        options["compression_type"] = codec
    producer = KafkaProducer(**options)
    try:
        for number, line in enumerate(stdin, 1):
            key, value = None, line.rstrip("\n")
            if settings.get("parse.key") == "true":
                key, found, value = value.partition(separator)
                if not found:
                    stderr.write(f"No key separator found on line number {number}: '{key}'\n")
                    return 1
            told = producer.send(topic, value.encode(), None if key is None else key.encode())
            if given.has("sync"):
                told.get(10)
        producer.flush(30)
    finally:
        producer.close()
    return 0
