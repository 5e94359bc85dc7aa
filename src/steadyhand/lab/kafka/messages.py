"""The operations we speak, as data: their numbers, versions and schemas; and the error codes.

https://kafka.apache.org/protocol#protocol_messages
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from steadyhand.lab.kafka.wire import LAST, Field, Form, Reader, read, schema, write


class Error(IntEnum):
    """https://kafka.apache.org/protocol#protocol_error_codes"""

    UNKNOWN_SERVER_ERROR = -1
    NONE = 0
    OFFSET_OUT_OF_RANGE = 1
    CORRUPT_MESSAGE = 2
    UNKNOWN_TOPIC_OR_PARTITION = 3
    MESSAGE_TOO_LARGE = 10
    OFFSET_METADATA_TOO_LARGE = 12
    INVALID_TOPIC_EXCEPTION = 17
    INVALID_REQUIRED_ACKS = 21
    ILLEGAL_GENERATION = 22
    INCONSISTENT_GROUP_PROTOCOL = 23
    INVALID_GROUP_ID = 24
    UNKNOWN_MEMBER_ID = 25
    INVALID_SESSION_TIMEOUT = 26
    REBALANCE_IN_PROGRESS = 27
    UNSUPPORTED_VERSION = 35
    TOPIC_ALREADY_EXISTS = 36
    INVALID_PARTITIONS = 37
    INVALID_REPLICATION_FACTOR = 38
    INVALID_CONFIG = 40
    INVALID_REQUEST = 42
    UNSUPPORTED_FOR_MESSAGE_FORMAT = 43
    OUT_OF_ORDER_SEQUENCE_NUMBER = 45
    INVALID_PRODUCER_EPOCH = 47
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 53
    KAFKA_STORAGE_ERROR = 56
    NON_EMPTY_GROUP = 68
    GROUP_ID_NOT_FOUND = 69
    FETCH_SESSION_ID_NOT_FOUND = 70
    MEMBER_ID_REQUIRED = 79
    INVALID_RECORD = 87


@dataclass(frozen=True)
class Operation:
    name: str
    key: int
    first: int
    last: int
    request: tuple[Field, ...]
    response: tuple[Field, ...]
    flexible: int = LAST  # the first version that is written in the flexible way

    def form(self, version: int) -> Form:
        return Form(version, version >= self.flexible)


def _operation(
    name: str, versions: tuple[int, int, int], request: str, response: str, flexible: int = LAST
) -> Operation:
    key, first, last = versions
    return Operation(name, key, first, last, schema(request), schema(response), flexible)


_MEMBER = "group_id:string generation_id:i32 member_id:string"
_COORDINATOR = "node_id:i32 host:string port:i32"

