"""Topics by name: made, grown, removed; each a folder with a log for each partition."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steadyhand.lab.kafka.messages import Error
from steadyhand.lab.kafka.storage.log import Limits, Log

# https://github.com/apache/kafka/blob/3.9/clients/src/main/java/org/apache/kafka/common/internals/Topic.java
NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")
MAX_PARTITIONS = 64  # each costs a file at least

# https://kafka.apache.org/documentation/#topicconfigs
# The sizes are smaller than Kafka's own: nobody's laptop is to be filled.
DEFAULTS = {
    "cleanup.policy": "delete",
    "compression.type": "producer",
    "max.message.bytes": "1048588",
    "message.timestamp.type": "CreateTime",
    "min.insync.replicas": "1",
    "retention.bytes": str(16 * 1024 * 1024),
    "retention.ms": "604800000",
    "segment.bytes": str(2 * 1024 * 1024),
}
_NUMBERS = ("max.message.bytes", "retention.bytes", "retention.ms", "segment.bytes")


class Refused(Exception):
    """A topic cannot be made or changed like that; `message` is what Kafka says."""

    def __init__(self, error: Error, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


@dataclass
class Topic:
    name: str
    configs: dict[str, str]  # what was set; the rest is as DEFAULTS has it
    logs: list[Log]


@dataclass(frozen=True)
class Wanted:
    """A topic that somebody wants made. -1 leaves a number to the broker."""

    name: str
    partitions: int = -1
    replication: int = -1
    configs: Mapping[str, str | None] | None = None


class Topics:
    """All topics of the broker, as they lie in its folder. Raises Refused."""

    def __init__(self, folder: Path, default_partitions: int) -> None:
        self._folder = folder
        self._default_partitions = default_partitions
        folder.mkdir(parents=True, exist_ok=True)
        self.all: dict[str, Topic] = {}
        for path in sorted(folder.glob("*/topic.json")):
            told = json.loads(path.read_text())
            name = path.parent.name
            self.all[name] = self._open(name, told["partitions"], told["configs"])
        for left in folder.glob("*.deleted"):
            shutil.rmtree(left, ignore_errors=True)

    def _open(self, name: str, partitions: int, configs: dict[str, str]) -> Topic:
        limits = _limits(configs)
        logs = [Log(self._folder / name / str(n), limits) for n in range(partitions)]
        return Topic(name, configs, logs)

    def log(self, name: str, partition: int) -> Log | None:
        topic = self.all.get(name)
        if topic is None or not 0 <= partition < len(topic.logs):
            return None
        return topic.logs[partition]

    def create(self, wanted: Wanted, validate_only: bool = False) -> None:
        partitions, configs = self._checked(wanted)
        if validate_only:
            return
        (self._folder / wanted.name).mkdir()
        topic = self._open(wanted.name, partitions, configs)
        self._write(topic)
        self.all[wanted.name] = topic

    def _checked(self, wanted: Wanted) -> tuple[int, dict[str, str]]:
        check_name(wanted.name)
        if wanted.name in self.all:
            message = f"Topic '{wanted.name}' already exists."
            raise Refused(Error.TOPIC_ALREADY_EXISTS, message)
        partitions = self._default_partitions if wanted.partitions == -1 else wanted.partitions
        if partitions < 1:
            message = "Number of partitions must be larger than 0."
            raise Refused(Error.INVALID_PARTITIONS, message)
        if partitions > MAX_PARTITIONS:
            message = f"This broker holds at most {MAX_PARTITIONS} partitions of a topic."
            raise Refused(Error.INVALID_PARTITIONS, message)
        if wanted.replication not in (-1, 1):
            wish = wanted.replication
            message = (
                f"Unable to replicate the partition {wish} time(s): The target replication factor "
                f"of {wish} cannot be reached because only 1 broker(s) are registered."
                if wish > 1
                else "Replication factor must be larger than 0, or -1 to use the default value."
            )
            raise Refused(Error.INVALID_REPLICATION_FACTOR, message)
        return partitions, _checked_configs(wanted.configs or {})

    def grow(self, name: str, count: int, validate_only: bool) -> None:
        """Give a topic more partitions."""
        topic = self.all.get(name)
        if topic is None:
            message = "This server does not host this topic-partition."
            raise Refused(Error.UNKNOWN_TOPIC_OR_PARTITION, message)
        have = len(topic.logs)
        if count <= have:
            amount = "already has" if count == have else "currently has"
            end = "." if count == have else f", which is higher than the requested {count}."
            message = f"Topic {amount} {have} partition(s){end}"
            raise Refused(Error.INVALID_PARTITIONS, message)
        if count > MAX_PARTITIONS:
            message = f"This broker holds at most {MAX_PARTITIONS} partitions of a topic."
            raise Refused(Error.INVALID_PARTITIONS, message)
        if not validate_only:
            limits = _limits(topic.configs)
            more = range(have, count)
            topic.logs += [Log(self._folder / name / str(n), limits) for n in more]
            self._write(topic)

    def delete(self, name: str) -> None:
        topic = self.all.pop(name)
        gone = self._folder / f"{name}.deleted"
        (self._folder / name).rename(gone)
        for log in topic.logs:
            for event in log.waiting:
                event.set()
            log.close()
        shutil.rmtree(gone, ignore_errors=True)

    def _write(self, topic: Topic) -> None:
        told: dict[str, Any] = {"partitions": len(topic.logs), "configs": topic.configs}
        path = self._folder / topic.name / "topic.json"
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(told))
        draft.replace(path)

    def enforce(self, now_ms: float) -> None:
        for topic in self.all.values():
            for log in topic.logs:
                log.enforce(now_ms)

    def close(self) -> None:
        for topic in self.all.values():
            for log in topic.logs:
                log.close()


def check_name(name: str) -> None:
    """Raises Refused where no topic may be called so."""
    if NAME.fullmatch(name) and name not in (".", ".."):
        return
    if name in ("", ".", ".."):
        what = "the empty string is not allowed" if not name else "'.' or '..' is not allowed"
        message = f"Topic name is invalid: {what}"
    elif len(name) > 249:
        message = (
            "Topic name is invalid: the length of "
            f"'{name}' is longer than the max allowed length 249"
        )
    else:
        message = (
            f"Topic name is invalid: '{name}' contains one or more characters other than "
            "ASCII alphanumerics, '.', '_' and '-'"
        )
    raise Refused(Error.INVALID_TOPIC_EXCEPTION, message)


def _checked_configs(configs: Mapping[str, str | None]) -> dict[str, str]:
    found = {}
    for name, value in configs.items():
        if name not in DEFAULTS:
            raise Refused(Error.INVALID_CONFIG, f"Unknown topic config name: {name}")
        if value is None:
            message = f"Null value not supported for topic configs: {name}"
            raise Refused(Error.INVALID_CONFIG, message)
        if name in _NUMBERS and not re.fullmatch(r"-?\d{1,18}", value):
            message = f"Invalid value {value} for configuration {name}: Not a number of type LONG"
            raise Refused(Error.INVALID_CONFIG, message)
        if name == "cleanup.policy" and value != "delete":
            message = f"Invalid value {value} for configuration {name}: this broker only deletes"
            raise Refused(Error.INVALID_CONFIG, message)
        found[name] = value
    return found


def _limits(configs: Mapping[str, str]) -> Limits:
    every = {**DEFAULTS, **configs}
    return Limits(
        int(every["retention.bytes"]),
        int(every["retention.ms"]),
        int(every["segment.bytes"]),
        int(every["max.message.bytes"]),
    )
