"""CloudWatch and its logs in the lab, measured against what the load balancer really answered."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError
from psycopg.rows import scalar_row
from tests.lab.running_lab import RunningLab, eventually

pytestmark = pytest.mark.lab

ELB = "AWS/ApplicationELB"
GROUP = "/ecs/sleek-coach-api"


def balancer(lab: RunningLab) -> list[dict[str, str]]:
    return [{"Name": "LoadBalancer", "Value": lab.contract["system"]["load_balancer"]}]


def query(name: str, dimensions: list[dict[str, str]], period: int) -> dict[str, Any]:
    metric = {"Namespace": ELB, "MetricName": name, "Dimensions": dimensions}
    stat = {"Metric": metric, "Period": period, "Stat": "Sum"}
    return {"Id": name.lower().replace("_", ""), "MetricStat": stat}


def code(call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**given)
    return str(raised.value.response["Error"]["Code"])


def test_points_are_aligned_and_add_up_to_what_was_answered(lab: RunningLab) -> None:
    cloudwatch = lab.client("cloudwatch")
    eventually(lambda: lab.status()["balancer"]["requests"] > 60)
    start = datetime.now(UTC) - timedelta(hours=1, seconds=7.3)

    def both_agree() -> bool:
        before = lab.status()["balancer"]["target_2xx"]
        time.sleep(1.5)  # a period and a tick: what was answered until now is published
        found = cloudwatch.get_metric_data(
            MetricDataQueries=[
                query(name, balancer(lab), period)
                for name, period in [("RequestCount", 5), ("HTTPCode_Target_2XX_Count", 60)]
            ],
            StartTime=start,
            EndTime=datetime.now(UTC) + timedelta(seconds=1),
            ScanBy="TimestampAscending",
        )["MetricDataResults"]
        requests, good = found
        assert [at.second % 5 for at in requests["Timestamps"]] == [0] * len(requests["Values"])
        assert {at.second for at in good["Timestamps"]} == {0}
        assert requests["Timestamps"] == sorted(requests["Timestamps"])
        after = lab.status()["balancer"]["target_2xx"]
        return bool(before <= sum(good["Values"]) <= after)

    assert both_agree()


def test_statistics_of_the_service_and_its_database(lab: RunningLab) -> None:
    cloudwatch = lab.client("cloudwatch")
    now = datetime.now(UTC)
    window = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(minutes=5)}
    service = [
        {"Name": "ClusterName", "Value": "sleek-coach-prod"},
        {"Name": "ServiceName", "Value": "sleek-coach-api"},
    ]
    database = [{"Name": "DBInstanceIdentifier", "Value": "sleek-coach-prod"}]
    for namespace, name, dimensions in [
        ("AWS/ECS", "CPUUtilization", service),
        ("AWS/ECS", "MemoryUtilization", service),
        ("AWS/RDS", "DatabaseConnections", database),
    ]:
        asked = {"Namespace": namespace, "MetricName": name, "Period": 300, **window}
        asked["Statistics"] = ["Average", "Maximum"]
        found = cloudwatch.get_metric_statistics(Dimensions=dimensions, **asked)["Datapoints"]
        assert found, name
        # In a period in which nobody asked, nothing was used; 3 * 95.4 / 3 is more than 95.4.
        assert all(0 <= point["Average"] <= point["Maximum"] + 1e-9 for point in found)
        if name.endswith("Utilization"):
            assert all(point["Maximum"] <= 100 for point in found), found
        assert any(point["Average"] > 0 for point in found), name
        # Periods are counted from the start, rounded down to its minute.
        first = window["StartTime"].replace(second=0, microsecond=0)
        assert all((point["Timestamp"] - first).total_seconds() % 300 == 0 for point in found)
        # Exact dimensions: with one left out there is no such metric.
        assert not cloudwatch.get_metric_statistics(Dimensions=dimensions[1:], **asked)[
            "Datapoints"
        ]
    times = cloudwatch.get_metric_statistics(
        Namespace=ELB,
        MetricName="TargetResponseTime",
        Dimensions=balancer(lab),
        Period=60,
        ExtendedStatistics=["p95"],
        **window,
    )["Datapoints"]
    assert 0 < times[0]["ExtendedStatistics"]["p95"] < 5


def test_a_count_of_nothing_is_no_point(lab: RunningLab) -> None:
    names = {
        metric["MetricName"]
        for metric in lab.client("cloudwatch").list_metrics(Namespace=ELB)["Metrics"]
    }
    assert "RequestCount" in names
    assert "HTTPCode_Target_3XX_Count" not in names


def test_a_target_group_has_its_own_figures(lab: RunningLab) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html"""
    cloudwatch = lab.client("cloudwatch")
    found = lab.client("elbv2").describe_target_groups(Names=["sleek-coach-api"])["TargetGroups"]
    name = found[0]["TargetGroupArn"].rpartition(":")[2]
    both = [*balancer(lab), {"Name": "TargetGroup", "Value": name}]
    eventually(lambda: lab.status()["balancer"]["requests"] > 60)

    def values(metric: str, dimensions: list[dict[str, str]], statistic: str) -> list[float]:
        points = cloudwatch.get_metric_statistics(
            Namespace=ELB,
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=datetime.now(UTC) - timedelta(seconds=30),
            EndTime=datetime.now(UTC) + timedelta(seconds=1),
            Period=60,
            Statistics=[statistic],
        )["Datapoints"]
        return [point[statistic] for point in points]

    # One group has all the requests; the two are asked one after the other.
    assert eventually(
        lambda: values("RequestCount", both, "Sum") == values("RequestCount", balancer(lab), "Sum")
    )
    assert 0 < max(values("TargetResponseTime", both, "Average")) < 5
    assert eventually(lambda: values("HealthyHostCount", both, "Maximum")[-1:] == [2])
    assert values("UnHealthyHostCount", both, "Minimum")[-1:] == [0]
    for metric in ("HealthyHostCount", "UnHealthyHostCount"):
        assert values(metric, balancer(lab), "Maximum") == []
    assert values("RequestCount", both[1:], "Sum") == []