OPERATIONS: dict[int, Operation] = {
    operation.key: operation
    for operation in (
        _operation(
            "Produce",
            (0, 3, 8),
            "transactional_id:?string acks:i16 timeout_ms:i32 "
            "topics:[name:string partitions:[index:i32 records:?bytes]]",
            "topics:[name:string partitions:[index:i32 error:i16 base_offset:i64 "
            "log_append_time:i64 log_start_offset:i64/5 "
            "record_errors:[batch_index:i32 message:?string]/8 message:?string/8]] "
            "throttle_ms:i32",
        ),
        _operation(
            "Fetch",
            (1, 4, 11),
            "replica_id:i32 max_wait_ms:i32 min_bytes:i32 max_bytes:i32 isolation:i8 "
            "session_id:i32/7 session_epoch:i32/7 "
            "topics:[name:string partitions:[index:i32 leader_epoch:i32/9 offset:i64 "
            "log_start_offset:i64/5 max_bytes:i32]] "
            "forgotten:[name:string partitions:[i32]]/7 rack_id:string/11",
            "throttle_ms:i32 error:i16/7 session_id:i32/7 "
            "topics:[name:string partitions:[index:i32 error:i16 high_watermark:i64 "
            "last_stable_offset:i64 log_start_offset:i64/5 "
            "aborted:?[producer_id:i64 first_offset:i64] preferred_read_replica:i32/11 "
            "records:?bytes]]",
        ),
        _operation(
            "ListOffsets",
            (2, 1, 5),
            "replica_id:i32 isolation:i8/2 "
            "topics:[name:string partitions:[index:i32 leader_epoch:i32/4 timestamp:i64]]",
            "throttle_ms:i32/2 topics:[name:string "
            "partitions:[index:i32 error:i16 timestamp:i64 offset:i64 leader_epoch:i32/4]]",
        ),
        _operation(
            "Metadata",
            (3, 0, 8),
            "topics:?[name:string] allow_auto_topic_creation:bool/4 "
            "include_cluster_operations:bool/8 include_topic_operations:bool/8",
            "throttle_ms:i32/3 brokers:[node_id:i32 host:string port:i32 rack:?string/1] "
            "cluster_id:?string/2 controller_id:i32/1 "
            "topics:[error:i16 name:string is_internal:bool/1 "
            "partitions:[error:i16 index:i32 leader_id:i32 leader_epoch:i32/7 replicas:[i32] "
            "isr:[i32] offline:[i32]/5] operations:i32/8] cluster_operations:i32/8",
        ),
        _operation(
            "OffsetCommit",
            (8, 2, 6),
            f"{_MEMBER} retention_ms:i64/2-4 "
            "topics:[name:string partitions:[index:i32 offset:i64 leader_epoch:i32/6 "
            "metadata:?string]]",
            "throttle_ms:i32/3 topics:[name:string partitions:[index:i32 error:i16]]",
        ),
        _operation(
            "OffsetFetch",
            (9, 1, 5),
            "group_id:string topics:?[name:string partitions:[i32]]",
            "throttle_ms:i32/3 topics:[name:string partitions:[index:i32 offset:i64 "
            "leader_epoch:i32/5 metadata:?string error:i16]] error:i16/2",
        ),
        _operation(
            "FindCoordinator",
            (10, 0, 2),
            "key:string key_type:i8/1",
            f"throttle_ms:i32/1 error:i16 message:?string/1 {_COORDINATOR}",
        ),
        _operation(
            "JoinGroup",
            (11, 0, 4),
            "group_id:string session_timeout_ms:i32 rebalance_timeout_ms:i32/1 member_id:string "
            "protocol_type:string protocols:[name:string metadata:bytes]",
            "throttle_ms:i32/2 error:i16 generation_id:i32 protocol:string leader:string "
            "member_id:string members:[member_id:string metadata:bytes]",
        ),
        _operation("Heartbeat", (12, 0, 2), _MEMBER, "throttle_ms:i32/1 error:i16"),
        _operation(
            "LeaveGroup",
            (13, 0, 2),
            "group_id:string member_id:string",
            "throttle_ms:i32/1 error:i16",
        ),
        _operation(
            "SyncGroup",
            (14, 0, 2),
            f"{_MEMBER} assignments:[member_id:string assignment:bytes]",
            "throttle_ms:i32/1 error:i16 assignment:bytes",
        ),
        _operation(
            "DescribeGroups",
            (15, 0, 3),
            "groups:[string] include_operations:bool/3",
            "throttle_ms:i32/1 groups:[error:i16 group_id:string state:string "
            "protocol_type:string protocol:string members:[member_id:string client_id:string "
            "client_host:string metadata:bytes assignment:bytes] operations:i32/3]",
        ),
        _operation(
            "ListGroups",
            (16, 0, 4),
            "states:[string]/4",
            "throttle_ms:i32/1 error:i16 groups:[group_id:string protocol_type:string "
            "state:string/4]",
            flexible=3,
        ),
        _operation(
            "ApiVersions",
            (18, 0, 3),
            "software_name:string/3 software_version:string/3",
            "error:i16 operations:[key:i16 first:i16 last:i16] throttle_ms:i32/1",
            flexible=3,
        ),
        _operation(
            "CreateTopics",
            (19, 0, 4),
            "topics:[name:string partitions:i32 replication:i16 "
            "assignments:[index:i32 brokers:[i32]] configs:[name:string value:?string]] "
            "timeout_ms:i32 validate_only:bool/1",
            "throttle_ms:i32/2 topics:[name:string error:i16 message:?string/1]",
        ),
        _operation(
            "DeleteTopics",
            (20, 0, 3),
            "topics:[string] timeout_ms:i32",
            "throttle_ms:i32/1 topics:[name:string error:i16]",
        ),
        _operation(
            "DeleteRecords",
            (21, 0, 1),
            "topics:[name:string partitions:[index:i32 offset:i64]] timeout_ms:i32",
            "throttle_ms:i32 topics:[name:string "
            "partitions:[index:i32 low_watermark:i64 error:i16]]",
        ),
        _operation(
            "InitProducerId",
            (22, 0, 1),
            "transactional_id:?string timeout_ms:i32",
            "throttle_ms:i32 error:i16 producer_id:i64 producer_epoch:i16",
        ),
        _operation(
            "DescribeConfigs",
            (32, 0, 2),
            "resources:[type:i8 name:string keys:?[string]] synonyms:bool/1",
            "throttle_ms:i32 results:[error:i16 message:?string type:i8 name:string "
            "configs:[name:string value:?string read_only:bool is_default:bool/0-0 source:i8/1 "
            "sensitive:bool synonyms:[name:string value:?string source:i8]/1]]",
        ),
        _operation(
            "CreatePartitions",
            (37, 0, 1),
            "topics:[name:string count:i32 assignments:?[brokers:[i32]]] timeout_ms:i32 "
            "validate_only:bool",
            "throttle_ms:i32 results:[name:string error:i16 message:?string]",
        ),
        _operation(
            "DeleteGroups",
            (42, 0, 1),
            "groups:[string]",
            "throttle_ms:i32 results:[group_id:string error:i16]",
        ),
    )
}

