"""Produce, fetch, list offsets, delete records: what is done with the records of a partition."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from steadyhand.lab.kafka.answers.call import Call, State, Values
from steadyhand.lab.kafka.messages import Error
from steadyhand.lab.kafka.storage.log import Log, Rejected

MAX_WAIT = 60.0
MAX_BYTES = 16 * 1024 * 1024  # of one fetch, whatever the client wishes

# https://kafka.apache.org/protocol#The_Messages_ListOffsets
LATEST, EARLIEST, NEWEST_TIME = -1, -2, -3

PartitionAnswer = Callable[[Log, Values], dict[str, Any]]


def _each(state: State, call: Call, answer: PartitionAnswer) -> list[dict[str, Any]]:
    """Answer for each partition that was asked about; those that are not there get the error."""
    return [
        {
            "name": topic["name"],
            "partitions": [
                {"index": one["index"], **_one(state, topic["name"], one, answer)}
                for one in topic["partitions"]
            ],
        }
        for topic in call.values["topics"]
    ]


def _one(state: State, name: str, wanted: Values, answer: PartitionAnswer) -> dict[str, Any]:
    log = state.topics.log(name, wanted["index"])
    if log is None:
        return _nothing(Error.UNKNOWN_TOPIC_OR_PARTITION)
    try:
        return answer(log, wanted)
    except Rejected as rejected:
        return _nothing(rejected.error)


def _nothing(error: Error) -> dict[str, Any]:
    return {
        "error": error,
        "base_offset": -1,
        "log_append_time": -1,
        "log_start_offset": -1,
        "high_watermark": -1,
        "last_stable_offset": -1,
        "preferred_read_replica": -1,
        "offset": -1,
        "timestamp": -1,
        "leader_epoch": -1,
        "low_watermark": -1,
        "records": b"",
    }


async def produce(state: State, call: Call) -> Values | None:
    """Append. With acks 0 the client awaits no answer, and gets none."""

    def append(log: Log, wanted: Values) -> dict[str, Any]:
        if call.values["acks"] not in (-1, 0, 1):
            raise Rejected(Error.INVALID_REQUIRED_ACKS)
        if call.values["transactional_id"] is not None:
            raise Rejected(Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
        offset = log.append(wanted["records"] or b"")
        return {"base_offset": offset, "log_append_time": -1, "log_start_offset": log.start}

    answers = _each(state, call, append)
    return None if call.values["acks"] == 0 else {"topics": answers}


async def fetch(state: State, call: Call) -> Values:
    """Read; wait for records up to the time the client gives, until there are enough bytes."""
    if call.values.get("session_id", 0) != 0:
        # We keep no fetch sessions: every fetch names all its partitions.
        return {"error": Error.FETCH_SESSION_ID_NOT_FOUND}
    deadline = time.monotonic() + min(call.values["max_wait_ms"] / 1000, MAX_WAIT)
    event = asyncio.Event()
    logs = _logs(state, call)
    for log in logs:
        log.waiting.add(event)
    try:
        while True:
            event.clear()
            topics, found, failed = _read(state, call)
            left = deadline - time.monotonic()
            if failed or found >= call.values["min_bytes"] or left <= 0:
                return {"topics": topics}
            try:
                await asyncio.wait_for(event.wait(), left)
            except TimeoutError:
                return {"topics": _read(state, call)[0]}
    finally:
        for log in logs:
            log.waiting.discard(event)


def _logs(state: State, call: Call) -> list[Log]:
    found = [
        state.topics.log(topic["name"], one["index"])
        for topic in call.values["topics"]
        for one in topic["partitions"]
    ]
    return [log for log in found if log is not None]


def _read(state: State, call: Call) -> tuple[list[dict[str, Any]], int, bool]:
    """Give the answer, how many bytes of records are in it, and whether a partition failed."""
    limit = min(call.values["max_bytes"], MAX_BYTES)
    total = 0

    def read(log: Log, wanted: Values) -> dict[str, Any]:
        nonlocal total
        room = limit - total
        # The first batch is given whatever its size, so that nobody is stuck behind it.
        records = log.read(wanted["offset"], min(wanted["max_bytes"], room))
        if total and len(records) > room:
            records = b""
        total += len(records)
        return {
            "high_watermark": log.end,
            "last_stable_offset": log.end,
            "log_start_offset": log.start,
            "preferred_read_replica": -1,
            "records": records,
        }

    topics = _each(state, call, read)
    failed = any(one.get("error") for topic in topics for one in topic["partitions"])
    return topics, total, failed


async def list_offsets(state: State, call: Call) -> Values:
    def find(log: Log, wanted: Values) -> dict[str, Any]:
        timestamp = wanted["timestamp"]
        found = {"timestamp": -1, "leader_epoch": 0}
        if timestamp == EARLIEST:
            return {**found, "offset": log.start}
        if timestamp in (LATEST, NEWEST_TIME):
            return {**found, "offset": log.end}
        place = log.offset_at(timestamp)
        if place is None:
            return {**found, "offset": -1, "leader_epoch": -1}
        return {**found, "offset": place[0], "timestamp": place[1]}

    return {"topics": _each(state, call, find)}


async def delete_records(state: State, call: Call) -> Values:
    def delete(log: Log, wanted: Values) -> dict[str, Any]:
        return {"low_watermark": log.delete_before(wanted["offset"])}

    return {"topics": _each(state, call, delete)}


async def init_producer_id(state: State, call: Call) -> Values:
    """Give a number that no producer had before."""
    if call.values["transactional_id"] is not None:
        error = Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        return {"error": error, "producer_id": -1, "producer_epoch": -1}
    state.next_producer += 1
    return {"producer_id": state.next_producer, "producer_epoch": 0}
