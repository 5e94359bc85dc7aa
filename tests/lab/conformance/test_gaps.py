"""One test for each row of the table of what emulators get wrong: none of it is so in the lab.

The table was measured with two emulators and the commands of the five documents; what RDS,
ElastiCache, CloudWatch and the logs do in detail is tested beside their rooms.
"""

import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest
from tests.lab.conformance.asking import Ground
from tests.lab.running_lab import eventually

pytestmark = pytest.mark.lab

OF = {"cluster": "{cluster}"}
VPC = {"awsvpcConfiguration": {"subnets": ["{subnet}"]}}
LOGS = "/c/gaps"
LOGS_API = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"
JSON_LINES = [
    {"duration": 2500, "customer_id": "abc123", "status": 500},
    {"duration": 120, "customer_id": "abc123", "status": 200},
    {"duration": 3100, "customer_id": "zzz999", "status": 503},
]
PLAIN_LINES = [
    "2026-01-01T00:00:00Z req-1 ERROR 5100",
    "2026-01-01T00:00:01Z req-2 INFO 80",
    "2026-01-01T00:00:02Z req-3 ERROR 90",
    "2026-01-01T00:00:03Z req-4 error 70",
]


def service(ground: Ground) -> dict[str, Any]:
    answer = ground.answer("ecs", "DescribeServices", **OF, services=["{service}"])
    told: dict[str, Any] = answer["services"][0]
    return told


def tasks(ground: Ground) -> list[str]:
    answer = ground.answer("ecs", "ListTasks", **OF, serviceName="{service}")
    arns: list[str] = answer["taskArns"]
    return arns


def steady(ground: Ground) -> bool:
    told = service(ground)
    rolled = [one["rolloutState"] for one in told["deployments"]]
    return rolled == ["COMPLETED"] and told["runningCount"] == told["desiredCount"]


def test_a_created_service_gets_running_tasks_of_its_own(ground: Ground) -> None:
    """Not "running=0 pending=2 for ever", and not tasks that are no processes."""
    eventually(lambda: steady(ground), 60)
    arns = tasks(ground)
    assert len(arns) == service(ground)["runningCount"] > 0
    named = ground.lab.status()["pids"]
    for arn in arns:
        identity = arn.rpartition("/")[2]
        pid = next(int(pid) for pid, name in named.items() if name == f"task {identity}")
        assert psutil.Process(pid).is_running()


def test_an_update_of_the_count_is_pending_first_and_has_events(ground: Ground) -> None:
    """Not "runningCount becomes desired at once, no tasks, no events"."""
    eventually(lambda: steady(ground), 60)
    wanted = service(ground)["desiredCount"]
    update = {**OF, "service": "{service}"}
    answer = ground.answer("ecs", "UpdateService", **update, desiredCount=wanted + 1)["service"]
    assert (answer["desiredCount"], answer["runningCount"]) == (wanted + 1, wanted)
    eventually(lambda: len(tasks(ground)) == wanted + 1, 60)
    assert any("has started 1 tasks" in one["message"] for one in service(ground)["events"][:5])
    ground.answer("ecs", "UpdateService", **update, desiredCount=wanted)
    eventually(lambda: len(tasks(ground)) == wanted, 60)


def test_a_forced_deployment_is_not_over_at_once(ground: Ground) -> None:
    """Not "a new deployment id only", and not "COMPLETED at once, tasks not replaced"."""
    eventually(lambda: steady(ground), 60)
    before = tasks(ground)
    answer = ground.answer(
        "ecs", "UpdateService", **OF, service="{service}", forceNewDeployment=True
    )
    states = [one["rolloutState"] for one in answer["service"]["deployments"]]
    assert states == ["IN_PROGRESS", "COMPLETED"]
    waiter = ground.client("ecs").get_waiter("services_stable")
    waiter.config.delay = 0.3
    waiter.config.max_attempts = 300
    # It neither hangs on a fresh deployment nor passes before that is over.
    waiter.wait(cluster=ground.names["cluster"], services=[ground.names["service"]])
    assert steady(ground)
    assert not set(tasks(ground)) & set(before)
    ground.names["task"] = tasks(ground)[0]


