"""kafka-consumer-groups.sh: a command line in, what the tool prints and its exit code out.

https://github.com/apache/kafka/blob/3.9/tools/src/main/java/org/apache/kafka/tools/consumer/group/ConsumerGroupCommand.java
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from steadyhand.lab.kafka.client import EARLIEST, LATEST, Client, Place, Unreachable
from steadyhand.lab.kafka.messages import Error
from steadyhand.lab.kafka.wire import Form, Malformed, Reader, read, schema
from steadyhand.lab.tools.call import Call
from steadyhand.lab.tools.kafka_options import (
    BadOptions,
    Given,
    kafka_tool,
    not_reached,
    option_table,
    servers_of,
)

ABOUT = (
    "This tool helps to list all consumer groups, describe a consumer group, delete "
    "consumer group info, or reset consumer group offsets."
)
ACTIONS = ("list", "describe", "delete", "reset-offsets", "delete-offsets")
SCENARIOS = (
    *("to-offset", "to-datetime", "by-duration", "to-earliest", "to-latest"),
    *("to-current", "shift-by", "from-file"),
)
OPTIONS = option_table(
    "list describe delete reset-offsets delete-offsets all-groups all-topics dry-run execute "
    "export to-earliest to-latest to-current members verbose offsets",
    "bootstrap-server group topic timeout## command-config to-offset## to-datetime by-duration "
    "shift-by## from-file",
    "state type",
)
OFFERED = {*OPTIONS} - {"delete-offsets", "from-file", "export", "type"}
# https://kafka.apache.org/protocol#protocol_messages (ConsumerProtocolAssignment, version 0)
ASSIGNMENT = schema("version:i16 topics:[name:string partitions:[i32]]")
MISSING = "-"
DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


class Failed(Exception):
    """What the tool says instead; it exits with 0 all the same, as Kafka's does."""


@dataclass(frozen=True)
class Row:
    """One partition of a group: whose it is, and how far it is read."""

    place: Place
    offset: int | None
    end: int | None
    consumer: tuple[str, str, str] = (MISSING, MISSING, MISSING)  # id, host, client id


def _check(given: Given) -> None:
    for name in given.values:
        if name not in OFFERED:
            raise BadOptions(f"Option [{name}] is not offered here")
    if not given.has("bootstrap-server"):
        raise BadOptions('Missing required argument "[bootstrap-server]"')
    if sum(given.has(action) for action in ACTIONS) != 1:
        actions = ", ".join(f"--{action}" for action in ACTIONS)
        raise BadOptions(f"Command must include exactly one action: {actions}")
    for action in ("describe", "delete", "reset-offsets"):
        if given.has(action) and not given.has("group", "all-groups"):
            raise BadOptions(f"Option [{action}] takes one of these options: [group], [all-groups]")
    if given.has("group") and given.has("all-groups", "list"):
        other = "all-groups" if given.has("all-groups") else "list"
        raise BadOptions(f'Option "[group]" can\'t be used with option "[{other}]"')
    if given.has("describe") and sum(given.has(o) for o in ("members", "offsets", "state")) > 1:
        raise BadOptions(
            "Option [describe] takes at most one of these options: [members], [offsets], [state]"
        )
    if given.has("reset-offsets"):
        _check_reset(given)


@kafka_tool(OPTIONS, ABOUT, _check)
def main(call: Call, given: Given) -> int:
    stdout, stderr = call.stdout, call.stderr
    timeout = given.number("timeout", 5000) / 1000
    try:
        with Client(servers_of(call, given.one("bootstrap-server")), timeout) as client:
            _act(client, given, stdout, stderr)
    except Unreachable:
        stderr.write(not_reached(given.one("bootstrap-server")))
        stdout.write(
            "\nError: Executing consumer group command failed due to "
            "org.apache.kafka.common.errors.TimeoutException: "
            "Timed out waiting for a node assignment.\n"
        )
    except Failed as failed:
        stdout.write(f"\nError: {failed}\n")
    return 0


def _check_reset(given: Given) -> None:
    if given.has("dry-run") and given.has("execute"):
        raise BadOptions("Option [reset-offsets] only accepts one of [execute] and [dry-run]")
    wanted = [name for name in SCENARIOS if given.has(name)]
    if len(wanted) > 1:
        raise BadOptions(f'Option "[{wanted[0]}]" can\'t be used with option "[{wanted[1]}]"')


def _act(client: Client, given: Given, stdout: TextIO, stderr: TextIO) -> None:
    groups = client.groups()
    named = sorted(groups) if given.has("all-groups") else given.all("group")
    if given.has("list"):
        _list(groups, given, stdout)
    elif given.has("describe"):
        for group in named:
            _describe(client, group, given, stdout, stderr)
    elif given.has("delete"):
        _delete(client, named, stdout)
    else:
        _reset(client, named, given, stdout, stderr)


