"""Kafka's own command line tools, as a runbook calls them."""

import io
import re
from pathlib import Path

import pytest
from tests.lab.broker.running_broker import Broker

from steadyhand.lab.kafka.client import Client
from steadyhand.lab.tools import (
    kafka_console_consumer,
    kafka_console_producer,
    kafka_consumer_groups,
    kafka_topics,
)
from steadyhand.lab.tools.call import Call, LabInfo, Tool

pytestmark = pytest.mark.lab

TOOLS: dict[str, Tool] = {
    "kafka-console-consumer.sh": kafka_console_consumer.main,
    "kafka-console-producer.sh": kafka_console_producer.main,
    "kafka-consumer-groups.sh": kafka_consumer_groups.main,
    "kafka-topics.sh": kafka_topics.main,
}
NOWHERE = "127.0.0.1:1"


def run(line: str, given: str = "") -> tuple[int, str, str]:
    argv = tuple(line.split())
    stdout, stderr = io.StringIO(), io.StringIO()
    lab = LabInfo(Path("/nonexistent"), hosts={"kafka.example": "127.0.0.1"})
    call = Call(argv, io.StringIO(given), stdout, stderr, Path("/"), {}, lab)
    code = TOOLS[argv[0]](call)
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.fixture
def behind(broker: Broker) -> str:
    """A group without members that has read 12 of 72 records in three partitions."""
    with Client(broker.servers) as client:
        if "behind" not in client.topics():
            broker.create("behind", 3)
            for partition, count in enumerate((34, 24, 14)):
                broker.write("behind", [b"x"] * count, partition)
        client.commit("slow", {("behind", n): 4 for n in range(3)})
    return broker.servers


def test_describe_shows_a_lag_of_60(behind: str) -> None:
    line = f"kafka-consumer-groups.sh --bootstrap-server {behind} --group slow --describe"
    code, out, err = run(line)
    assert (code, err) == (0, "\nConsumer group 'slow' has no active members.\n")
    heads, *rows = out.splitlines()[1:]
    assert heads.split() == [
        *("GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET"),
        *("LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"),
    ]
    assert [row.split()[2:6] for row in rows] == [
        ["0", "4", "34", "30"],
        ["1", "4", "24", "20"],
        ["2", "4", "14", "10"],
    ]
    assert rows[0].startswith("slow            behind          0          4               34")


def test_describe_shows_who_reads(broker: Broker) -> None:
    broker.create("read", 2)
    consumer = broker.consumer("read", group_id="readers", client_id="one")
    for _ in range(50):
        consumer.poll(50)
        if consumer.assignment():
            break
    line = (
        f"kafka-consumer-groups.sh --bootstrap-server {broker.servers} --describe --group readers"
    )
    code, out, err = run(line)
    assert (code, err) == (0, "")
    row = out.splitlines()[2].split()
    assert row[1:6] == ["read", "0", "-", "0", "-"]
    assert re.fullmatch(r"one-[0-9a-f-]{36}", row[6])
    assert row[7:] == ["/127.0.0.1", "one"]
    _, out, _ = run(line + " --state")
    assert out.splitlines()[2].split()[-3:] == ["range", "Stable", "1"]
    _, out, _ = run(line + " --members --verbose")
    assert out.splitlines()[2].split()[-3:] == ["one", "2", "read(0,1)"]
    reset = f"kafka-consumer-groups.sh --bootstrap-server {broker.servers} --group readers"
    _, out, _ = run(f"{reset} --reset-offsets --to-latest --topic read --execute")
    assert "can only be reset if the group 'readers' is inactive" in out
    _, out, _ = run(f"{reset} --delete")
    assert "could not be deleted due to" in out
    consumer.close()


