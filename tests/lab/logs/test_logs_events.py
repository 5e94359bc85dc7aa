"""Events that are put, searched and read; streams and groups; how long events are kept."""

from datetime import timedelta
from typing import Any

import pytest
from tests.lab.logs.room import DAY, GROUP, HOUR, NOW, Room

from steadyhand.lab.logs.store import Group, LogStore, Search

API = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_"
OF = {"logGroupName": GROUP}


# --- put -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "retention", "rejected", "kept"),
    [
        ([-HOUR, 0, HOUR], None, {}, 3),
        ([0, 2 * HOUR, 2 * HOUR + 1, 3 * HOUR], None, {"tooNewLogEventStartIndex": 2}, 2),
        ([-15 * DAY, -14 * DAY - 1, 0], None, {"tooOldLogEventEndIndex": 2}, 1),
        ([-3 * DAY - 1, -3 * DAY], 3, {"expiredLogEventEndIndex": 1}, 1),
        ([-20 * DAY, 0], 3, {"tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 1}, 1),
        ([-20 * DAY, 3 * HOUR], None,
         {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 1}, 0),
    ],
)  # fmt: skip
def test_events_too_old_or_too_new_are_left_out_and_told(
    times: list[int], retention: int | None, rejected: dict[str, int], kept: int
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html"""
    room = Room()
    if retention:
        room.answer("PutRetentionPolicy", **OF, retentionInDays=retention)
    answered = room.put(*((at, str(at)) for at in times))
    assert answered.get("rejectedLogEventsInfo", {}) == rejected
    assert len(room.found()) == kept


def test_a_sequence_token_is_ignored() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html"""
    room = Room()
    for number in range(2):
        room.answer(
            "PutLogEvents",
            **OF,
            logStreamName="api/1",
            logEvents=[{"timestamp": NOW + number, "message": "x"}],
            sequenceToken="of nobody",
        )
    assert len(room.found()) == 2


# --- FilterLogEvents -----------------------------------------------------------------------------


def two_streams() -> Room:
    room = Room()
    room.put((0, "a"), (20, "c ERROR"), (40, "e"), stream="api/1")
    room.put((10, "b ERROR"), (30, "d"), (50, "f"), stream="api/2")
    return room


def messages(*letters: str) -> list[str]:
    return [{"b": "b ERROR", "c": "c ERROR"}.get(letter, letter) for letter in letters]


SEARCHES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("streams are interleaved", {}, messages(*"abcdef")),
    ("whatever `interleaved` says", {"interleaved": False}, messages(*"abcdef")),
    ("the start counts", {"startTime": NOW + 20}, messages(*"cdef")),
    ("the end counts, too", {"endTime": NOW + 20}, messages(*"abc")),
    ("both", {"startTime": NOW + 20, "endTime": NOW + 20}, messages("c")),
    ("nothing after the end", {"startTime": NOW + 51}, []),
    ("one stream", {"logStreamNames": ["api/2"]}, messages(*"bdf")),
    ("two streams", {"logStreamNames": ["api/2", "api/1"]}, messages(*"abcdef")),
    ("a prefix", {"logStreamNamePrefix": "api/1"}, messages(*"ace")),
    ("a prefix of all", {"logStreamNamePrefix": "api"}, messages(*"abcdef")),
    ("a prefix of none", {"logStreamNamePrefix": "web"}, []),
    ("a term", {"filterPattern": "ERROR"}, messages(*"bc")),
    ("a term in small letters", {"filterPattern": "error"}, []),
    ("an exclusion", {"filterPattern": "-ERROR"}, messages(*"adef")),
    ("an empty pattern", {"filterPattern": ""}, messages(*"abcdef")),
    ("a term in a stream", {"filterPattern": "ERROR", "logStreamNames": ["api/1"]}, messages("c")),
    ("the newest first", {"startFromHead": False, "startTime": NOW}, messages(*"fedcba")),
    ("by the group's ARN", {"logGroupName": None, "logGroupIdentifier":
     f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"}, messages(*"abcdef")),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "expected"), [pytest.param(*c[1:], id=c[0]) for c in SEARCHES])
def test_search(asked: dict[str, Any], expected: list[str]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html"""
    assert two_streams().found(**asked) == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
@pytest.mark.parametrize("newest", [False, True])
def test_pages_give_every_event_once(limit: int, newest: bool) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html"""
    room = two_streams()
    room.put((20, "g"), (20, "h"), stream="api/2")  # three events at one time
    asked: dict[str, Any] = {**OF, "limit": limit, "startTime": NOW}
    if newest:
        asked["startFromHead"] = False
    seen: list[str] = []
    token: str | None = None
    for _ in range(9):
        page = room.answer("FilterLogEvents", **asked, nextToken=token)
        assert len(page["events"]) <= limit
        seen += [event["message"] for event in page["events"]]
        token = page.get("nextToken")
        if token is None:
            break
    expected = ["a", "b ERROR", "c ERROR", "g", "h", "d", "e", "f"]
    assert seen == (expected[::-1] if newest else expected)
    assert token is None


def test_an_event_of_a_search() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilteredLogEvent.html"""
    room = two_streams()
    answered = room.answer("FilterLogEvents", **OF)
    first, second = answered["events"][:2]
    assert set(first) == {"logStreamName", "timestamp", "message", "ingestionTime", "eventId"}
    assert (first["logStreamName"], first["timestamp"]) == ("api/1", NOW)
    assert first["eventId"].isdecimal()
    assert first["eventId"] != second["eventId"]
    assert answered["searchedLogStreams"] == []


def test_a_page_has_at_most_a_megabyte() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html"""
    room = Room()
    for number in range(3):
        room.put(*((number, "x" * 100_000) for _ in range(7)))
    page = room.answer("FilterLogEvents", **OF)
    assert len(page["events"]) == 10
    assert len(room.found(nextToken=page["nextToken"])) == 10


def test_a_late_event_takes_its_place_in_time() -> None:
    room = Room()
    room.put((100, "second"))
    room.put((50, "first"), stream="api/2")
    room.put((75, "between"))
    assert room.found() == ["first", "between", "second"]
    read = room.answer("GetLogEvents", **OF, logStreamName="api/1", startFromHead=True)["events"]
    assert [event["message"] for event in read] == ["between", "second"]


def test_a_search_gives_up_its_turn_and_goes_on() -> None:
    """An empty page with a token is what the page of FilterLogEvents announces."""
    store = LogStore()
    store.groups["g"] = group = Group("g", 0)
    store.write(group, "s", [(at, "x" if at != 9000 else "found") for at in range(10_000)], 0)

    def holds(text: str) -> bool:
        return text == "found"

    pages, position = 0, None
    found: list[str] = []
    while pages < 5:
        search = Search(0, 10_000, holds, 10, after=position, most_seconds=0.0)
        page = store.search(group, search)
        found += [event.message for event in page.events]
        pages, position = pages + 1, page.more
        if position is None:
            break
    # Of 4,096 events a piece: 3; the last of them looked up to the end, and said so at once more.
    assert (found, pages) == (["found"], 4)


# --- GetLogEvents --------------------------------------------------------------------------------

ONE = {**OF, "logStreamName": "api/1"}


def ten() -> Room:
    room = Room()
    room.put(*((number, str(number)) for number in range(10)))
    return room


def read(room: Room, **asked: Any) -> tuple[str, str, str]:
    page = room.answer("GetLogEvents", **ONE, **asked)
    text = "".join(event["message"] for event in page["events"])
    return text, page["nextForwardToken"], page["nextBackwardToken"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "0123456789"),
        ({"limit": 3}, "789"),
        ({"limit": 3, "startFromHead": True}, "012"),
        ({"startTime": NOW + 5}, "56789"),
        ({"endTime": NOW + 5}, "01234"),
        ({"startTime": NOW + 5, "endTime": NOW + 5}, ""),
        ({"startTime": NOW + 2, "endTime": NOW + 8, "limit": 2}, "67"),
        ({"startTime": NOW + 2, "endTime": NOW + 8, "limit": 2, "startFromHead": True}, "23"),
    ],
)
def test_read(asked: dict[str, Any], expected: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html"""
    assert read(ten(), **asked)[0] == expected


def test_read_forward_to_the_end_and_what_comes_then() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html"""
    room = ten()
    seen, token, _ = read(room, limit=4, startFromHead=True)
    for _ in range(2):
        more, token, _ = read(room, limit=4, startFromHead=True, nextToken=token)
        seen += more
    assert seen == "0123456789"
    # At the end of the stream the token is the one that was given.
    nothing, same, _ = read(room, limit=4, startFromHead=True, nextToken=token)
    assert (nothing, same) == ("", token)
    room.put((20, "new"))
    assert read(room, startFromHead=True, nextToken=token)[0] == "new"


def test_read_backward_to_the_head() -> None:
    room = ten()
    seen, _, token = read(room, limit=4)
    for _ in range(2):
        more, _, token = read(room, limit=4, nextToken=token)
        seen = more + seen
    assert seen == "0123456789"
    nothing, forward, same = read(room, limit=4, nextToken=token)
    assert (nothing, same) == ("", token)
    assert read(room, limit=2, nextToken=forward, startFromHead=True)[0] == "12"


def test_an_empty_stream_is_followed_from_its_first_event() -> None:
    room = Room()
    nothing, token, _ = read(room)
    assert (nothing, token.startswith("f/"), token.endswith("/s")) == ("", True, True)
    room.put((0, "first"))
    assert read(room, nextToken=token, startFromHead=True)[0] == "first"


# --- groups and streams --------------------------------------------------------------------------


def test_streams_are_described() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html"""
    room = two_streams()
    room.answer("CreateLogStream", **OF, logStreamName="worker/1")

    def names(**asked: Any) -> list[str]:
        found = room.answer("DescribeLogStreams", **OF, **asked)["logStreams"]
        return [stream["logStreamName"] for stream in found]

    assert names() == ["api/1", "api/2", "worker/1"]
    assert names(descending=True) == ["worker/1", "api/2", "api/1"]
    assert names(orderBy="LastEventTime") == ["worker/1", "api/1", "api/2"]
    assert names(orderBy="LastEventTime", descending=True, limit=1) == ["api/2"]
    assert names(logStreamNamePrefix="api") == ["api/1", "api/2"]
    first = room.answer("DescribeLogStreams", **OF, limit=2)
    assert names(limit=2, nextToken=first["nextToken"]) == ["worker/1"]
    api, empty = first["logStreams"][0], room.answer("DescribeLogStreams", **OF)["logStreams"][2]
    assert (api["firstEventTimestamp"], api["lastEventTimestamp"]) == (NOW, NOW + 40)
    assert (api["storedBytes"], api["lastIngestionTime"]) == (0, NOW)
    assert api["arn"].endswith(f":log-group:{GROUP}:log-stream:api/1")
    assert "firstEventTimestamp" not in empty


def test_groups_are_described() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html"""
    room = two_streams()
    for name in ("/ecs/web", "/aws/rds/instance/db/postgresql"):
        room.answer("CreateLogGroup", logGroupName=name, tags={"team": "shop"})

    def names(**asked: Any) -> list[str]:
        found = room.answer("DescribeLogGroups", **asked)["logGroups"]
        return [group["logGroupName"] for group in found]

    assert names() == ["/aws/rds/instance/db/postgresql", GROUP, "/ecs/web"]
    assert names(logGroupNamePrefix="/ecs") == [GROUP, "/ecs/web"]
    assert names(logGroupNamePrefix="ecs") == []
    assert names(logGroupNamePattern="RDS") == ["/aws/rds/instance/db/postgresql"]
    page = room.answer("DescribeLogGroups", limit=2)
    assert names(limit=2, nextToken=page["nextToken"]) == ["/ecs/web"]
    shop = room.answer("DescribeLogGroups", logGroupNamePrefix=GROUP)["logGroups"][0]
    assert shop["storedBytes"] == 16 + 6 * 26 + 2
    assert shop["arn"] == f"{shop['logGroupArn']}:*"
    assert "retentionInDays" not in shop
    assert room.answer("ListTagsLogGroup", logGroupName="/ecs/web")["tags"] == {"team": "shop"}


def test_a_stream_and_a_group_go_with_their_events() -> None:
    room = two_streams()
    room.answer("DeleteLogStream", **OF, logStreamName="api/1")
    assert room.found() == messages(*"bdf")
    room.answer("DeleteLogGroup", **OF)
    room.answer("CreateLogGroup", **OF)
    assert room.found() == []


def test_tags() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html"""
    room = Room()
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
    room.answer("TagResource", resourceArn=arn, tags={"a": "1", "b": "2"})
    room.answer("UntagResource", resourceArn=arn, tagKeys=["a"])
    room.answer("TagLogGroup", **OF, tags={"c": "3"})
    assert room.answer("ListTagsForResource", resourceArn=arn)["tags"] == {"b": "2", "c": "3"}


def test_expired_events_vanish() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
    room = Room()
    room.put((-2 * DAY, "old"))
    room.put((0, "new"))
    room.answer("PutRetentionPolicy", **OF, retentionInDays=3)
    room.tick()
    assert room.found() == ["old", "new"]
    room.at += timedelta(days=1, seconds=1)
    assert room.found() == ["new"]  # before anything has swept
    stream = room.answer("DescribeLogStreams", **OF)["logStreams"][0]
    assert stream["firstEventTimestamp"] == NOW
    room.tick()
    assert len(room.logs.store.groups[GROUP].events) == 1
    room.answer("DeleteRetentionPolicy", **OF)
    room.tick(400 * 86_400)
    assert room.found() == ["new"]


# --- bounds --------------------------------------------------------------------------------------


def weighed(store: LogStore) -> tuple[int, int]:
    events = [event for group in store.groups.values() for event in group.events]
    return len(events), sum(len(event.message) + 220 for event in events)


def test_a_group_keeps_its_newest_events() -> None:
    store = LogStore(most_events=1000)
    store.groups["g"] = group = Group("g", 0)
    for number in range(3000):
        store.write(group, f"s{number % 3}", [(number, str(number))], number)
    kept = [event.timestamp for event in group.events]
    assert 1000 <= len(kept) <= 1020
    assert kept == list(range(3000 - len(kept), 3000))
    assert sum(len(stream.events) for stream in group.streams.values()) == len(kept)


def test_all_groups_together_are_bounded_and_the_largest_gives() -> None:
    store = LogStore(most_bytes=400_000)
    store.groups |= {"quiet": Group("quiet", 0), "loud": Group("loud", 0)}
    for number in range(5000):
        store.write(store.groups["loud"], "s", [(number, "x" * 100)], number)
        if number < 50:
            store.write(store.groups["quiet"], "s", [(number, "y")], number)
    assert len(store.groups["quiet"].events) == 50
    count, size = weighed(store)
    assert 0.9 * 400_000 <= size <= 400_000
    assert store._bytes == size
    assert count > 1000


def test_streams_of_tasks_that_came_and_went_are_bounded() -> None:
    store = LogStore(most_streams=10)
    store.groups["g"] = group = Group("g", 0)
    for number in range(25):
        store.write(group, f"task/{number}", [(number, "x")], number)
    assert list(group.streams) == [f"task/{number}" for number in range(15, 25)]
    assert len(group.events) == 10
    assert store._bytes == weighed(store)[1]


def test_a_line_of_a_task_makes_its_stream() -> None:
    room = Room()
    room.logs.write_line(GROUP, "api/api/77", "up")
    room.logs.write_line("/ecs/none", "api/api/77", "lost")
    assert room.found(logStreamNames=["api/api/77"]) == ["up"]


def test_a_window_is_found_by_halving() -> None:
    """A million events are for benchmarks/log_search.py; here is why they are quick."""
    store = LogStore(most_events=200_000)
    store.groups["g"] = group = Group("g", 0)
    store.write(group, "s", [(at, f"INFO {at}") for at in range(100_000)], 0)
    looked: list[str] = []

    def look(text: str) -> bool:
        looked.append(text)
        return True

    found = store.search(group, Search(99_000, 99_009, look, 100))
    assert (len(found.events), found.more, len(looked)) == (10, None, 10)
    store.search(group, Search(0, 99_999, look, 5))
    assert len(looked) == 10 + 6  # no further than one beyond the limit