NAMED = {operation.name: operation for operation in OPERATIONS.values()}

_HEAD = schema("key:i16 version:i16 correlation_id:i32")
_CLIENT = schema("client_id:?string")
_PLAIN = Form(0)


@dataclass(frozen=True)
class Head:
    """The header of a request."""

    key: int
    version: int
    correlation_id: int
    client_id: str


def read_head(reader: Reader) -> Head:
    """Read a request's header. Raises Malformed."""
    numbers = read(_HEAD, _PLAIN, reader)
    client = read(_CLIENT, _PLAIN, reader)["client_id"] or ""
    head = Head(**numbers, client_id=client)
    operation = OPERATIONS.get(head.key)
    if operation is not None and operation.form(head.version).flexible:
        reader.skip_tags()
    return head


def write_request(operation: Operation, version: int, number: int, values: Any) -> bytes:
    form = operation.form(version)
    head = {"key": operation.key, "version": version, "correlation_id": number}
    parts = [
        write(_HEAD, _PLAIN, head),
        write(_CLIENT, _PLAIN, {"client_id": "steadyhand"}),
        b"\0" if form.flexible else b"",
        write(operation.request, form, values),
    ]
    return b"".join(parts)


def write_response(operation: Operation, head: Head, values: Mapping[str, Any]) -> bytes:
    form = operation.form(head.version)
    # A client that asks for the versions cannot know yet how headers are written here.
    tags = b"\0" if form.flexible and operation.name != "ApiVersions" else b""
    body = write(operation.response, form, values)
    return head.correlation_id.to_bytes(4, "big", signed=True) + tags + body


def read_response(operation: Operation, version: int, answer: bytes) -> dict[str, Any]:
    """Read what a broker answered. Raises Malformed."""
    form = operation.form(version)
    reader = Reader(answer)
    reader.take(4)
    if form.flexible and operation.name != "ApiVersions":
        reader.skip_tags()
    return read(operation.response, form, reader)