@pytest.mark.parametrize(
    ("how", "offsets"),
    [
        ("--to-earliest --topic behind", [0, 0, 0]),
        ("--to-latest --all-topics", [34, 24, 14]),
        ("--shift-by -3 --topic behind", [1, 1, 1]),
        ("--shift-by 20 --topic behind", [24, 24, 14]),
        ("--to-offset 9 --topic behind:0,2", [9, 4, 9]),
        ("--by-duration PT1H --topic behind", [0, 0, 0]),
        ("--to-datetime 2100-01-01T00:00:00.000 --topic behind", [34, 24, 14]),
    ],
)
def test_offsets_are_reset_when_it_is_meant(behind: str, how: str, offsets: list[int]) -> None:
    line = f"kafka-consumer-groups.sh --bootstrap-server {behind} --group slow --reset-offsets"
    with Client(behind) as client:
        code, _, err = run(f"{line} {how}")
        assert (code, "No action will be performed" in err) == (0, True)
        assert set(client.committed("slow").values()) == {4}
        code, out, _ = run(f"{line} {how} --execute")
        assert code == 0
        assert [client.committed("slow")["behind", n] for n in range(3)] == offsets
    assert out.splitlines()[1].split() == ["GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"]
    assert out.splitlines()[2].split() == ["slow", "behind", "0", str(offsets[0])]


def test_groups_are_listed_and_deleted(behind: str) -> None:
    line = f"kafka-consumer-groups.sh --bootstrap-server {behind}"
    with Client(behind) as client:
        client.commit("brief", {("behind", 0): 1})
    assert "brief\n" in run(f"{line} --list")[1]
    assert re.search(r"^brief +Empty +$", run(f"{line} --list --state")[1], re.M)
    code, out, _ = run(f"{line} --delete --group brief")
    assert "('brief') was successful" in out
    code, out, _ = run(f"{line} --describe --group brief")
    assert (code, out) == (0, "\nError: Consumer group 'brief' does not exist.\n")


def test_the_console_writes_and_reads(broker: Broker) -> None:
    servers = f"--bootstrap-server {broker.servers}"
    broker.create("said")
    assert run(f"kafka-console-producer.sh {servers} --topic said", "a\nb\nc\n") == (0, "", "")
    keyed = "--property parse.key=true --property key.separator=:"
    assert run(f"kafka-console-producer.sh {servers} --topic said {keyed}", "k:d\n")[0] == 0
    line = f"kafka-console-consumer.sh {servers} --topic said --from-beginning"
    assert run(f"{line} --max-messages 2") == (0, "a\nb\n", "Processed a total of 2 messages\n")
    code, out, err = run(f"{line} --timeout-ms 700 --property print.key=true")
    assert (code, out) == (0, "null\ta\nnull\tb\nnull\tc\nk\td\n")
    assert "TimeoutException" in err
    assert err.endswith("Processed a total of 4 messages\n")
    at = f"kafka-console-consumer.sh {servers} --topic said --partition 0 --offset 2"
    assert run(f"{at} --max-messages 1")[1] == "c\n"


def test_a_group_of_the_console_goes_on_where_it_was(broker: Broker) -> None:
    broker.create("paged")
    broker.write("paged", [b"1", b"2", b"3"])
    line = (
        f"kafka-console-consumer.sh --bootstrap-server {broker.servers} --topic paged "
        "--from-beginning --group pages --max-messages"
    )
    assert run(f"{line} 2")[1] == "1\n2\n"
    assert run(f"{line} 1")[1] == "3\n"