def test_tasks_of_nothing_and_of_something(ground: Ground) -> None:
    """Not "an empty list of tasks", for a service that runs."""
    eventually(lambda: tasks(ground), 60)
    answer = ground.answer("ecs", "DescribeTasks", **OF, tasks=tasks(ground))
    assert {one["lastStatus"] for one in answer["tasks"]} == {"RUNNING"}


def test_run_task_with_memory_at_the_level_of_the_task_only(ground: Ground) -> None:
    """Not "HTTP 500 TypeError"; the container has the task's memory."""
    given = ground.answer("ecs", "DescribeTaskDefinition", taskDefinition="{family}")
    container = dict(given["taskDefinition"]["containerDefinitions"][0])
    del container["memory"], container["cpu"]
    ground.answer(
        "ecs", "RegisterTaskDefinition", family="c-memory", containerDefinitions=[container],
        networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        executionRoleArn="arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
    )  # fmt: skip
    ran = ground.answer("ecs", "RunTask", **OF, taskDefinition="c-memory", networkConfiguration=VPC)
    arn = ran["tasks"][0]["taskArn"]

    def state() -> str:
        told = ground.answer("ecs", "DescribeTasks", **OF, tasks=[arn])["tasks"][0]
        return str(told["lastStatus"])

    eventually(lambda: state() == "RUNNING", 30)
    told = ground.answer("ecs", "DescribeTasks", **OF, tasks=[arn])["tasks"][0]
    assert (told["cpu"], told["memory"]) == ("256", "512")
    ground.answer("ecs", "StopTask", **OF, task=arn)
    eventually(lambda: state() == "STOPPED", 60)


def test_execute_command_opens_a_session(ground: Ground) -> None:
    """Not "HTTP 500 NotImplementedError", and not a stream that leads to nowhere."""
    eventually(lambda: steady(ground), 60)
    update = {**OF, "service": "{service}"}
    if not service(ground)["enableExecuteCommand"]:
        ground.answer("ecs", "UpdateService", **update, enableExecuteCommand=True)
    asked = {"task": tasks(ground)[0], "command": "true", "interactive": True}
    answer = ground.answer("ecs", "ExecuteCommand", **OF, **asked)
    assert answer["session"]["streamUrl"].startswith(ground.lab.contract["control"])


def test_target_health_follows_the_target(ground: Ground) -> None:
    """Not "always healthy"."""
    answer = ground.answer("elbv2", "DescribeTargetHealth", TargetGroupArn="{group}")
    addresses = {row["Target"]["Id"] for row in answer["TargetHealthDescriptions"]}
    # Nothing listens there, and a health check finds out.
    nobody = {"Id": "127.99.99.99", "Port": 9}
    ground.answer("elbv2", "RegisterTargets", TargetGroupArn="{group}", Targets=[nobody])

    def said() -> dict[str, Any]:
        found = ground.answer(
            "elbv2", "DescribeTargetHealth", TargetGroupArn="{group}", Targets=[nobody]
        )
        health: dict[str, Any] = found["TargetHealthDescriptions"][0]["TargetHealth"]
        return health

    # A target that has never been well is initial or unhealthy; it stays so while it is asked.
    until = time.monotonic() + 2.0
    while time.monotonic() < until:
        assert said()["State"] in ("initial", "unhealthy")
        time.sleep(0.2)
    ground.answer("elbv2", "DeregisterTargets", TargetGroupArn="{group}", Targets=[nobody])
    eventually(lambda: said()["State"] == "unused", 30)
    assert addresses


@pytest.fixture(scope="module")
def log_lines(ground: Ground) -> None:
    now = int(time.time() * 1000)
    ground.answer("logs", "CreateLogGroup", logGroupName=LOGS)
    for stream, lines in (("json", map(json.dumps, JSON_LINES)), ("plain", PLAIN_LINES)):
        ground.answer("logs", "CreateLogStream", logGroupName=LOGS, logStreamName=stream)
        events = [{"timestamp": now + n, "message": line} for n, line in enumerate(lines)]
        ground.answer(
            "logs", "PutLogEvents", logGroupName=LOGS, logStreamName=stream, logEvents=events
        )


