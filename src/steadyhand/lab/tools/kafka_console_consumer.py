"""kafka-console-consumer.sh: a topic in, its records as lines of standard output out.

https://github.com/apache/kafka/blob/3.9/tools/src/main/java/org/apache/kafka/tools/consumer/ConsoleConsumer.java
"""

import logging
import random
import time
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

ABOUT = "This tool helps to read data from Kafka topics and outputs it to standard output."
OPTIONS = option_table(
    "from-beginning skip-message-on-error enable-systest-events",
    "bootstrap-server topic include partition# offset consumer-property consumer.config formatter "
    "property formatter-config max-messages# timeout-ms## key-deserializer value-deserializer "
    "isolation-level group",
)
LOGGER = "org.apache.kafka.tools.consumer.ConsoleConsumer"
RETRY = 0.25
PROPERTIES = {
    "print.timestamp": "false",
    "print.key": "false",
    "print.offset": "false",
    "print.partition": "false",
    "print.headers": "false",
    "print.value": "true",
    "key.separator": "\t",
    "line.separator": "\n",
    "headers.separator": ",",
    "null.literal": "null",
}


class Silence(Exception):
    """Nothing came within the time that was given."""


def _check(given: Given) -> None:
    if given.has("topic") == given.has("include"):
        raise BadOptions("Exactly one of --include/--topic is required. ")
    if given.has("partition") and not given.has("topic"):
        raise BadOptions("The topic is required when partition is specified.")
    if given.has("offset") and not given.has("partition"):
        raise BadOptions("The partition is required when offset is specified.")
    if given.has("offset") and given.has("from-beginning"):
        raise BadOptions("Options from-beginning and offset cannot be specified together.")
    if given.has("group") and given.has("partition"):
        raise BadOptions("Options group and partition cannot be specified together.")
    place = given.one("offset", "latest")
    if place not in ("earliest", "latest") and not place.isdigit():
        raise BadOptions(
            f"The provided offset value '{place}' is incorrect. Valid values are 'earliest', "
            "'latest', or a non-negative long."
        )
    if not given.has("bootstrap-server"):
        raise BadOptions('Missing required argument "[bootstrap-server]"')


@kafka_tool(OPTIONS, ABOUT, _check)
def main(call: Call, given: Given) -> int:
    stdout, stderr = call.stdout, call.stderr
    given.values["bootstrap-server"] = [servers_of(call, given.one("bootstrap-server"))]
    count = 0
    try:
        for record in _records(given, stderr):
            _print(record, given, stdout)
            count += 1
            if count == given.number("max-messages", -1):
                break
    except Silence:
        text = "Error processing message, terminating consumer process: "
        stderr.write(log_line("ERROR", text, LOGGER))
        stderr.write("org.apache.kafka.common.errors.TimeoutException\n")
    except BrokenPipeError:
        stderr.write("Unable to write to standard out, closing consumer.\n")
    finally:
        stderr.write(f"Processed a total of {count} messages\n")
    return 0


def _records(given: Given, stderr: TextIO) -> Any:
    """Give the records as they come, for ever, or until nothing came for --timeout-ms."""
    from kafka import KafkaConsumer  # slow to import

    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    quiet = given.number("timeout-ms", -1) / 1000
    group = given.one("group", f"console-consumer-{random.randrange(100_000)}")
    _wait_for_topic(given, group, quiet, stderr)
    consumer = KafkaConsumer(
        bootstrap_servers=given.one("bootstrap-server"),
        client_id="console-consumer",
        # A group of its own making is not worth an offset.
        group_id=None if given.has("partition") else group,
        enable_auto_commit=given.has("group"),
        auto_offset_reset="earliest" if given.has("from-beginning") else "latest",
        max_poll_records=_at_once(given),
    )
    try:
        _take_place(consumer, given)
        heard = time.monotonic()
        while quiet < 0 or time.monotonic() - heard <= quiet:
            wait = 500 if quiet < 0 else max(1, min(500, int(quiet * 1000)))
            for records in consumer.poll(wait).values():
                heard = time.monotonic()
                yield from records
        raise Silence
    finally:
        consumer.close()


def _at_once(given: Given) -> int:
    """With a limit, records are taken singly, so that nothing unprinted is committed as read."""
    return 1 if given.has("max-messages") and given.has("group") else 500


def _wait_for_topic(given: Given, group: str, quiet: float, stderr: TextIO) -> None:
    """Wait until the topic is there, saying so, as the consumer of Kafka does."""
    started = time.monotonic()
    servers = given.one("bootstrap-server")
    who = f"[Consumer clientId=console-consumer, groupId={group}]"
    while True:
        try:
            with Client(servers, 5) as client:
                topics = client.topics()
                if given.has("include") or given.one("topic") in topics:
                    return
            text = (
                f"{who} Error while fetching metadata with correlation id 2 : "
                f"{{{given.one('topic')}=UNKNOWN_TOPIC_OR_PARTITION}}"
            )
        except Unreachable:
            text = (
                f"{who} Connection to node -1 ({servers}) could not be established. "
                "Node may not be available."
            )
        stderr.write(log_line("WARN", text, "org.apache.kafka.clients.NetworkClient"))
        stderr.flush()
        if 0 <= quiet < time.monotonic() - started:
            raise Silence
        time.sleep(RETRY)


def _take_place(consumer: Any, given: Given) -> None:
    from kafka import TopicPartition

    if given.has("include"):
        consumer.subscribe(pattern=given.one("include"))
        return
    topic = given.one("topic")
    consumer.partitions_for_topic(topic)
    if not given.has("partition"):
        consumer.subscribe([topic])
        return
    place = TopicPartition(topic, given.number("partition", 0))
    consumer.assign([place])
    offset = "earliest" if given.has("from-beginning") else given.one("offset", "latest")
    if offset == "earliest":
        consumer.seek_to_beginning(place)
    elif offset == "latest":
        consumer.seek_to_end(place)
    else:
        consumer.seek(place, int(offset))


def _print(record: Any, given: Given, stdout: TextIO) -> None:
    """Write a record as Kafka's DefaultMessageFormatter does."""
    settings = {**PROPERTIES, **dict(text.partition("=")[::2] for text in given.all("property"))}
    nothing = settings["null.literal"]

    def text(value: bytes | None) -> str:
        return nothing if value is None else value.decode(errors="replace")

    headers = settings["headers.separator"].join(f"{k}:{text(v)}" for k, v in record.headers)
    parts = {
        "print.timestamp": f"CreateTime:{record.timestamp}",
        "print.partition": f"Partition:{record.partition}",
        "print.offset": f"Offset:{record.offset}",
        "print.headers": headers or "NO_HEADERS",
        "print.key": text(record.key),
        "print.value": text(record.value),
    }
    shown = [value for name, value in parts.items() if settings[name] == "true"]
    stdout.write(settings["key.separator"].join(shown) + settings["line.separator"])
    stdout.flush()
