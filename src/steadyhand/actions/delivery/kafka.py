"""The argv of Kafka's own scripts in, effect and reason out."""

from collections.abc import Callable

from steadyhand.actions.words import Argv, change, destroy, flag, option, read, unknown
from steadyhand.model.effect import Classified


def classify_kafka_groups(argv: Argv) -> Classified:
    """Classify `kafka-consumer-groups.sh`. Pure."""
    if flag(argv, "--delete", "--delete-offsets"):
        return destroy("kafka-consumer-groups deletes what a group has read")
    if flag(argv, "--reset-offsets"):
        if flag(argv, "--execute"):
            return destroy("kafka-consumer-groups makes a group read again, or skip")
        return read("kafka-consumer-groups shows what a reset would do")
    if flag(argv, "--describe", "--list", "--version", "--help"):
        return read("kafka-consumer-groups reads")
    return unknown(argv)


def classify_kafka_topics(argv: Argv) -> Classified:
    """Classify `kafka-topics.sh`. Pure."""
    if flag(argv, "--delete"):
        return destroy("kafka-topics deletes a topic")
    if flag(argv, "--create", "--alter"):
        return change("kafka-topics changes a topic")
    return read("kafka-topics reads") if flag(argv, "--describe", "--list") else unknown(argv)


def classify_kafka_consumer(argv: Argv) -> Classified:
    """Classify `kafka-console-consumer.sh`. Pure."""
    endless = option(argv, "--max-messages") is None and option(argv, "--timeout-ms") is None
    if option(argv, "--group") is not None:
        return change("kafka-console-consumer takes messages from a group", endless=endless)
    return read("kafka-console-consumer reads messages", endless=endless)


def classify_kafka_producer(argv: Argv) -> Classified:
    """Classify `kafka-console-producer.sh`. Pure."""
    return change(f"{argv[0]} sends messages")


KAFKA: dict[str, Callable[[Argv], Classified]] = {
    "kafka-console-consumer": classify_kafka_consumer,
    "kafka-console-producer": classify_kafka_producer,
    "kafka-consumer-groups": classify_kafka_groups,
    "kafka-topics": classify_kafka_topics,
}