@pytest.mark.usefixtures("log_lines")
@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("ERROR", 2),
        ("error", 1),
        ("ERROR req-3", 1),
        ("{ $.duration > 2000 }", 2),
        ('{ $.customer_id = "abc123" }', 2),
        ("{ $.status >= 500 }", 2),
        ("[timestamp, request_id, level=ERROR, ...]", 2),
        ("[..., duration > 5000]", 1),
    ],
)
def test_patterns_are_not_ignored(ground: Ground, pattern: str, count: int) -> None:
    """Not "all events", not "none", and not whatever its letters' case."""
    answer = ground.answer("logs", "FilterLogEvents", logGroupName=LOGS, filterPattern=pattern)
    assert len(answer["events"]) == count, LOGS_API


@pytest.mark.usefixtures("log_lines")
def test_an_export_becomes_an_object(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html"""
    ground.answer("s3", "CreateBucket", Bucket="c-exports")
    made = ground.answer(
        "logs", "CreateExportTask", logGroupName=LOGS, destination="c-exports",
        fromTime=0, to=int(time.time() * 1000) + 60_000,
    )  # fmt: skip

    def over() -> bool:
        told = ground.answer("logs", "DescribeExportTasks", taskId=made["taskId"])
        return bool(told["exportTasks"][0]["status"]["code"] == "COMPLETED")

    eventually(over, 60)
    listed = ground.answer("s3", "ListObjectsV2", Bucket="c-exports")["Contents"]
    keys = [one["Key"] for one in listed if one["Key"].endswith(".gz")]
    texts = [
        gzip.decompress(
            ground.answer("s3", "GetObject", Bucket="c-exports", Key=key)["Body"].read()
        )
        for key in keys
    ]
    assert any(b"req-1 ERROR 5100" in text for text in texts)


def statistics(ground: Ground, name: str, dimensions: dict[str, str]) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    answer = ground.answer(
        "cloudwatch", "GetMetricStatistics", Namespace="C", MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(minutes=30), EndTime=now + timedelta(minutes=5), Period=60,
        Statistics=["Average"],
    )  # fmt: skip
    rows: list[dict[str, Any]] = answer["Datapoints"]
    return rows


def test_a_part_of_the_dimensions_matches_nothing(ground: Ground) -> None:
    """Not "partial dimensions also match"; and periods begin at whole minutes."""
    pair = [{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}]
    datum = {"MetricName": "dimensions", "Dimensions": pair, "Value": 4.0}
    ground.answer("cloudwatch", "PutMetricData", Namespace="C", MetricData=[datum])
    (row,) = statistics(ground, "dimensions", {"a": "1", "b": "2"})
    assert row["Average"] == 4.0
    assert row["Timestamp"].second == 0
    assert statistics(ground, "dimensions", {"a": "1"}) == []


def test_alarms_are_evaluated(ground: Ground) -> None:
    """Not "OK for ever"."""
    ground.answer(
        "cloudwatch", "PutMetricAlarm", AlarmName="c-high", Namespace="C", MetricName="high",
        Statistic="Average", Period=60, EvaluationPeriods=1, Threshold=5.0,
        ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip

    def state() -> str:
        told = ground.answer("cloudwatch", "DescribeAlarms", AlarmNames=["c-high"])
        return str(told["MetricAlarms"][0]["StateValue"])

    assert state() == "INSUFFICIENT_DATA"

    def in_alarm() -> bool:
        datum = {"MetricName": "high", "Value": 95.0}
        ground.answer("cloudwatch", "PutMetricData", Namespace="C", MetricData=[datum])
        return state() == "ALARM"

    eventually(in_alarm, 60)
    ground.answer("cloudwatch", "DeleteAlarms", AlarmNames=["c-high"])


DATABASE = {"DBInstanceIdentifier": "{database}"}


def test_a_failover_wants_a_standby(ground: Ground) -> None:
    """Not a no-op: what it does where there is a standby is in tests/lab/rds."""
    (database,) = ground.answer("rds", "DescribeDBInstances", **DATABASE)["DBInstances"]
    assert not database["MultiAZ"]  # else this asks nothing
    refused = ground.refusal("rds", "RebootDBInstance", **DATABASE, ForceFailover=True)
    assert refused == "InvalidParameterCombination"


def test_a_restore_to_a_moment_that_never_was_is_refused(ground: Ground) -> None:
    """Not "accepts any time (2020!)", and not a promotion of what is no replica."""
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    pair = {
        "SourceDBInstanceIdentifier": "{database}",
        "TargetDBInstanceIdentifier": "c-restored",
    }
    refused = ground.refusal("rds", "RestoreDBInstanceToPointInTime", **pair, RestoreTime=moment)
    assert refused == "InvalidParameterValue"
    assert ground.refusal("rds", "PromoteReadReplica", **DATABASE) == "InvalidDBInstanceState"


def test_log_files_of_a_database_are_its_own(ground: Ground) -> None:
    """Not a canned file."""
    (first, *_) = ground.answer("rds", "DescribeDBLogFiles", **DATABASE)["DescribeDBLogFiles"]
    text = ground.answer(
        "rds", "DownloadDBLogFilePortion", **DATABASE, LogFileName=first["LogFileName"]
    )
    assert "database system is ready to accept connections" in text["LogFileData"]


def test_a_snapshot_is_made_in_its_time(ground: Ground) -> None:
    """Not "instant, state only"."""
    name = {"DBSnapshotIdentifier": "c-snapshot"}
    made = ground.answer("rds", "CreateDBSnapshot", **name, **DATABASE)["DBSnapshot"]
    assert made["Status"] == "creating"
    assert ground.refusal("rds", "DeleteDBSnapshot", **name) == "InvalidDBSnapshotState"

    def state() -> str:
        told = ground.answer("rds", "DescribeDBSnapshots", **name)["DBSnapshots"][0]
        return str(told["Status"])

    eventually(lambda: state() == "available", 90)
    ground.answer("rds", "DeleteDBSnapshot", **name)


@pytest.mark.parametrize(
    ("service", "operation", "asked", "code"),
    [
        ("rds", "DescribeDBSnapshots", {"MaxRecords": 5}, "InvalidParameterValue"),
        ("rds", "ModifyDBInstance", {**DATABASE, "MasterUserPassword": 'has/"and@'},
         "InvalidParameterValue"),
        ("cloudwatch", "GetMetricStatistics", {
            "Namespace": "C", "MetricName": "x", "Period": 60, "Statistics": ["Average,Maximum"],
            "StartTime": datetime(2026, 1, 1, tzinfo=UTC),
            "EndTime": datetime(2026, 1, 2, tzinfo=UTC)}, "InvalidParameterValue"),
        ("cloudwatch", "GetMetricStatistics", {
            "Namespace": "C", "MetricName": "x", "Period": 7, "Statistics": ["Average"],
            "StartTime": datetime(2026, 1, 1, tzinfo=UTC),
            "EndTime": datetime(2026, 1, 2, tzinfo=UTC)}, "InvalidParameterValue"),
    ],
)  # fmt: skip
def test_what_is_not_valid_is_not_accepted(
    ground: Ground, service: str, operation: str, asked: dict[str, Any], code: str
) -> None:
    """Not "all accepted"."""
    assert ground.refusal(service, operation, **asked) == code


@pytest.mark.usefixtures("log_lines")
def test_a_bad_pattern_and_a_missing_group_are_refused(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html"""
    bad = {"logGroupName": LOGS, "filterPattern": "ERROR|WARN"}
    assert ground.refusal("logs", "FilterLogEvents", **bad) == "InvalidParameterException"
    absent = {"logGroupName": "/nowhere"}
    assert ground.refusal("logs", "FilterLogEvents", **absent) == "ResourceNotFoundException"


def test_an_address_that_is_not_the_labs_is_never_asked(ground: Ground) -> None:
    """Every address that the lab hands out is on loopback; so is what its processes listen on."""
    contract = json.dumps(ground.lab.contract)
    assert "amazonaws.com" not in contract.replace(".elb.amazonaws.com", "")
    children = [psutil.Process(int(pid)) for pid in ground.lab.status()["pids"]]
    seen = 0
    for child in [*children, psutil.Process(ground.lab.contract["pid"])]:
        try:
            connections = child.net_connections(kind="inet")
        except psutil.Error:
            continue
        for one in connections:
            seen += 1
            far: list[Any] = list(filter(None, [one.raddr]))  # none where it only listens
            ends = [one.laddr.ip, *(end.ip for end in far)]
            assert all(end.startswith("127.") or end == "::1" for end in ends), (child, one)
    assert seen > 5
