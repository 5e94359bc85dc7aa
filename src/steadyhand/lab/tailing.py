"""A lab that is up in, what its tasks log out, as lines: `lab logs`.

Asks the lab's CloudWatch Logs, as anybody would; the groups of a system are those of its tasks.
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

PAUSE = 0.5  # seconds between two looks
BACK = 10 * 60.0  # seconds that are looked back at the beginning
LATE = 5.0  # seconds that a line may be late
KNOWN = 20_000  # events of which it is known that they were shown


class NoSuchLog(Exception):
    """There is no such system and no such group; one line for a person."""


class NoAnswer(Exception):
    """The lab does not answer."""


@dataclass
class Tail:
    """Where one has read to, in some groups."""

    client: Any  # botocore's, of logs
    groups: Sequence[str]
    since: float
    _order: deque[str] = field(default_factory=deque)
    _shown: set[str] = field(default_factory=set)

    def new(self) -> list[str]:
        """The lines that have come since the last look, in the order of their times."""
        events = [event for group in self.groups for event in self._events(group)]
        events = [event for event in events if event["eventId"] not in self._shown]
        for event in events:
            self._keep(event["eventId"])
        if events:
            newest = max(event["timestamp"] for event in events) / 1000
            self.since = max(self.since, newest - LATE)
        return [_line(event) for event in sorted(events, key=lambda one: one["timestamp"])]

    def _events(self, group: str) -> Iterator[Mapping[str, Any]]:
        asked: dict[str, Any] = {"logGroupName": group, "startTime": int(self.since * 1000)}
        while True:
            answer = self.client.filter_log_events(**asked)
            yield from answer["events"]
            if "nextToken" not in answer:
                return
            asked["nextToken"] = answer["nextToken"]

    def _keep(self, event: str) -> None:
        self._order.append(event)
        self._shown.add(event)
        if len(self._order) > KNOWN:
            self._shown.discard(self._order.popleft())


def tail(contract: Mapping[str, Any], wanted: str, follow: bool) -> Iterator[list[str]]:
    """Give the lines there are, and with `follow` those that come. Raises NoSuchLog, NoAnswer."""
    from botocore.exceptions import BotoCoreError

    client = _client(contract)
    try:
        reading = Tail(client, _groups(contract, client, wanted), time.time() - BACK)
        yield reading.new()
        while follow:
            time.sleep(PAUSE)
            yield reading.new()
    except BotoCoreError as error:
        raise NoAnswer(str(error)) from None


def _client(contract: Mapping[str, Any]) -> Any:
    from botocore.session import Session  # slow to import

    aws = contract["aws"]
    return Session().create_client(
        "logs",
        region_name=aws["region"],
        endpoint_url=aws["endpoint"],
        aws_access_key_id="lab",
        aws_secret_access_key="lab",
    )


def _groups(contract: Mapping[str, Any], client: Any, wanted: str) -> list[str]:
    systems = {system["name"]: list(system["log_groups"]) for system in contract["systems"]}
    if not wanted:
        return sorted({group for groups in systems.values() for group in groups})
    if wanted in systems:
        return sorted(systems[wanted])
    pages = client.get_paginator("describe_log_groups").paginate()
    there = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    if wanted not in there:
        raise NoSuchLog(
            f"there is no system and no log group {wanted}; there is {', '.join(there)}"
        )
    return [wanted]


def _line(event: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC).isoformat(timespec="milliseconds")
    message = str(event["message"]).rstrip("\n")
    return f"{at.removesuffix('+00:00')}Z {event['logStreamName']} {message}"