def test_topics_are_made_shown_changed_and_removed(broker: Broker) -> None:
    line = f"kafka-topics.sh --bootstrap-server {broker.servers}"
    wanted = "--topic made-here --partitions 2 --config retention.ms=1000"
    assert run(f"{line} --create {wanted}") == (0, "Created topic made-here.\n", "")
    code, out, err = run(f"{line} --create --topic made-here")
    assert code == 1
    assert out == "Error while executing topic command : Topic 'made-here' already exists.\n"
    assert "TopicExistsException" in err
    assert run(f"{line} --create --if-not-exists --topic made-here")[0] == 0
    assert "made-here\n" in run(f"{line} --list")[1]
    _, out, _ = run(f"{line} --describe --topic made-here")
    assert out.startswith(
        "Topic: made-here\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: retention.ms=1000\n"
        "\tTopic: made-here\tPartition: 0\tLeader: 1\tReplicas: 1\tIsr: 1\t"
    )
    assert run(f"{line} --alter --topic made-here --partitions 3")[0] == 0
    assert "PartitionCount: 3" in run(f"{line} --describe --topic made-here")[1]
    assert run(f"{line} --delete --topic made-here") == (0, "", "")
    code, out, _ = run(f"{line} --describe --topic made-here")
    assert (code, "does not exist as expected" in out) == (1, True)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("kafka-consumer-groups.sh --bootstrap-server x:1 --lst", "lst is not a recognized option"),
        ("kafka-consumer-groups.sh --list", 'Missing required argument "[bootstrap-server]"'),
        (
            "kafka-consumer-groups.sh --bootstrap-server x:1 --list --describe --group a",
            "Command must include exactly one action",
        ),
        (
            "kafka-consumer-groups.sh --bootstrap-server x:1 --describe",
            "Option [describe] takes one of these options: [group], [all-groups]",
        ),
        (
            "kafka-console-consumer.sh --bootstrap-server x:1 --topic t --max-messages ten",
            "Cannot parse argument 'ten' of option max-messages",
        ),
        ("kafka-console-consumer.sh --bootstrap-server x:1", "Exactly one of --include/--topic"),
        ("kafka-console-consumer.sh --topic", "Option topic requires an argument"),
        ("kafka-console-producer.sh --topic t", "Missing required option(s) [bootstrap-server]"),
        ("kafka-topics.sh --bootstrap-server x:1", "Command must include exactly one action"),
        ("kafka-topics.sh --nothing", "nothing is not a recognized option"),
    ],
)
def test_a_wrong_command_line_is_refused_with_the_tools_words(line: str, message: str) -> None:
    code, out, err = run(line)
    assert (code, out) == (1, "")
    assert err.startswith(message)
    assert "--bootstrap-server <String>\n" in err


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_says_what_version_it_is_and_what_it_is_for(tool: str) -> None:
    assert run(f"{tool} --version") == (0, "3.9.0\n", "")
    for line in (tool, f"{tool} --help"):
        code, out, err = run(line)
        assert (code, out) == (1, "")
        assert err.startswith("This tool helps to ")
        assert "\n--bootstrap-server <String>\n" in err


def test_a_broker_that_is_not_there(broker: Broker) -> None:
    code, out, err = run(f"kafka-consumer-groups.sh --bootstrap-server {NOWHERE} --list")
    assert (code, "TimeoutException: Timed out waiting" in out) == (0, True)
    assert "could not be established. Node may not be available." in err
    assert run(f"kafka-topics.sh --bootstrap-server {NOWHERE} --list")[0] == 1
    line = "kafka-console-consumer.sh --topic none --timeout-ms 300 --bootstrap-server"
    for servers in (NOWHERE, broker.servers):
        code, out, err = run(f"{line} {servers}")
        assert (code, out) == (0, "")
        assert err.endswith("Processed a total of 0 messages\n")
    assert "none=UNKNOWN_TOPIC_OR_PARTITION" in err
    line = f"kafka-console-producer.sh --topic none --bootstrap-server {broker.servers}"
    code, out, err = run(line, "hello\n")
    assert "with key: null, value: 5 bytes with error:" in err


def test_names_of_the_lab_are_known_and_no_others(broker: Broker) -> None:
    line = "kafka-topics.sh --list --bootstrap-server"
    assert run(f"{line} kafka.example:{broker.port}")[0] == 0
    for servers in (f"elsewhere.example:{broker.port}", "192.0.2.1:9092"):
        code, out, err = run(f"{line} {servers}")
        assert (code, out) == (1, "")
        assert "No resolvable bootstrap urls given in bootstrap.servers" in err