def _list(groups: Mapping[str, str], given: Given, stdout: TextIO) -> None:
    if not given.has("state"):
        stdout.write("".join(f"{group}\n" for group in groups))
        return
    wanted = {word.strip().lower() for word in given.one("state").split(",") if word}
    width = max([15, *map(len, groups)]) + 10
    stdout.write(f"{'GROUP':<{width}} {'STATE':<20}\n")
    for group, state in groups.items():
        if not wanted or state.lower() in wanted:
            stdout.write(f"{group:<{width}} {state:<20}\n")


def _describe(client: Client, group: str, given: Given, stdout: TextIO, stderr: TextIO) -> None:
    (told,) = client.ask("DescribeGroups", {"groups": [group]})["groups"]
    if told["state"] == "Dead":
        stdout.write(f"\nError: Consumer group '{group}' does not exist.\n")
        return
    if told["state"] == "Empty":
        stderr.write(f"\nConsumer group '{group}' has no active members.\n")
    elif told["state"] != "Stable":
        stderr.write(f"\nWarning: Consumer group '{group}' is rebalancing.\n")
    stderr.flush()
    if given.has("state"):
        _print_state(client, told, stdout)
    elif given.has("members"):
        _print_members(told, given.has("verbose"), stdout)
    else:
        rows = _rows(client, told)
        if rows:
            _print_rows(group, rows, stdout)


def _assigned(member: Mapping[str, Any]) -> list[Place]:
    try:
        told = read(ASSIGNMENT, Form(0), Reader(member["assignment"]))
    except Malformed:
        return []  # the group is rebalancing
    return [(one["name"], n) for one in told["topics"] for n in one["partitions"]]


def _rows(client: Client, told: Mapping[str, Any]) -> list[Row]:
    committed = client.committed(told["group_id"])
    owners = {
        place: (one["member_id"], one["client_host"], one["client_id"])
        for one in sorted(told["members"], key=lambda one: -len(_assigned(one)))
        for place in _assigned(one)
    }
    places = [*owners, *sorted(place for place in committed if place not in owners)]
    ends = client.offsets(places)
    none = (MISSING, MISSING, MISSING)
    return [Row(p, committed.get(p), ends.get(p), owners.get(p, none)) for p in places]


def _print_rows(group: str, rows: Sequence[Row], stdout: TextIO) -> None:
    cells: list[tuple[str, ...]] = [
        ("TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG")
    ]
    owners = [("CONSUMER-ID", "HOST", "CLIENT-ID")]
    for row in rows:
        known = row.offset is not None and row.end is not None
        lag = (row.end or 0) - (row.offset or 0) if known else None
        numbers = [MISSING if n is None else str(n) for n in (row.offset, row.end, lag)]
        cells.append((row.place[0], str(row.place[1]), *numbers))
        owners.append(row.consumer)
    topic = max(15, *(len(row.place[0]) for row in rows))
    consumer = max(15, *(len(row.consumer[0]) for row in rows))
    host = max(15, *(len(row.consumer[1]) for row in rows))
    width = max(15, len(group))
    for number, (cell, owner) in enumerate(zip(cells, owners, strict=True)):
        stdout.write(
            f"\n{group if number else 'GROUP':<{width}} {cell[0]:<{topic}} {cell[1]:<10} "
            f"{cell[2]:<15} {cell[3]:<15} {cell[4]:<15} "
            f"{owner[0]:<{consumer}} {owner[1]:<{host}} {owner[2]}"
        )
    stdout.write("\n")


def _print_state(client: Client, told: Mapping[str, Any], stdout: TextIO) -> None:
    (broker,) = client.ask("Metadata", {"topics": None})["brokers"]
    coordinator = f"{broker['host']}:{broker['port']}  ({broker['node_id']})"
    width, place = max(15, len(told["group_id"])), max(25, len(coordinator))
    heads = ("GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS")
    row = (told["group_id"], coordinator, told["protocol"] or MISSING, told["state"])
    for one in (heads, (*row, len(told["members"]))):
        stdout.write(f"\n{one[0]:<{width}} {one[1]:<{place}} {one[2]:<20} {one[3]:<20} {one[4]}")
    stdout.write("\n")


def _print_members(told: Mapping[str, Any], verbose: bool, stdout: TextIO) -> None:
    members = told["members"]
    if not members:
        return
    group = told["group_id"]
    rows = [("GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS", "ASSIGNMENT")]
    for one in members:
        places = _assigned(one)
        topics: dict[str, list[str]] = {}
        for name, number in places:
            topics.setdefault(name, []).append(str(number))
        text = ", ".join(f"{name}({','.join(many)})" for name, many in topics.items()) or MISSING
        ids = (one["member_id"], one["client_host"], one["client_id"])
        rows.append((group, *ids, str(len(places)), text))
    widths = [max(15, *(len(row[n]) for row in rows)) for n in range(4)]
    stdout.write("\n")
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        tail = [row[5]] if verbose else []
        stdout.write(" ".join([*cells, f"{row[4]:<15}", *tail]) + "\n")


