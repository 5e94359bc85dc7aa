"""Log groups and streams: made, described, tagged, deleted, and how long they keep events."""

from typing import Any

from steadyhand.lab.cloud.room import Parameters, Refusal
from steadyhand.lab.logs.asked import (
    Place,
    Shape,
    group_asked,
    group_named,
    invalid,
    not_found,
    paged,
    plain_name,
)
from steadyhand.lab.logs.store import Group, LogStore, Stream

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip


def create_group(store: LogStore, asked: Parameters, place: Place) -> Shape:
    name = str(asked["logGroupName"])
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    if name.lower().startswith("aws/"):
        raise invalid("Log groups starting with AWS/ are reserved for AWS.")
    if name in store.groups:
        message = "The specified log group already exists"
        raise Refusal("ResourceAlreadyExistsException", message)
    store.shape += 1
    store.groups[name] = Group(
        name,
        place.now,
        tags=dict(asked.get("tags") or {}),
        log_class=str(asked.get("logGroupClass") or "STANDARD"),
        kms_key=str(asked.get("kmsKeyId") or ""),
    )
    return {}


def delete_group(store: LogStore, asked: Parameters, _place: Place) -> Shape:
    store.delete_group(group_named(store, str(asked["logGroupName"])).name)
    return {}


def describe_groups(store: LogStore, asked: Parameters, place: Place) -> Shape:
    prefix, pattern = asked.get("logGroupNamePrefix"), asked.get("logGroupNamePattern")
    if prefix and pattern:
        raise invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    named = {plain_name(str(one)) for one in asked.get("logGroupIdentifiers") or []}
    log_class = asked.get("logGroupClass")
    rows = [
        _group_shape(store.groups[name], place)
        for name in sorted(store.groups)
        if (not prefix or name.startswith(prefix))
        and (not pattern or pattern.lower() in name.lower())
        and (not named or name in named)
        and log_class in (None, store.groups[name].log_class)
    ]
    return paged(rows, "logGroups", asked)


def _group_shape(group: Group, place: Place) -> Shape:
    arn = place.group_arn(group.name)
    shape: Shape = {
        "logGroupName": group.name,
        "creationTime": group.created,
        "metricFilterCount": 0,
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "storedBytes": group.stored,
        "logGroupClass": group.log_class,
    }
    if group.retention:
        shape["retentionInDays"] = group.retention
    if group.kms_key:
        shape["kmsKeyId"] = group.kms_key
    return shape


def create_stream(store: LogStore, asked: Parameters, place: Place) -> Shape:
    group = group_named(store, str(asked["logGroupName"]))
    name = str(asked["logStreamName"])
    if name in group.streams:
        message = "The specified log stream already exists"
        raise Refusal("ResourceAlreadyExistsException", message)
    store.create_stream(group, name, place.now)
    return {}


def delete_stream(store: LogStore, asked: Parameters, _place: Place) -> Shape:
    group = group_named(store, str(asked["logGroupName"]))
    if asked["logStreamName"] not in group.streams:
        raise not_found("log stream")
    store.delete_stream(group, str(asked["logStreamName"]))
    return {}


def describe_streams(store: LogStore, asked: Parameters, place: Place) -> Shape:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html"""
    group = group_asked(store, asked)
    prefix, by_time = asked.get("logStreamNamePrefix"), asked.get("orderBy") == "LastEventTime"
    if prefix and by_time:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    oldest = group.oldest_kept(place.now)
    found = [s for s in group.streams.values() if not prefix or s.name.startswith(prefix)]

    def order(stream: Stream) -> Any:
        last = stream.events[-1].timestamp if stream.events else 0
        return (last, stream.name) if by_time else stream.name

    found.sort(key=order, reverse=bool(asked.get("descending")))
    rows = [_stream_shape(group, stream, oldest, place) for stream in found]
    return paged(rows, "logStreams", asked)


def _stream_shape(group: Group, stream: Stream, oldest: int, place: Place) -> Shape:
    shape: Shape = {
        "logStreamName": stream.name,
        "creationTime": stream.created,
        "arn": f"{place.group_arn(group.name)}:log-stream:{stream.name}",
        # Since 2019 it is always zero: the page above.
        "storedBytes": 0,
        "uploadSequenceToken": f"{stream.created:056d}",
    }
    there = [event.timestamp for event in stream.events if event.timestamp >= oldest]
    if there:
        shape["firstEventTimestamp"], shape["lastEventTimestamp"] = there[0], there[-1]
    if stream.ingested is not None:
        shape["lastIngestionTime"] = stream.ingested
    return shape


def put_retention(store: LogStore, asked: Parameters, _place: Place) -> Shape:
    group, days = group_named(store, str(asked["logGroupName"])), int(asked["retentionInDays"])
    if days not in RETENTION_DAYS:
        raise invalid(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy "
            "constraint: Member must satisfy enum value set: "
            f"[{', '.join(map(str, RETENTION_DAYS))}]"
        )
    group.retention = days
    return {}


def delete_retention(store: LogStore, asked: Parameters, _place: Place) -> Shape:
    group_named(store, str(asked["logGroupName"])).retention = None
    return {}


def _tagged(store: LogStore, asked: Parameters) -> Group:
    given = asked.get("logGroupName") or asked.get("resourceArn")
    return group_named(store, plain_name(str(given)))


def list_tags(store: LogStore, asked: Parameters, _place: Place) -> Shape:
    return {"tags": dict(_tagged(store, asked).tags)}


def tag(store: LogStore, asked: Parameters, _place: Place) -> Shape:
    group = _tagged(store, asked)
    new = {**group.tags, **asked["tags"]}
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
    if len(new) > 50:
        raise Refusal("TooManyTagsException", "A resource has at most 50 tags.")
    group.tags = new
    return {}


def untag(store: LogStore, asked: Parameters, _place: Place) -> Shape:
    group = _tagged(store, asked)
    for key in asked.get("tags") or asked.get("tagKeys") or []:
        group.tags.pop(key, None)
    return {}