def test_own_points_and_what_is_refused(lab: RunningLab) -> None:
    cloudwatch = lab.client("cloudwatch")
    now = datetime.now(UTC)
    datum = {"MetricName": "Mine", "Values": [1.0, 3.0], "Counts": [2.0, 1.0], "Timestamp": now}
    cloudwatch.put_metric_data(Namespace="Test", MetricData=[datum])
    asked = {
        "Namespace": "Test",
        "MetricName": "Mine",
        "StartTime": now - timedelta(minutes=5),
        "EndTime": now + timedelta(minutes=5),
        "Period": 60,
    }
    found = cloudwatch.get_metric_statistics(Statistics=["Sum"], **asked)["Datapoints"]
    assert [point["Sum"] for point in found] == [5.0]
    call = cloudwatch.get_metric_statistics
    assert code(call, **asked) == "InvalidParameterCombination"
    assert code(call, **{**asked, "Period": 61}, Statistics=["Sum"]) == "InvalidParameterValue"
    expression = [{"Id": "e1", "Expression": "1 + 1"}]
    window = {"StartTime": asked["StartTime"], "EndTime": asked["EndTime"]}
    assert code(cloudwatch.get_metric_data, MetricDataQueries=expression, **window) == (
        "ValidationError"
    )


def test_logs_are_what_the_tasks_print(lab: RunningLab) -> None:
    logs = lab.client("logs")
    tasks = lab.client("ecs").list_tasks(cluster="sleek-coach-prod")["taskArns"]
    streams = {f"api/api/{arn.rpartition('/')[2]}" for arn in tasks}
    since = int((time.time() - 60) * 1000)
    asked = {"logGroupName": GROUP, "startTime": since}
    found = logs.filter_log_events(**asked, filterPattern="INFO POST", limit=50)["events"]
    assert 0 < len(found) <= 50
    assert all("INFO" in event["message"] and "POST" in event["message"] for event in found)
    assert [e["timestamp"] for e in found] == sorted(e["timestamp"] for e in found)
    seen = logs.filter_log_events(**asked, logStreamNames=sorted(streams))["events"]
    assert {event["logStreamName"] for event in seen} == streams
    assert not logs.filter_log_events(**asked, filterPattern="info")["events"]
    future = {**asked, "startTime": int((time.time() + 60) * 1000)}
    assert not logs.filter_log_events(**future)["events"]


def messages(lab: RunningLab, pattern: str, since: int) -> list[str]:
    found = lab.client("logs").filter_log_events(
        logGroupName=GROUP, startTime=since, filterPattern=pattern, limit=200
    )
    return [event["message"] for event in found["events"]]


def test_logs_are_searched_with_the_whole_pattern_language(lab: RunningLab) -> None:
    since = int((time.time() - 60) * 1000)
    eventually(lambda: len(messages(lab, "{ $.status = 200 }", since)) > 5)
    for message in messages(lab, "{ $.status >= 200 && $.status < 300 }", since):
        assert 200 <= json.loads(message)["status"] < 300
    others = messages(lab, '{ $.method != "GET" }', since)
    assert others
    assert all(json.loads(message)["method"] != "GET" for message in others)
    assert all("POST" in message for message in messages(lab, "?POST ?nothing", since))
    assert messages(lab, "%status..? ?200%", since)
    assert messages(lab, "INFO -GET", since)
    assert not messages(lab, "-level", since)
    assert not messages(lab, "[first, second = nothing, third]", since)


