"""Connections in, answers out: requests of one connection in their order, as Kafka does.

Knows the frames and the versions; what an operation means is in answers/.
"""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from steadyhand.lab.kafka.answers import cluster, membership, records
from steadyhand.lab.kafka.answers.call import Call, Options, State, Values
from steadyhand.lab.kafka.groups import Groups
from steadyhand.lab.kafka.messages import (
    NAMED,
    OPERATIONS,
    Error,
    Head,
    read_head,
    write_response,
)
from steadyhand.lab.kafka.storage.offsets import Offsets
from steadyhand.lab.kafka.storage.topics import Topics
from steadyhand.lab.kafka.wire import Malformed, Reader, read

LOG = logging.getLogger("steadyhand.lab.kafka")
LARGEST_REQUEST = 16 * 1024 * 1024
TICK = 0.2
ENFORCE = 10.0

Operate = Callable[[State, Call], Awaitable[Values | None]]


async def api_versions(_state: State, _call: Call) -> Values:
    return {
        "operations": [
            {"key": one.key, "first": one.first, "last": one.last} for one in OPERATIONS.values()
        ]
    }


ANSWERS: dict[str, Operate] = {
    "Produce": records.produce,
    "Fetch": records.fetch,
    "ListOffsets": records.list_offsets,
    "DeleteRecords": records.delete_records,
    "InitProducerId": records.init_producer_id,
    "Metadata": cluster.metadata,
    "CreateTopics": cluster.create_topics,
    "DeleteTopics": cluster.delete_topics,
    "CreatePartitions": cluster.create_partitions,
    "DescribeConfigs": cluster.describe_configs,
    "FindCoordinator": membership.find_coordinator,
    "JoinGroup": membership.join_group,
    "SyncGroup": membership.sync_group,
    "Heartbeat": membership.heartbeat,
    "LeaveGroup": membership.leave_group,
    "OffsetCommit": membership.offset_commit,
    "OffsetFetch": membership.offset_fetch,
    "ListGroups": membership.list_groups,
    "DescribeGroups": membership.describe_groups,
    "DeleteGroups": membership.delete_groups,
    "ApiVersions": api_versions,
}


def open_state(options: Options, folder: Path) -> State:
    """Read what lies in a broker's folder; make it if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "cluster.json"
    if not told.exists():
        told.write_text(json.dumps({"cluster_id": uuid.uuid4().hex[:22]}))
    return State(
        options=options,
        topics=Topics(folder / "topics", options.partitions),
        offsets=Offsets(folder / "offsets.jsonl"),
        groups=Groups(options.min_session),
        cluster_id=json.loads(told.read_text())["cluster_id"],
        # A number in which the time of the start stands is never given twice.
        next_producer=int(time.time() * 1000) << 20,
        ending=asyncio.Event(),
    )


async def answer(state: State, request: bytes, host: str) -> bytes | None:
    """Answer one request. None: the client awaits nothing. Raises Malformed."""
    reader = Reader(request)
    head = read_head(reader)
    operation = OPERATIONS.get(head.key)
    if operation is None:
        raise Malformed(f"no operation {head.key}")
    if not operation.first <= head.version <= operation.last:
        if operation.name != "ApiVersions":
            raise Malformed(f"{operation.name} has no version {head.version}")
        # https://kafka.apache.org/protocol#api_versions: then version 0, with all that we speak
        plain = Head(head.key, 0, head.correlation_id, head.client_id)
        told = await api_versions(state, Call(0, {}, "", host)) or {}
        return write_response(operation, plain, {**told, "error": Error.UNSUPPORTED_VERSION})
    values = read(operation.request, operation.form(head.version), reader)
    call = Call(head.version, values, head.client_id, host)
    answered = await ANSWERS[operation.name](state, call)
    return None if answered is None else write_response(operation, head, answered)


async def _serve(state: State, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a connection's requests, one after the other, until it ends."""
    host = f"/{writer.get_extra_info('peername')[0]}"
    try:
        while True:
            length = int.from_bytes(await reader.readexactly(4), "big", signed=True)
            if not 0 < length <= LARGEST_REQUEST:
                LOG.warning("%s sent a request of %d bytes", host, length)
                return
            answered = await answer(state, await reader.readexactly(length), host)
            if answered is not None:
                writer.write(len(answered).to_bytes(4, "big") + answered)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    except Malformed as error:
        LOG.warning("%s: %s", host, error)
    finally:
        writer.close()
        with suppress(ConnectionError, OSError):
            await writer.wait_closed()


async def _keep(state: State) -> None:
    """Put silent members out, and old records away."""
    enforced = 0.0
    while True:
        await asyncio.sleep(TICK)
        state.groups.tick(time.monotonic())
        if time.monotonic() - enforced > ENFORCE:
            state.topics.enforce(time.time() * 1000)
            enforced = time.monotonic()


async def run(options: Options, folder: Path) -> None:
    """Serve until `ending` is set or the task is cancelled."""
    state = open_state(options, folder)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_serve(state, reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, options.host, options.port)
    keeper = asyncio.create_task(_keep(state))
    LOG.info("listening on %s:%d", options.host, options.port)
    loop = asyncio.get_running_loop()
    for signal_number in (2, 15):
        loop.add_signal_handler(signal_number, state.ending.set)
    try:
        await state.ending.wait()
    finally:
        server.close()
        for task in (keeper, *tasks):
            task.cancel()
        await asyncio.gather(keeper, *tasks, return_exceptions=True)
        state.topics.close()
        state.offsets.close()
        LOG.info("stopped")


assert set(ANSWERS) == set(NAMED), "every operation of the protocol's table has an answer"
