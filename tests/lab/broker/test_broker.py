"""The broker as kafka-python sees it: every test speaks to the real process."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.lab.broker.running_broker import Broker, KafkaConsumer, TopicPartition

from steadyhand.lab.kafka.client import Client, Lag, lags

pytestmark = pytest.mark.lab

# Milliseconds. A client that is polled for less than a rebalance takes begins it anew each time,
# and on a busy machine two of them in one thread never meet.
SETTLING = 500


def eventually(condition: Callable[[], Any], seconds: float = 40) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


def read(consumer: KafkaConsumer, count: int, seconds: float = 40) -> list[Any]:
    found: list[Any] = []
    deadline = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=200).values():
            found += records
    return found


def test_a_batch_raises_the_offset_by_its_number_of_records(broker: Broker) -> None:
    broker.create("offsets")
    broker.write("offsets", [b"%d" % n for n in range(60)])
    with Client(broker.servers) as client:
        assert client.offsets([("offsets", 0)]) == {("offsets", 0): 60}
    consumer = broker.consumer("offsets")
    records = read(consumer, 60)
    consumer.close()
    assert [record.offset for record in records] == list(range(60))
    assert [record.value for record in records] == [b"%d" % n for n in range(60)]


def test_keys_headers_and_times_come_back(broker: Broker) -> None:
    broker.create("told")
    producer = broker.producer()
    sent = producer.send(
        "told", b"v", key=b"k", headers=[("h", b"x")], timestamp_ms=1_700_000_000_000
    )
    assert sent.get(5).offset == 0
    producer.close()
    consumer = broker.consumer("told")
    (record,) = read(consumer, 1)
    consumer.close()
    assert (record.key, record.headers, record.timestamp) == (
        b"k",
        [("h", b"x")],
        1_700_000_000_000,
    )


def test_the_lag_of_a_group_is_what_was_written_and_not_committed(broker: Broker) -> None:
    broker.create("lagging", 3)
    consumer = broker.consumer("lagging", group_id="lag-group", enable_auto_commit=False)
    eventually(lambda: consumer.poll(SETTLING) or consumer.assignment())
    for partition in range(3):
        broker.write("lagging", [b"x"] * 4, partition)
    assert len(read(consumer, 12)) == 12
    consumer.commit()
    consumer.close()
    assert lags(broker.servers)["lag-group"] == Lag(0, 0)
    for partition, count in enumerate((30, 20, 10)):
        broker.write("lagging", [b"x"] * count, partition)
    assert lags(broker.servers)["lag-group"] == Lag(60, 30)


def test_two_members_share_and_the_rest_goes_to_the_one_that_stays(broker: Broker) -> None:
    broker.create("shared", 3)
    first = broker.consumer("shared", group_id="pair")
    second = broker.consumer("shared", group_id="pair")

    def both() -> bool:
        first.poll(SETTLING)
        second.poll(SETTLING)
        shares = len(first.assignment()), len(second.assignment())
        return sorted(shares) == [1, 2]

    eventually(both)
    assert not first.assignment() & second.assignment()
    with Client(broker.servers) as client:
        (group,) = client.ask("DescribeGroups", {"groups": ["pair"]})["groups"]
    assert (group["state"], len(group["members"])) == ("Stable", 2)
    assert {one["client_host"] for one in group["members"]} == {"/127.0.0.1"}
    second.close()
    eventually(lambda: first.poll(SETTLING) or len(first.assignment()) == 3)
    for partition in range(3):
        broker.write("shared", [b"x"], partition)
    assert {record.partition for record in read(first, 3)} == {0, 1, 2}
    first.close()


def test_a_member_that_falls_silent_is_put_out_after_its_session(broker: Broker) -> None:
    broker.create("silent")
    with Client(broker.servers) as client:
        joining = {
            "group_id": "silence",
            "session_timeout_ms": 500,
            "rebalance_timeout_ms": 500,
            "protocol_type": "consumer",
            "protocols": [{"name": "range", "metadata": b""}],
        }
        told = client.ask("JoinGroup", joining)
        assert told["error"] == 79  # MEMBER_ID_REQUIRED
        told = client.ask("JoinGroup", {**joining, "member_id": told["member_id"]})
        assert (told["error"], told["generation_id"]) == (0, 1)
        assert client.groups()["silence"] == "CompletingRebalance"
        eventually(lambda: "silence" not in client.groups(), 3)


def test_fetch_waits_for_records_and_gives_them_at_once(broker: Broker) -> None:
    broker.create("waited")
    asked = {
        "max_wait_ms": 3000,
        "min_bytes": 1,
        "max_bytes": 1 << 20,
        "topics": [{"name": "waited", "partitions": [{"index": 0, "max_bytes": 1 << 20}]}],
    }
    producer = broker.producer(linger_ms=300)
    producer.partitions_for("waited")
    with Client(broker.servers) as client:
        started = time.monotonic()
        producer.send("waited", b"late")
        (topic,) = client.ask("Fetch", asked)["topics"]
        taken = time.monotonic() - started
        assert b"late" in topic["partitions"][0]["records"]
        assert 0.2 < taken < 2.5
        empty = {**asked, "max_wait_ms": 200}
        empty["topics"] = [
            {"name": "waited", "partitions": [{"index": 0, "offset": 1, "max_bytes": 1 << 20}]}
        ]
        started = time.monotonic()
        (topic,) = client.ask("Fetch", empty)["topics"]
        assert topic["partitions"][0]["records"] == b""
        assert time.monotonic() - started >= 0.19
    producer.close()


def test_fetch_keeps_to_its_bytes_and_always_gives_one_batch(broker: Broker) -> None:
    broker.create("bounded")
    producer = broker.producer()
    for n in range(5):
        producer.send("bounded", b"%d" % n * 1000).get(5)
    producer.close()

    def fetched(limit: int) -> int:
        with Client(broker.servers) as client:
            partition = {"index": 0, "max_bytes": 1 << 20}
            asked = {
                "min_bytes": 1,
                "max_bytes": limit,
                "topics": [{"name": "bounded", "partitions": [partition]}],
            }
            (topic,) = client.ask("Fetch", asked)["topics"]
        return len(topic["partitions"][0]["records"])

    one = fetched(10)
    assert 1000 < one < 1200
    assert fetched(3 * one) == 3 * one
    assert fetched(1 << 20) == 5 * one


def test_a_kill_loses_nothing_that_was_acknowledged(broker: Broker) -> None:
    broker.create("durable", 2)
    broker.write("durable", [b"%d" % n for n in range(40)], 0)
    broker.write("durable", [b"x"], 1)
    consumer = broker.consumer(group_id="keeper", enable_auto_commit=False)
    consumer.assign([TopicPartition("durable", 0)])
    assert len(read(consumer, 40)) == 40
    consumer.commit()
    consumer.close()
    broker.kill()
    # What a crash in the middle of a write leaves behind:
    with (broker.folder / "topics/durable/1/00000000000000000000.log").open("ab") as log:
        log.write(b"\0" * 7 + b"\1" + b"\0\0\0\x40" + b"half a batch")
    broker.start()
    with Client(broker.servers) as client:
        assert client.topics()["durable"] == 2
        assert client.committed("keeper") == {("durable", 0): 40}
        assert client.offsets([("durable", 0), ("durable", 1)]) == {
            ("durable", 0): 40,
            ("durable", 1): 1,
        }
    broker.write("durable", [b"after"], 1)
    consumer = broker.consumer("durable")
    values = [record.value for record in read(consumer, 42)]
    consumer.close()
    assert len(values) == 42
    assert b"after" in values


def test_a_batch_sent_twice_is_written_once(broker: Broker) -> None:
    broker.create("once")
    producer = broker.producer(enable_idempotence=True)
    producer.send("once", b"first").get(5)
    producer.close()
    fetch = {"max_bytes": 1 << 20, "min_bytes": 1}
    with Client(broker.servers) as client:
        partition = {"index": 0, "max_bytes": 1 << 20}
        (topic,) = client.ask(
            "Fetch", {**fetch, "topics": [{"name": "once", "partitions": [partition]}]}
        )["topics"]
        batch = topic["partitions"][0]["records"]

        def send(records: bytes) -> tuple[int, int]:
            wanted = {"name": "once", "partitions": [{"index": 0, "records": records}]}
            (told,) = client.ask("Produce", {"acks": -1, "topics": [wanted]})["topics"]
            (one,) = told["partitions"]
            return one["error"], one["base_offset"]

        assert send(batch) == (0, 0)
        skipped = batch[:53] + (7).to_bytes(4, "big") + batch[57:]  # the base sequence
        assert send(skipped) == (45, -1)  # OUT_OF_ORDER_SEQUENCE_NUMBER
        assert send(batch + batch) == (87, -1)  # INVALID_RECORD
        assert send(batch[:-1]) == (2, -1)  # CORRUPT_MESSAGE
        assert client.offsets([("once", 0)]) == {("once", 0): 1}


def test_retention_keeps_a_log_small(broker: Broker) -> None:
    broker.create("small", retention_bytes="40000", segment_bytes="10000")
    producer = broker.producer()
    for n in range(120):
        producer.send("small", b"%d" % n * 400)
        producer.flush()
    producer.close()
    folder = broker.folder / "topics/small/0"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 65_000
    with Client(broker.servers) as client:
        place = ("small", 0)
        assert client.offsets([place]) == {place: 120}
        start = client.offsets([place], -2)[place]
        assert 0 < start < 120
    consumer = broker.consumer("small")
    assert read(consumer, 120 - start)[0].offset == start
    consumer.close()


def test_deleted_records_are_gone_and_stay_gone(broker: Broker) -> None:
    broker.create("shortened")
    broker.write("shortened", [b"%d" % n for n in range(10)])
    wanted = {"name": "shortened", "partitions": [{"index": 0, "offset": 7}]}
    place = ("shortened", 0)
    with Client(broker.servers) as client:
        (told,) = client.ask("DeleteRecords", {"topics": [wanted]})["topics"]
        assert told["partitions"] == [{"index": 0, "low_watermark": 7, "error": 0}]
        assert client.offsets([place], -2) == {place: 7}
        wanted["partitions"] = [{"index": 0, "offset": 11}]
        (told,) = client.ask("DeleteRecords", {"topics": [wanted]})["topics"]
        assert told["partitions"][0]["error"] == 1  # OFFSET_OUT_OF_RANGE


def test_offsets_are_found_by_time(broker: Broker) -> None:
    broker.create("timed")
    producer = broker.producer(linger_ms=50)
    for n in range(5):
        producer.send("timed", b"x", timestamp_ms=1000 + 10 * n)
    producer.close()
    with Client(broker.servers) as client:
        found = {t: client.offsets([("timed", 0)], t)["timed", 0] for t in (0, 1010, 1011, 1041)}
    assert found == {0: 0, 1010: 1, 1011: 2, 1041: -1}


@pytest.mark.parametrize(
    ("wanted", "error", "message"),
    [
        ({"name": "a b"}, 17, "Topic name is invalid: 'a b' contains one or more characters"),
        ({"name": ".."}, 17, "'.' or '..' is not allowed"),
        ({"name": "many", "partitions": 0}, 37, "must be larger than 0"),
        ({"name": "copied", "replication": 3}, 38, "only 1 broker(s) are registered"),
        (
            {"name": "set", "configs": [{"name": "retention", "value": "1"}]},
            40,
            "Unknown topic config name: retention",
        ),
        ({"name": "here"}, 36, "Topic 'here' already exists."),
    ],
)
def test_what_is_no_topic_is_refused(
    broker: Broker, wanted: dict[str, Any], error: int, message: str
) -> None:
    with Client(broker.servers) as client:
        if "here" not in client.topics():
            broker.create("here")
        topic = {"partitions": 1, "replication": 1, **wanted}
        (told,) = client.ask("CreateTopics", {"topics": [topic]})["topics"]
    assert told["error"] == error
    assert message in told["message"]


def test_a_topic_grows_and_goes(broker: Broker) -> None:
    broker.create("grown")
    with Client(broker.servers) as client:
        wanted = {"topics": [{"name": "grown", "count": 3}]}
        (told,) = client.ask("CreatePartitions", wanted)["results"]
        assert (told["error"], client.topics()["grown"]) == (0, 3)
        (told,) = client.ask("CreatePartitions", wanted)["results"]
        assert (told["error"], told["message"]) == (37, "Topic already has 3 partition(s).")
        client.commit("grower", {("grown", 2): 0})
        assert client.committed("grower") == {("grown", 2): 0}
        (told,) = client.ask("DeleteTopics", {"topics": ["grown"]})["topics"]
        assert told["error"] == 0
        assert "grown" not in client.topics()
        assert client.committed("grower") == {}
        (told,) = client.ask("DeleteTopics", {"topics": ["grown"]})["topics"]
        assert told["error"] == 3


def test_topics_are_not_made_by_asking(broker: Broker) -> None:
    with Client(broker.servers) as client:
        asked = {"topics": [{"name": "unasked"}], "allow_auto_topic_creation": True}
        (told,) = client.ask("Metadata", asked)["topics"]
        assert told["error"] == 3
        assert "unasked" not in client.topics()


def test_offsets_of_a_group_with_members_are_not_set_from_outside(broker: Broker) -> None:
    broker.create("guarded")
    consumer = broker.consumer("guarded", group_id="guard", enable_auto_commit=False)
    eventually(lambda: consumer.poll(SETTLING) or consumer.assignment())
    with Client(broker.servers) as client:
        assert client.commit("guard", {("guarded", 0): 0}) == {("guarded", 0): 25}
        (told,) = client.ask("DeleteGroups", {"groups": ["guard"]})["results"]
        assert told["error"] == 68  # NON_EMPTY_GROUP
        consumer.close()
        assert client.commit("guard", {("guarded", 0): 0}) == {("guarded", 0): 0}
        (told,) = client.ask("DeleteGroups", {"groups": ["guard"]})["results"]
        assert told["error"] == 0
        (told,) = client.ask("DeleteGroups", {"groups": ["guard"]})["results"]
        assert told["error"] == 69  # GROUP_ID_NOT_FOUND


def test_poison_goes_to_the_dead_letters_and_the_group_goes_on(broker: Broker) -> None:
    broker.create("work")
    broker.create("work.dlq")
    broker.write("work", [b"1", b"poison", b"2"])
    consumer = broker.consumer("work", group_id="workers", enable_auto_commit=False)
    producer = broker.producer()
    done = []
    for record in read(consumer, 3):
        try:
            done.append(int(record.value))
        except ValueError:
            producer.send("work.dlq", record.value, headers=[("offset", b"%d" % record.offset)])
    producer.close()
    consumer.commit()
    consumer.close()
    assert done == [1, 2]
    letters = broker.consumer("work.dlq")
    (letter,) = read(letters, 1)
    letters.close()
    assert (letter.value, letter.headers) == (b"poison", [("offset", b"1")])
    assert lags(broker.servers)["workers"] == Lag(0, 0)


def test_nonsense_ends_the_connection_and_nothing_else(broker: Broker) -> None:
    for sent in (b"\x7f\xff\xff\xff", b"\0\0\0\4abcd", b"\0\0\0\x0a\0\0\0\x63\0\0\0\1\xff\xff"):
        with socket.create_connection(("127.0.0.1", broker.port), 5) as connection:
            connection.sendall(sent)
            assert connection.recv(1) == b""
    with Client(broker.servers) as client:
        assert client.ask("ApiVersions", {})["error"] == 0
