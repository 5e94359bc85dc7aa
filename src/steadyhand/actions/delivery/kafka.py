"""The argv of Kafka's own scripts in, effect and reason out.

https://kafka.apache.org/documentation/#basic_ops. A script that is not here is unknown.
"""

from collections.abc import Callable

from steadyhand.actions.delivery.tables import BACK, FELT, GONE
from steadyhand.actions.words import Argv, change, destroy, flag, option, read, unknown
from steadyhand.model.effect import Aspects, Classified

Made = tuple[Callable[..., Classified], str, Aspects]


def classify_kafka_consumer(argv: Argv) -> Classified:
    """Classify `kafka-console-consumer.sh`. Pure."""
    endless = option(argv, "--max-messages") is None and option(argv, "--timeout-ms") is None
    if option(argv, "--group") is not None:
        return change("kafka-console-consumer takes messages from a group", endless=endless)
    return read("kafka-console-consumer reads messages", endless=endless)


def classify_kafka_producer(argv: Argv) -> Classified:
    """Classify `kafka-console-producer.sh`. Pure."""
    return change(f"{argv[0]} sends messages")


def _by_flags(rows: dict[str, Made]) -> Callable[[Argv], Classified]:
    """Make a classifier of a table flag → what it does, the worst first; `*` stands for none."""

    def classify(argv: Argv) -> Classified:
        if flag(argv, "--version", "--help"):
            return read(f"{argv[0]} prints its version or help")
        for flags, (make, does, aspects) in rows.items():
            if flags == "*" or all(flag(argv, one) for one in flags.split()):
                return make(f"{argv[0]} {does}", *aspects)
        return unknown(argv[:2])

    return classify


_GROUPS = _by_flags(
    {
        "--delete-offsets": (destroy, "deletes what a group has read", (GONE,)),
        "--delete": (destroy, "deletes what a group has read", (GONE,)),
        "--reset-offsets --execute": (destroy, "makes a group read again, or skip", (FELT,)),
        "--reset-offsets": (read, "shows what a reset would do", ()),
        "--describe": (read, "reads", ()),
        "--list": (read, "reads", ()),
        "--validate-regex": (read, "reads", ()),
    }
)
_LOOKS = _by_flags({"*": (read, "reads", ())})
_RESETS = _by_flags(
    {
        "--dry-run": (read, "shows what a reset would do", ()),
        "*": (destroy, "makes an application read everything again", (FELT, GONE)),
    }
)

KAFKA: dict[str, Callable[[Argv], Classified]] = {
    "kafka-acls": _by_flags(
        {
            "--remove": (destroy, "takes rights away", (BACK, FELT)),
            "--add": (change, "gives rights", (BACK,)),
            "--list": (read, "reads", ()),
        }
    ),
    "kafka-broker-api-versions": _LOOKS,
    "kafka-configs": _by_flags(
        {
            "--alter": (change, "changes settings of a topic or a broker", (BACK, FELT)),
            "--describe": (read, "reads", ()),
        }
    ),
    "kafka-console-consumer": classify_kafka_consumer,
    "kafka-console-producer": classify_kafka_producer,
    "kafka-console-share-consumer": lambda argv: change(f"{argv[0]} takes messages", endless=True),
    "kafka-consumer-groups": _GROUPS,
    "kafka-delete-records": _by_flags({"*": (destroy, "deletes messages", (GONE,))}),
    "kafka-dump-log": _LOOKS,
    "kafka-features": _by_flags(
        {
            "upgrade": (change, "changes which features are in force", (FELT,)),
            "downgrade": (destroy, "takes features back", (FELT, GONE)),
            "disable": (destroy, "takes features back", (FELT,)),
            "describe": (read, "reads", ()),
        }
    ),
    "kafka-get-offsets": _LOOKS,
    "kafka-groups": _LOOKS,
    "kafka-leader-election": _by_flags({"*": (change, "changes which broker leads", (FELT,))}),
    "kafka-log-dirs": _LOOKS,
    "kafka-metadata-quorum": _by_flags(
        {
            "add-controller": (change, "adds a controller", (BACK,)),
            "remove-controller": (destroy, "removes a controller", (BACK, FELT)),
            "describe": (read, "reads", ()),
        }
    ),
    "kafka-reassign-partitions": _by_flags(
        {
            "--cancel": (destroy, "stops partitions on their way", (FELT,)),
            "--execute": (change, "moves partitions to other brokers", (BACK, FELT)),
            "--verify": (change, "looks, and takes throttles away that are done with", ()),
            "--generate": (read, "shows a plan", ()),
            "--list": (read, "reads", ()),
        }
    ),
    "kafka-server-start": _by_flags({"*": (change, "starts a broker", (BACK,))}),
    "kafka-server-stop": _by_flags({"*": (destroy, "stops every broker here", (BACK, FELT))}),
    "kafka-streams-application-reset": _RESETS,
    "kafka-topics": _by_flags(
        {
            "--delete": (destroy, "deletes a topic", (GONE,)),
            "--create": (change, "makes a topic", (BACK,)),
            "--alter": (change, "changes a topic", ()),
            "--describe": (read, "reads", ()),
            "--list": (read, "reads", ()),
        }
    ),
    "kafka-transactions": _by_flags(
        {
            "abort": (destroy, "ends a transaction", (GONE,)),
            "forceTerminateTransaction": (destroy, "ends a transaction", (GONE,)),
            "list": (read, "reads", ()),
            "describe": (read, "reads", ()),
            "describe-producers": (read, "reads", ()),
            "find-hanging": (read, "reads", ()),
        }
    ),
}
