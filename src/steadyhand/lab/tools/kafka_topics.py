"""kafka-topics.sh: a command line in, what the tool prints and its exit code out.

https://github.com/apache/kafka/blob/3.9/tools/src/main/java/org/apache/kafka/tools/TopicCommand.java
"""

import re
from collections.abc import Sequence
from typing import Any, TextIO

from steadyhand.lab.kafka.client import Client, Unreachable
from steadyhand.lab.kafka.messages import Error
from steadyhand.lab.tools.call import Call
from steadyhand.lab.tools.kafka_options import (
    BadOptions,
    Given,
    kafka_tool,
    log_line,
    not_reached,
    option_table,
    servers_of,
)

ABOUT = "This tool helps to create, delete, describe, or change a topic."
ACTIONS = ("list", "describe", "create", "alter", "delete")
OPTIONS = option_table(
    "list describe create alter delete if-not-exists if-exists exclude-internal "
    "unavailable-partitions under-replicated-partitions topics-with-overrides",
    "bootstrap-server topic partitions# replication-factor# config command-config",
)
LOGGER = "org.apache.kafka.tools.TopicCommand"
EXCEPTIONS = {
    Error.TOPIC_ALREADY_EXISTS: "TopicExistsException",
    Error.INVALID_TOPIC_EXCEPTION: "InvalidTopicException",
    Error.INVALID_PARTITIONS: "InvalidPartitionsException",
    Error.INVALID_REPLICATION_FACTOR: "InvalidReplicationFactorException",
    Error.INVALID_CONFIG: "InvalidConfigurationException",
}
COLLIDE = (
    "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') "
    "could collide. To avoid issues it is best to use either, but not both.\n"
)


class Failed(Exception):
    """The command failed; the tool exits with 1."""

    def __init__(self, message: str, kind: str = "java.lang.IllegalArgumentException") -> None:
        super().__init__(message)
        self.kind = kind


def _check(given: Given) -> None:
    if sum(given.has(action) for action in ACTIONS) != 1:
        raise BadOptions(
            "Command must include exactly one action: "
            "--list, --describe, --create, --alter or --delete"
        )
    if not given.has("bootstrap-server"):
        raise BadOptions('Missing required argument "[bootstrap-server]"')
    if given.has("create", "delete", "alter") and not given.has("topic"):
        raise BadOptions('Missing required argument "[topic]"')
    if given.has("alter") and not given.has("partitions"):
        raise BadOptions('Missing required argument "[partitions]"')


@kafka_tool(OPTIONS, ABOUT, _check)
def main(call: Call, given: Given) -> int:
    stdout, stderr = call.stdout, call.stderr
    try:
        with Client(servers_of(call, given.one("bootstrap-server")), 10) as client:
            _act(client, given, stdout)
    except Unreachable:
        stderr.write(not_reached(given.one("bootstrap-server")))
        stdout.write(
            "Error while executing topic command : Timed out waiting for a node assignment.\n"
        )
        return 1
    except Failed as failed:
        stdout.write(f"Error while executing topic command : {failed}\n")
        stderr.write(log_line("ERROR", f"{failed.kind}: {failed}\n", LOGGER))
        return 1
    return 0


def _act(client: Client, given: Given, stdout: TextIO) -> None:
    if given.has("create"):
        _create(client, given, stdout)
        return
    names = _named(client, given)
    if given.has("list"):
        stdout.write("".join(f"{name}\n" for name in names))
    elif given.has("describe"):
        _describe(client, names, stdout)
    elif given.has("delete"):
        for one in client.ask("DeleteTopics", {"topics": names})["topics"]:
            _raise(one["error"], "")
    else:
        count = given.number("partitions", 0)
        wanted = [{"name": name, "count": count} for name in names]
        for one in client.ask("CreatePartitions", {"topics": wanted})["results"]:
            _raise(one["error"], one["message"])


def _named(client: Client, given: Given) -> list[str]:
    """The topics that are meant: --topic is a regular expression here."""
    every = sorted(client.topics())
    if not given.has("topic"):
        return every
    text = given.one("topic")
    found = [name for name in every if re.fullmatch(text.replace(",", "|"), name)]
    if not found and not given.has("if-exists", "list"):
        raise Failed(f"Topic '{text}' does not exist as expected")
    return found


def _create(client: Client, given: Given, stdout: TextIO) -> None:
    name = given.one("topic")
    if "." in name or "_" in name:
        stdout.write(COLLIDE)
    configs = [text.partition("=") for text in given.all("config")]
    wanted = {
        "name": name,
        "partitions": given.number("partitions", -1),
        "replication": given.number("replication-factor", -1),
        "configs": [{"name": key.strip(), "value": value.strip()} for key, _, value in configs],
    }
    (told,) = client.ask("CreateTopics", {"topics": [wanted], "timeout_ms": 5000})["topics"]
    if told["error"] == Error.TOPIC_ALREADY_EXISTS and given.has("if-not-exists"):
        return
    _raise(told["error"], told["message"])
    stdout.write(f"Created topic {name}.\n")


def _describe(client: Client, names: Sequence[str], stdout: TextIO) -> None:
    asked = [{"type": 2, "name": name} for name in names]
    told = client.ask("DescribeConfigs", {"resources": asked})["results"]
    configs: dict[str, Any] = {one["name"]: one["configs"] for one in told}
    wanted = {"topics": [{"name": name} for name in names]}
    for topic in client.ask("Metadata", wanted)["topics"] if names else []:
        name, partitions = topic["name"], topic["partitions"]
        own = [f"{c['name']}={c['value']}" for c in configs[name] if c["source"] == 1]
        stdout.write(
            f"Topic: {name}\tPartitionCount: {len(partitions)}\tReplicationFactor: 1\t"
            f"Configs: {','.join(own)}\n"
        )
        for one in partitions:
            replicas, isr = (",".join(map(str, one[key])) for key in ("replicas", "isr"))
            stdout.write(
                f"\tTopic: {name}\tPartition: {one['index']}\tLeader: {one['leader_id']}\t"
                f"Replicas: {replicas}\tIsr: {isr}\tElr: N/A\tLastKnownElr: N/A\n"
            )


def _raise(code: int, message: str) -> None:
    if code:
        error = Error(code)
        kind = EXCEPTIONS.get(error, "UnknownServerException")
        raise Failed(message or error.name, f"org.apache.kafka.common.errors.{kind}")
