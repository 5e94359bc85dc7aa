"""Log events: put in batches, read from a stream in either direction, searched through a group."""

from typing import Any

from steadyhand.lab.cloud.logs import event_filter
from steadyhand.lab.cloud.room import Parameters
from steadyhand.lab.logs.asked import (
    Place,
    Shape,
    group_asked,
    group_named,
    invalid,
    not_found,
    read_token,
    write_token,
)
from steadyhand.lab.logs.store import (
    DAY,
    OVERHEAD,
    Event,
    Found,
    Group,
    LogStore,
    Position,
    Search,
    after,
    before,
)
from steadyhand.model.filter_pattern import BadPattern

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
MOST_BATCH_BYTES = 1_048_576
FUTURE = 2 * 3_600_000
PAST = 14 * DAY
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
MOST_PAGE_BYTES = 1_048_576
MOST_EVENTS = 10_000
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
FIRST_FOR_NEWEST = 1_704_067_200_000  # 2024-01-01
FOREVER = 2**62


def put(store: LogStore, asked: Parameters, place: Place) -> tuple[Shape, list[tuple[int, str]]]:
    """Add a batch. Gives the answer, and the events that were taken."""
    group = group_named(store, str(asked["logGroupName"]))
    if asked["logStreamName"] not in group.streams:
        raise not_found("log stream")
    batch = [(int(one["timestamp"]), str(one["message"])) for one in asked["logEvents"]]
    _check_batch(batch, place.now)
    oldest = max(group.oldest_kept(place.now), place.now - PAST)
    too_new = [n for n, (at, _) in enumerate(batch) if at > place.now + FUTURE]
    too_old = [n for n, (at, _) in enumerate(batch) if at < place.now - PAST]
    expired = [n for n, (at, _) in enumerate(batch) if at < group.oldest_kept(place.now)]
    taken = [(at, text) for at, text in batch if oldest <= at <= place.now + FUTURE]
    store.write(group, str(asked["logStreamName"]), taken, place.now)
    shape: Shape = {"nextSequenceToken": f"{place.now:056d}"}
    rejected = {}
    if too_new:
        rejected["tooNewLogEventStartIndex"] = too_new[0]
    if too_old:
        rejected["tooOldLogEventEndIndex"] = too_old[-1] + 1
    if expired:
        rejected["expiredLogEventEndIndex"] = expired[-1] + 1
    if rejected:
        shape["rejectedLogEventsInfo"] = rejected
    return shape, taken


def _check_batch(batch: list[tuple[int, str]], now: int) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html"""
    size = sum(len(text.encode()) + OVERHEAD for _, text in batch)
    if size > MOST_BATCH_BYTES:
        raise invalid(f"Upload too large: {size} bytes exceeds limit of {MOST_BATCH_BYTES}")
    times = [at for at, _ in batch]
    if times != sorted(times):
        raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
    # Of those that are neither too old nor too new: the page above.
    valid = [at for at in times if now - PAST <= at <= now + FUTURE]
    if valid and valid[-1] - valid[0] > DAY:
        raise invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 "
            "hours."
        )


def filter_events(store: LogStore, asked: Parameters, place: Place) -> Shape:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html"""
    group = group_asked(store, asked)
    try:
        matches = event_filter(asked.get("filterPattern")).matches
    except BadPattern as bad:
        raise bad_pattern(bad) from None
    start, end = asked.get("startTime"), asked.get("endTime")
    if start is not None and end is not None and int(end) < int(start):
        raise invalid("endTime must not be before startTime.")
    token = read_token(asked, 3)
    # A token keeps the direction of the request it came from.
    newest_first = bool(token[2]) if token else asked.get("startFromHead") is False
    if newest_first and int(start or 0) < FIRST_FOR_NEWEST:
        raise invalid("startFromHead can be false only for a startTime from 2024-01-01 on.")
    search = Search(
        max(int(start or 0), group.oldest_kept(place.now)),
        FOREVER if end is None else int(end),
        matches,
        int(asked.get("limit") or MOST_EVENTS),
        _streams(group, asked),
        (token[0], token[1]) if token else None,
        newest_first,
    )
    found: Found = store.search(group, search)
    shape: Shape = {
        "events": [_searched(event) for event in found.events],
        # Not filled since 2019: the page above.
        "searchedLogStreams": [],
    }
    if found.more is not None:
        shape["nextToken"] = write_token(asked, *found.more, int(newest_first))
    return shape


def bad_pattern(bad: BadPattern) -> Exception:
    return invalid(f"Invalid filter pattern: column {bad.column}: {bad.message}; {bad.help}")


def _streams(group: Group, asked: Parameters) -> frozenset[str] | None:
    names, prefix = asked.get("logStreamNames"), asked.get("logStreamNamePrefix")
    if names and prefix:
        raise invalid("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.")
    if names:
        if any(name not in group.streams for name in names):
            raise not_found("log stream")
        return frozenset(names)
    if prefix:
        return frozenset(name for name in group.streams if name.startswith(prefix))
    return None


def _searched(event: Event) -> Shape:
    return {
        "logStreamName": event.stream,
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingested,
        "eventId": event.id,
    }


# --- one stream ----------------------------------------------------------------------------------


def get(store: LogStore, asked: Parameters, place: Place) -> Shape:
    """Read a page of a stream: from its head, from its end, or on from a token.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
    """
    group = group_asked(store, asked)
    stream = group.streams.get(str(asked["logStreamName"]))
    if stream is None:
        raise not_found("log stream")
    start = max(int(asked.get("startTime") or 0), group.oldest_kept(place.now))
    end = asked.get("endTime")
    first = before(stream.events, (start, 0))
    # Unlike a search, this leaves out the event at the end itself.
    last = before(stream.events, (FOREVER if end is None else int(end), 0))
    events = stream.events[first : max(first, last)]
    limit, token = int(asked.get("limit") or MOST_EVENTS), asked.get("nextToken")
    forward, position = _read(str(token)) if token else (bool(asked.get("startFromHead")), None)
    page = _page(events, forward, position, limit)
    here = position or (start, 0)
    return {
        "events": [_read_event(event) for event in page],
        "nextForwardToken": _token("f", page[-1].position if page else here),
        "nextBackwardToken": _token("b", page[0].position if page else here),
    }


def _page(events: list[Event], forward: bool, position: Position | None, limit: int) -> list[Event]:
    if forward:
        begin = after(events, position) if position else 0
        page = events[begin : begin + limit]
    else:
        stop = before(events, position) if position else len(events)
        page = events[max(0, stop - limit) : stop]
    # As many as fit into a megabyte, from the side that is read from.
    size, kept = 0, 0
    for event in page if forward else reversed(page):
        size += len(event.message) + OVERHEAD
        if kept and size > MOST_PAGE_BYTES:
            break
        kept += 1
    return page[:kept] if forward else page[len(page) - kept :]


def _token(side: str, position: Position) -> str:
    return f"{side}/{position[0]:020d}{position[1]:036d}/s"


def _read(token: str) -> tuple[bool, Position]:
    side, _, rest = token.partition("/")
    digits = rest.removesuffix("/s")
    if side not in ("f", "b") or len(digits) != 56 or not digits.isdecimal():
        raise invalid("The specified nextToken is invalid.")
    return side == "f", (int(digits[:20]), int(digits[20:]))


def _read_event(event: Event) -> dict[str, Any]:
    return {
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingested,
    }