def test_a_bad_log_pattern_is_refused_as_aws_does(lab: RunningLab) -> None:
    logs = lab.client("logs")
    for pattern in ("ERROR|WARN", "{ $.status == 500 }", "[a, b", "%(x)%", "level=ERROR"):
        assert code(logs.filter_log_events, logGroupName=GROUP, filterPattern=pattern) == (
            "InvalidParameterException"
        )
    put = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
    refused = code(
        logs.put_metric_filter,
        logGroupName=GROUP,
        filterName="f",
        filterPattern="ERROR|WARN",
        metricTransformations=[put],
    )
    assert refused == "InvalidParameterException"


def test_the_database_is_there_and_in_use(lab: RunningLab) -> None:
    rows = lab.aws("rds", "describe-db-instances", "--db-instance-identifier", "sleek-coach-prod")
    instance = rows["DBInstances"][0]
    assert instance["DBInstanceStatus"] == "available"
    password = lab.client("secretsmanager").get_secret_value(
        SecretId="sleek-coach-prod/db-password"
    )
    endpoint = instance["Endpoint"]
    with psycopg.connect(
        host=endpoint["Address"],
        port=endpoint["Port"],
        user=instance["MasterUsername"],
        dbname=instance["DBName"],
        password=password["SecretString"],
    ) as connection:

        def count() -> int:
            cursor = connection.cursor(row_factory=scalar_row)
            return int(cursor.execute("select count(*) from check_ins").fetchone() or 0)

        before = count()
        eventually(lambda: count() > before >= 800)


def test_a_new_database_password_counts_for_whoever_starts_after_it(lab: RunningLab) -> None:
    """Rotated in the right order: the secret, the database, then new tasks."""
    secrets, rds, ecs = (lab.client(name) for name in ("secretsmanager", "rds", "ecs"))
    instance, secret = "sleek-coach-prod", "sleek-coach-prod/db-password"
    refused = {"DBInstanceIdentifier": instance, "MasterUserPassword": "with/a/slash"}
    assert code(rds.modify_db_instance, **refused) == "InvalidParameterValue"
    unknown = {"DBInstanceIdentifier": "nobody"}
    assert code(rds.reboot_db_instance, **unknown) == "DBInstanceNotFound"
    secrets.put_secret_value(SecretId=secret, SecretString="another+long=one")
    rds.modify_db_instance(DBInstanceIdentifier=instance, MasterUserPassword="another+long=one")
    service = {"cluster": "sleek-coach-prod", "service": "sleek-coach-api"}
    ecs.update_service(**service, forceNewDeployment=True)
    eventually(lambda: not lab.status()["healthy"], 5)
    eventually(lambda: lab.status()["healthy"])
    calls = lab.control("GET", "/calls")["changes"]
    assert not [call for call in calls if "another" in str(call["parameters"])]
    before = lab.status()["traffic"]
    eventually(lambda: lab.status()["traffic"]["2xx"] > before["2xx"] + 30)


def test_an_alarm_evaluates_by_itself(lab: RunningLab) -> None:
    cloudwatch = lab.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="any-traffic",
        Namespace=ELB,
        MetricName="RequestCount",
        Dimensions=balancer(lab),
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=2,
        DatapointsToAlarm=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    first = cloudwatch.describe_alarms(AlarmNames=["any-traffic"])["MetricAlarms"][0]
    assert (first["StateValue"], first["ActionsEnabled"]) == ("INSUFFICIENT_DATA", True)

    def state() -> str:
        found = cloudwatch.describe_alarms(AlarmNames=["any-traffic"])["MetricAlarms"]
        return str(found[0]["StateValue"])

    # A minute lasts a second at this lab's factor.
    eventually(lambda: state() == "ALARM", 20)
    (turned,) = cloudwatch.describe_alarm_history(
        AlarmName="any-traffic", HistoryItemType="StateUpdate"
    )["AlarmHistoryItems"]
    assert turned["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM"
    assert json.loads(turned["HistoryData"])["newState"]["stateReason"].startswith(
        "Threshold Crossed: "
    )
    cloudwatch.delete_alarms(AlarmNames=["any-traffic"])
    assert code(cloudwatch.delete_alarms, AlarmNames=["any-traffic"]) == "ResourceNotFound"
    refused = code(
        cloudwatch.put_metric_alarm,
        AlarmName="bad",
        Namespace=ELB,
        MetricName="RequestCount",
        Statistic="Sum",
        Period=7,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    assert refused == "ValidationError"


def test_two_statistics_in_one_string_and_a_period_of_seven(lab: RunningLab) -> None:
    call = lab.client("cloudwatch").get_metric_statistics
    now = datetime.now(UTC)
    asked = {
        "Namespace": ELB,
        "MetricName": "RequestCount",
        "StartTime": now - timedelta(hours=1),
        "EndTime": now,
        "Period": 60,
        "Statistics": ["Sum"],
    }
    refused = "InvalidParameterValue"
    assert code(call, **{**asked, "Statistics": ["Average,Maximum"]}) == refused
    assert code(call, **{**asked, "Period": 7}) == refused
    long_ago = now - timedelta(days=2)
    assert code(call, **{**asked, "StartTime": long_ago}) == "InvalidParameterCombination"
