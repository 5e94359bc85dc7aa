"""Lines of access logs and records of trails as values; files that are due, and what is let go."""

import gzip
import json
import shlex
from types import SimpleNamespace
from typing import Any

from steadyhand.lab.balancer.access_log import Client, Exchange, Way, line
from steadyhand.lab.balancer.wire import Message
from steadyhand.lab.delivery import files
from steadyhand.lab.delivery.files import Log
from steadyhand.lab.delivery.trails import Made, Trails, of_bucket
from steadyhand.lab.durations import Durations

PLAIN = Client(("127.0.0.1", 5))
ASKED = Message(
    b"GET /plans?zip=1 HTTP/1.1",
    ((b"Host", b"x.example"), (b"User-Agent", b'curl/8 "quoted"\xff')),
    b"",
)


def answered(status: int) -> Message:
    return Message(b"HTTP/1.1 %d Fine" % status, (), b"four")


def fields(status: int, way: Way, client: Client = PLAIN) -> list[str]:
    one = Exchange("app/x/1", client, ASKED, answered(status), way, "Root=1-2", 10.0, 10.75)
    return shlex.split(line(one))


def test_a_line_has_every_field_in_its_place() -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html"""
    way = Way("targetgroup/t/2", ("127.0.0.9", 8000), 3, 10.25, 0.5)
    found = fields(200, way, Client(("127.0.0.1", 5), "TLSv1.3", "AES", "x.example", "arn:c"))
    assert len(found) == 30
    assert found[:5] == [
        *("https", "1970-01-01T00:00:10.750000Z", "app/x/1"),
        *("127.0.0.1:5", "127.0.0.9:8000"),
    ]
    assert found[5:10] == ["0.250", "0.500", "0.000", "200", "200"]
    assert found[12] == "GET https://x.example:443/plans?zip=1 HTTP/1.1"
    assert found[13] == r"curl/8 \x22quoted\x22\xff"
    assert found[14:16] == ["AES", "TLSv1.3"]
    assert found[16].endswith(":123456789012:targetgroup/t/2")
    assert found[17:21] == ["Root=1-2", "x.example", "arn:c", "3"]
    assert found[21:23] == ["1970-01-01T00:00:10.000000Z", "forward"]
    assert found[25:27] == ["127.0.0.9:8000", "200"]


def test_what_no_target_answered_says_so() -> None:
    nobody = fields(503, Way())
    assert nobody[4:10] == ["-", "-1", "-1", "-1", "503", "-"]
    assert nobody[0] == "http"
    assert nobody[16] == nobody[25] == nobody[26] == "-"
    silent = fields(504, Way("targetgroup/t/2", ("127.0.0.9", 8000), 0, 10.25))
    assert silent[4:10] == ["127.0.0.9:8000", "0.250", "-1", "-1", "504", "-"]


class Kept:
    """A bucket."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def exists(self, bucket: str) -> bool:
        return bucket == "logs"

    def put(self, _: str, key: str, content: bytes) -> None:
        self.objects[key] = content

    def remove(self, _: str, key: str) -> None:
        del self.objects[key]

    def sizes(self, _: str, under: str) -> dict[str, int]:
        return {key: len(one) for key, one in self.objects.items() if key.startswith(under)}


def test_the_oldest_files_go_where_there_are_too_many(monkeypatch: Any) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    kept = Kept()
    kept.put("logs", "another/0", b"x" * 100)
    log = Log(kept, 0.0, b"".join)
    assert log.due() is None  # nothing that happened is no file
    for name in "abc":
        log.add(name.encode() * 4)
        content = log.due()
        assert content is not None
        log.deliver("logs", "mine/", name, content)
        log.deliver("gone", "mine/", name, content)
    assert sorted(kept.objects) == ["another/0", "mine/b", "mine/c"]
    late = Log(kept, 1000.0, b"".join)
    late.add(b"x")
    assert late.due() is None
    late.add(b"x" * files.MOST_WAITING)
    assert late.due() is not None


def trail(logging: bool = True) -> Any:
    status = SimpleNamespace(is_logging=logging, latest_delivery_time=None)
    return SimpleNamespace(status=status, bucket_name="logs", s3_key_prefix="trail")


def test_a_trail_has_what_was_called_by_whom_and_how_it_was_refused() -> None:
    kept, role = Kept(), "arn:aws:iam::123456789012:role/api-task"
    owners = {"KEY": role}
    given = {"one": trail(), "off": trail(logging=False)}
    trails = Trails(Durations(1e9), kept, given, lambda key: owners.get(key, ""))
    signed = "AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/ecs/aws4_request, Signed…"
    trails.made(Made("ecs", "UpdateService", {"service": "s"}, None, "aws-cli/1", signed))
    trails.made(Made("elbv2", "DescribeRules", {}, ("RuleNotFound", "None.")))
    trails.made(Made("logs", "PutLogEvents", {}))  # a data event
    assert trails.due() == []
    for log in trails._logs.values():
        log.interval = 0.0
    ((name, log, content),) = trails.due()
    trails.deliver(name, log, content)
    ((key, packed),) = kept.objects.items()
    assert key.startswith("trail/AWSLogs/123456789012/CloudTrail/us-east-1/2")
    assert key.endswith(".json.gz")
    first, second = json.loads(gzip.decompress(packed))["Records"]
    assert (first["eventSource"], first["eventName"]) == ("ecs.amazonaws.com", "UpdateService")
    assert first["userIdentity"]["type"] == "AssumedRole"
    assert first["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == role
    assert (first["readOnly"], first["requestParameters"]) == (False, {"service": "s"})
    assert "errorCode" not in first
    assert second["eventSource"] == "elasticloadbalancing.amazonaws.com"
    assert (second["readOnly"], second["errorCode"]) == (True, "RuleNotFound")
    assert second["userIdentity"]["type"] == "IAMUser"
    assert given["one"].status.latest_delivery_time


def test_what_is_asked_of_a_bucket_has_a_name_where_it_is_managed() -> None:
    assert of_bucket("PUT", {}) == "CreateBucket"
    assert of_bucket("PUT", {"policy": ""}) == "PutBucketPolicy"
    assert of_bucket("GET", {"replication": ""}) == "GetBucketReplication"
    assert of_bucket("GET", {"list-type": "2"}) == ""
    assert of_bucket("POST", {"delete": ""}) == ""
