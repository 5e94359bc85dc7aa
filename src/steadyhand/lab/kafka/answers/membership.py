"""Groups: join, sync, heartbeat, leave; their offsets; and what is told about them."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from steadyhand.lab.kafka.answers.call import Call, State, Values
from steadyhand.lab.kafka.groups import Group, Joining
from steadyhand.lab.kafka.groups import State as GroupState
from steadyhand.lab.kafka.messages import Error

DEAD = "Dead"
MAX_METADATA = (
    4096  # https://kafka.apache.org/documentation/#brokerconfigs_offset.metadata.max.bytes
)


async def find_coordinator(state: State, call: Call) -> Values:
    options = state.options
    if call.values.get("key_type", 0) != 0:
        error = Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        return {"error": error, "message": "no transactions", "node_id": -1, "port": -1}
    return {"node_id": options.node_id, "host": options.host, "port": options.port}


async def _answered(ask: Callable[[Callable[[Values], None]], None]) -> Values:
    """Wait for what the group will answer."""
    future: asyncio.Future[Values] = asyncio.get_running_loop().create_future()

    def answer(values: Values) -> None:
        if not future.done():
            future.set_result(values)

    ask(answer)
    return await future


async def join_group(state: State, call: Call) -> Values:
    given = call.values
    session = given["session_timeout_ms"] / 1000
    joining = Joining(
        member_id=given["member_id"],
        client_id=call.client_id,
        host=call.host,
        session_timeout=session,
        rebalance_timeout=given.get("rebalance_timeout_ms", session * 1000) / 1000,
        protocol_type=given["protocol_type"],
        protocols=[(one["name"], one["metadata"]) for one in given["protocols"]],
        needs_id=call.version >= 4,
    )
    now = time.monotonic()
    return await _answered(lambda a: state.groups.join(given["group_id"], joining, now, a))


async def sync_group(state: State, call: Call) -> Values:
    given = call.values
    who = (given["member_id"], given["generation_id"])
    assignments = {one["member_id"]: one["assignment"] for one in given["assignments"]}
    now = time.monotonic()
    group_id = given["group_id"]
    return await _answered(lambda a: state.groups.sync(group_id, who, assignments, now, a))


async def heartbeat(state: State, call: Call) -> Values:
    given = call.values
    who = (given["group_id"], given["member_id"], given["generation_id"])
    return {"error": state.groups.heartbeat(*who, time.monotonic())}


async def leave_group(state: State, call: Call) -> Values:
    given = call.values
    now = time.monotonic()
    return {"error": state.groups.leave(given["group_id"], given["member_id"], now)}


# --- offsets ---


async def offset_commit(state: State, call: Call) -> Values:
    error = _may_commit(state, call.values)
    return {
        "topics": [
            {
                "name": topic["name"],
                "partitions": [
                    {
                        "index": one["index"],
                        "error": _commit(state, call, topic["name"], one, error),
                    }
                    for one in topic["partitions"]
                ],
            }
            for topic in call.values["topics"]
        ]
    }


def _may_commit(state: State, given: Values) -> Error:
    """A member of this generation may; so may anybody while the group has no members."""
    if not given["group_id"]:
        return Error.INVALID_GROUP_ID
    group = state.groups.all.get(given["group_id"])
    if given["generation_id"] < 0:
        return Error.UNKNOWN_MEMBER_ID if group and group.members else Error.NONE
    if group is None:
        return Error.ILLEGAL_GENERATION
    if group.state is GroupState.COMPLETING:
        return Error.REBALANCE_IN_PROGRESS
    error = group.check(given["member_id"], given["generation_id"])
    if error is Error.NONE:
        member = group.members[given["member_id"]]
        member.deadline = time.monotonic() + member.session_timeout
    return error


def _commit(state: State, call: Call, topic: str, wanted: Values, error: Error) -> Error:
    if error is not Error.NONE:
        return error
    if state.topics.log(topic, wanted["index"]) is None:
        return Error.UNKNOWN_TOPIC_OR_PARTITION
    metadata = wanted["metadata"] or ""
    if len(metadata) > MAX_METADATA:
        return Error.OFFSET_METADATA_TOO_LARGE
    place = (topic, wanted["index"])
    state.offsets.commit(call.values["group_id"], place, wanted["offset"], metadata)
    return Error.NONE


async def offset_fetch(state: State, call: Call) -> Values:
    committed = state.offsets.of(call.values["group_id"])
    wanted = call.values["topics"]
    if wanted is None:
        places: dict[str, list[int]] = {}
        for topic, partition in committed:
            places.setdefault(topic, []).append(partition)
        wanted = [{"name": name, "partitions": sorted(many)} for name, many in places.items()]

    def told(place: tuple[str, int]) -> dict[str, Any]:
        kept = committed.get(place)
        offset, metadata = (kept.offset, kept.metadata) if kept else (-1, "")
        return {
            "index": place[1],
            "offset": offset,
            "leader_epoch": -1,
            "metadata": metadata,
        }

    return {
        "topics": [
            {"name": one["name"], "partitions": [told((one["name"], n)) for n in one["partitions"]]}
            for one in wanted
        ]
    }


# --- what is told about groups ---


def _state_name(state: State, group_id: str) -> str:
    group = state.groups.all.get(group_id)
    if group is not None:
        return group.state.value
    return GroupState.EMPTY.value if state.offsets.of(group_id) else DEAD


async def list_groups(state: State, call: Call) -> Values:
    wanted = {name.lower() for name in call.values.get("states", ())}
    ids = {*state.groups.all, *state.offsets.groups()}
    listed = [
        {
            "group_id": group_id,
            "protocol_type": _protocol_type(state.groups.all.get(group_id)),
            "state": _state_name(state, group_id),
        }
        for group_id in sorted(ids)
    ]
    return {"groups": [one for one in listed if not wanted or one["state"].lower() in wanted]}


def _protocol_type(group: Group | None) -> str:
    # A group of which only offsets are left was one of consumers.
    return group.protocol_type if group else "consumer"


async def describe_groups(state: State, call: Call) -> Values:
    return {"groups": [_described(state, group_id) for group_id in call.values["groups"]]}


def _described(state: State, group_id: str) -> Mapping[str, Any]:
    group = state.groups.all.get(group_id)
    name = _state_name(state, group_id)
    told: dict[str, Any] = {"group_id": group_id, "state": name, "operations": -(1 << 31)}
    if name == DEAD:
        return told
    told["protocol_type"] = _protocol_type(group)
    if group is None:
        return told
    told["protocol"] = group.protocol if group.state is GroupState.STABLE else ""
    told["members"] = [
        {
            "member_id": member.id,
            "client_id": member.client_id,
            "client_host": member.host,
            "metadata": member.metadata(group.protocol),
            "assignment": member.assignment,
        }
        for member in group.members.values()
    ]
    return told


async def delete_groups(state: State, call: Call) -> Values:
    def delete(group_id: str) -> Error:
        group = state.groups.all.get(group_id)
        if group is not None and (group.members or group.expected):
            return Error.NON_EMPTY_GROUP
        if _state_name(state, group_id) == DEAD:
            return Error.GROUP_ID_NOT_FOUND
        state.offsets.forget_group(group_id)
        state.groups.all.pop(group_id, None)
        return Error.NONE

    groups = call.values["groups"]
    return {"results": [{"group_id": one, "error": delete(one)} for one in groups]}