def _delete(client: Client, groups: Sequence[str], stdout: TextIO) -> None:
    told = client.ask("DeleteGroups", {"groups": list(groups)})["results"]
    reasons = {
        Error.NON_EMPTY_GROUP: "org.apache.kafka.common.errors.GroupNotEmptyException: "
        "The group is not empty.",
        Error.GROUP_ID_NOT_FOUND: "org.apache.kafka.common.errors.GroupIdNotFoundException: "
        "The group id does not exist.",
    }
    failed = {one["group_id"]: Error(one["error"]) for one in told if one["error"]}
    if not failed:
        quoted = ", ".join(f"'{group}'" for group in groups)
        stdout.write(f"Deletion of requested consumer groups ({quoted}) was successful.\n")
        return
    stdout.write("\nError: Deletion of some consumer groups failed:\n")
    for group, error in failed.items():
        reason = reasons.get(error, error.name)
        stdout.write(f"* Group '{group}' could not be deleted due to: {reason}\n")


def _reset(
    client: Client, groups: Sequence[str], given: Given, stdout: TextIO, stderr: TextIO
) -> None:
    if not given.has("dry-run", "execute"):
        stderr.write("WARN: No action will be performed as the --execute option is missing.\n")
    if not given.has("all-topics", "topic"):
        raise BadOptions("One of the reset scopes should be defined: --all-topics, --topic.")
    if not given.has(*SCENARIOS):
        scenarios = ", ".join(f"--{name}" for name in SCENARIOS)
        raise BadOptions(f"Option [reset-offsets] requires one of these options: {scenarios}")
    found: list[tuple[str, Place, int]] = []
    for group in groups:
        state = client.groups().get(group, "Dead")
        if state not in ("Empty", "Dead"):
            stdout.write(
                f"\nError: Assignments can only be reset if the group '{group}' is inactive, "
                f"but the current state is {state}.\n"
            )
            continue
        offsets = _new_offsets(client, group, given)
        if given.has("execute"):
            client.commit(group, offsets)
        found += [(group, place, offset) for place, offset in sorted(offsets.items())]
    stdout.write(f"\n{'GROUP':<30} {'TOPIC':<30} {'PARTITION':<10} {'NEW-OFFSET':<15}")
    for group, place, offset in found:
        stdout.write(f"\n{group:<30} {place[0]:<30} {place[1]:<10} {offset:<15}")
    stdout.write("\n")


def _scope(client: Client, group: str, given: Given) -> list[Place]:
    if given.has("all-topics"):
        return list(client.committed(group))
    topics = client.topics()
    found: list[Place] = []
    for word in given.all("topic"):
        name, _, numbers = word.partition(":")
        if name not in topics:
            raise Failed(
                "Executing consumer group command failed due to org.apache.kafka.common.errors."
                "UnknownTopicOrPartitionException: This server does not host this topic-partition."
            )
        wanted = numbers.split(",") if numbers else range(topics[name])
        found += [(name, int(number)) for number in wanted]
    return found


def _new_offsets(client: Client, group: str, given: Given) -> dict[Place, int]:
    """Say where each partition is to be read from; never outside what there is."""
    places = _scope(client, group, given)
    starts, ends = client.offsets(places, EARLIEST), client.offsets(places, LATEST)
    committed = client.committed(group)
    if given.has("to-earliest"):
        wanted = starts
    elif given.has("to-latest"):
        wanted = ends
    elif given.has("to-current"):
        wanted = {place: committed.get(place, ends[place]) for place in places}
    elif given.has("shift-by"):
        by = given.number("shift-by", 0)
        lost = [place for place in places if place not in committed]
        if lost:
            raise BadOptions(
                f"Cannot shift offset for partition {lost[0][0]}-{lost[0][1]} since "
                "there is no current committed offset"
            )
        wanted = {place: committed[place] + by for place in places}
    elif given.has("to-offset"):
        wanted = dict.fromkeys(places, given.number("to-offset", 0))
    else:
        found = client.offsets(places, _moment(given))
        wanted = {place: at if (at := found[place]) >= 0 else ends[place] for place in places}
    return {place: min(max(wanted[place], starts[place]), ends[place]) for place in ends}


def _moment(given: Given) -> int:
    """The time that was given, in milliseconds since 1970."""
    if given.has("by-duration"):
        text = given.one("by-duration")
        match = DURATION.fullmatch(text)
        if match is None or len(text) < 3:
            raise BadOptions(f"Text cannot be parsed to a Duration: {text}")
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        ago = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        return int((time.time() - ago) * 1000)
    text = given.one("to-datetime")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadOptions(f'Unparseable date: "{text}"') from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
