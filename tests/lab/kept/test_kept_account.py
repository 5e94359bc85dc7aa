"""What a lab that is killed leaves to the next one; everything is looked at through the API."""

import json
import re
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lab.running_lab import RunningLab, eventually, start_lab
from tests.lab.test_lab_life import all_gone, processes

pytestmark = pytest.mark.lab

CLUSTER, SERVICE = "sleek-coach-prod", "sleek-coach-api"
WHERE = {"cluster": CLUSTER, "service": SERVICE}


_CLIENTS: dict[tuple[int, str], Any] = {}


def of(lab: RunningLab, service: str) -> Any:
    """A client, made once: to make one takes longer than to ask it."""
    key = lab.process.pid, service
    if key not in _CLIENTS:
        _CLIENTS[key] = lab.client(service, s3={"addressing_style": "path"})
    return _CLIENTS[key]


def secrets(lab: RunningLab) -> None:
    client = of(lab, "secretsmanager")
    client.create_secret(Name="mine/one", SecretString="first", Tags=[{"Key": "a", "Value": "b"}])
    client.put_secret_value(SecretId="mine/one", SecretString="second")
    client.create_secret(Name="mine/bytes", SecretBinary=b"\x00\xff")
    client.create_secret(Name="mine/gone", SecretString="x")
    client.delete_secret(SecretId="mine/gone", ForceDeleteWithoutRecovery=True)


def parameters(lab: RunningLab) -> None:
    client = of(lab, "ssm")
    client.put_parameter(Name="/mine/one", Value="1", Type="String")
    client.put_parameter(Name="/mine/one", Value="2", Type="String", Overwrite=True)
    client.put_parameter(Name="/mine/hidden", Value="h", Type="SecureString")
    tags = [{"Key": "team", "Value": "ops"}]
    client.add_tags_to_resource(ResourceType="Parameter", ResourceId="/mine/one", Tags=tags)


def objects(lab: RunningLab) -> None:
    client = of(lab, "s3")
    client.create_bucket(Bucket="my-bucket")
    status = {"Status": "Enabled"}
    client.put_bucket_versioning(Bucket="my-bucket", VersioningConfiguration=status)
    put = {"Bucket": "my-bucket", "Key": "a/b c.txt"}
    client.put_object(**put, Body=b"one", Metadata={"who": "me"}, ContentType="text/plain")
    client.put_object(**put, Body=b"two", Tagging="k=v")
    client.put_object(Bucket="my-bucket", Key="a/gone", Body=b"x")
    client.delete_object(Bucket="my-bucket", Key="a/gone")
    client.create_bucket(Bucket="bucket-of-old")
    client.put_object(Bucket="bucket-of-old", Key="k", Body=b"x")
    client.delete_objects(Bucket="bucket-of-old", Delete={"Objects": [{"Key": "k"}]})
    client.delete_bucket(Bucket="bucket-of-old")


def events(lab: RunningLab) -> None:
    client = of(lab, "logs")
    client.create_log_group(logGroupName="/mine")
    client.put_retention_policy(logGroupName="/mine", retentionInDays=7)
    client.create_log_stream(logGroupName="/mine", logStreamName="s")
    now = int(of(lab, "logs").describe_log_groups()["logGroups"][0]["creationTime"])
    batch = [{"timestamp": now + n, "message": f"line {n}"} for n in range(3)]
    client.put_log_events(logGroupName="/mine", logStreamName="s", logEvents=batch)
    metric = {"metricName": "lines", "metricNamespace": "mine", "metricValue": "1"}
    client.put_metric_filter(
        logGroupName="/mine",
        filterName="f",
        filterPattern="line",
        metricTransformations=[metric],
    )
    client.create_log_group(logGroupName="/mine/gone")
    client.delete_log_group(logGroupName="/mine/gone")


def services(lab: RunningLab) -> None:
    client = of(lab, "ecs")
    now = client.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]
    asked = {"taskDefinition": now["taskDefinition"]}
    definition = client.describe_task_definition(**asked)["taskDefinition"]
    known = ("family", "containerDefinitions", "networkMode", "cpu", "memory", "taskRoleArn",
             "executionRoleArn", "requiresCompatibilities")  # fmt: skip
    copy = {key: definition[key] for key in known}
    copy["containerDefinitions"][0]["environment"].append({"name": "MINE", "value": "1"})
    made = client.register_task_definition(**copy)["taskDefinition"]["taskDefinitionArn"]
    client.update_service(**WHERE, taskDefinition=made, desiredCount=1)
    client.create_service(
        cluster=CLUSTER,
        serviceName="mine",
        taskDefinition=made,
        desiredCount=0,
        networkConfiguration=now["networkConfiguration"],
    )
    oldest = client.list_task_definitions(familyPrefix=definition["family"])["taskDefinitionArns"]
    client.deregister_task_definition(taskDefinition=oldest[0])


def alarms(lab: RunningLab) -> None:
    client = of(lab, "cloudwatch")
    client.put_metric_alarm(
        AlarmName="mine",
        Namespace="mine",
        MetricName="lines",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        Tags=[{"Key": "a", "Value": "b"}],
    )
    client.set_alarm_state(AlarmName="mine", StateValue="ALARM", StateReason="to see it kept")


def copies(lab: RunningLab) -> None:
    """A cache's snapshot, and an image that was pushed."""
    cache = {"CacheClusterId": "sleek-coach-redis", "SnapshotName": "mine"}
    of(lab, "elasticache").create_snapshot(**cache)
    folder = lab.state / "images" / "one"
    (folder / "inside").mkdir(parents=True)
    body = {"digest": f"sha256:{'0' * 64}", "folder": str(folder)}
    lab.control("POST", "/registry/sleek-coach-api/2.4.99-mine", body)
    eventually(lambda: _copy(lab)["SnapshotStatus"] == "available", 60)


def _copy(lab: RunningLab) -> Any:
    return of(lab, "elasticache").describe_snapshots(SnapshotName="mine")["Snapshots"][0]


def told(lab: RunningLab) -> dict[str, Any]:
    """What is the same before and after, read through the API."""
    secret, parameter = of(lab, "secretsmanager"), of(lab, "ssm")
    s3, ecs, logs = of(lab, "s3"), of(lab, "ecs"), of(lab, "logs")
    elb = of(lab, "elbv2")
    definition = ecs.describe_services(cluster=CLUSTER, services=[SERVICE, "mine"])["services"]
    names = sorted(one["Name"] for one in secret.list_secrets()["SecretList"])
    return {
        "secrets": [_plain(secret.describe_secret(SecretId=name)) for name in names],
        "values": [_plain(secret.get_secret_value(SecretId=name)) for name in names],
        "versions": _plain(secret.list_secret_version_ids(SecretId="mine/one")),
        "history": _plain(parameter.get_parameter_history(Name="/mine/one")),
        "hidden": _plain(parameter.get_parameter(Name="/mine/hidden", WithDecryption=True)),
        "tags": _plain(
            parameter.list_tags_for_resource(ResourceType="Parameter", ResourceId="/mine/one")
        ),
        "buckets": sorted(one["Name"] for one in s3.list_buckets()["Buckets"]),
        "objects": _plain(s3.list_object_versions(Bucket="my-bucket")),
        "object": _plain(s3.head_object(Bucket="my-bucket", Key="a/b c.txt")),
        "object-tags": _plain(s3.get_object_tagging(Bucket="my-bucket", Key="a/b c.txt")),
        "groups": [_settled(group) for group in logs.describe_log_groups()["logGroups"]],
        "filters": _plain(logs.describe_metric_filters(logGroupName="/mine")),
        "events": _plain(logs.filter_log_events(logGroupName="/mine")),
        "definitions": [
            _plain(ecs.list_task_definitions(status=status)) for status in ("ACTIVE", "INACTIVE")
        ],
        "services": [
            {
                key: one[key]
                for key in (
                    "serviceArn",
                    "taskDefinition",
                    "desiredCount",
                    "networkConfiguration",
                    "loadBalancers",
                )
            }
            for one in definition
        ],
        "definition": _plain(
            ecs.describe_task_definition(taskDefinition=definition[0]["taskDefinition"])
        ),
        "alarm": _plain(of(lab, "cloudwatch").describe_alarms(AlarmNames=["mine"])),
        "copy": _plain(_copy(lab)),
        "target-groups": [
            one["TargetGroupArn"] for one in elb.describe_target_groups()["TargetGroups"]
        ],
    }


def _plain(answer: dict[str, Any]) -> Any:
    settled = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    return json.loads(json.dumps(settled, default=str))


def _settled(group: dict[str, Any]) -> dict[str, Any]:
    """Without what grows while a lab runs."""
    return {key: value for key, value in group.items() if key != "storedBytes"}


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], RunningLab]]:
    """What a lab told before it was killed, and the lab that came after it."""
    state = tmp_path_factory.mktemp("kept")
    first = start_lab(state, "--traffic", "2", fresh=False)
    try:
        for change in (secrets, parameters, objects, events, services, alarms, copies):
            change(first)
        before = told(first)
        lines = _lines(first)
        eventually(lambda: _lines(first) > lines)
        # A fault ends with its lab: neither its secret nor its revision are the account's.
        first.control("POST", "/faults/secret-rotated-wrongly", {})
        first.control("POST", "/faults/bad-deployment", {})
    finally:
        first.process.kill()
        first.process.communicate()
    second = start_lab(state, "--traffic", "2", fresh=False)
    yield {**before, "lines": lines}, second
    second.stop()


def _lines(lab: RunningLab) -> int:
    """How many events the service's own log has."""
    group = of(lab, "logs").describe_log_groups(logGroupNamePrefix="/ecs/")["logGroups"][0]
    found = of(lab, "logs").filter_log_events(logGroupName=group["logGroupName"])
    return len(found["events"])


KINDS = ("secrets", "values", "versions", "history", "hidden", "tags", "buckets", "objects",
         "object", "object-tags", "groups", "filters", "events", "definitions", "services",
         "definition", "alarm", "copy", "target-groups")  # fmt: skip


def test_everything_is_as_it_was(lives: tuple[dict[str, Any], RunningLab]) -> None:
    before, second = lives
    after = told(second)
    for kind in KINDS:
        # A cache, say, may have another address; see below.
        assert _nowhere(after[kind]) == _nowhere(before[kind]), kind


def _nowhere(told: Any) -> Any:
    return re.sub(r"127\.77\.\d+\.\d+", "somewhere", json.dumps(told))


def test_what_names_an_address_names_the_one_it_has_now(
    lives: tuple[dict[str, Any], RunningLab],
) -> None:
    _, second = lives
    asked = {"CacheClusterId": "sleek-coach-redis", "ShowCacheNodeInfo": True}
    cache = of(second, "elasticache").describe_cache_clusters(**asked)["CacheClusters"][0]
    place = cache["CacheNodes"][0]["Endpoint"]["Address"]
    service = of(second, "ecs").describe_services(cluster=CLUSTER, services=[SERVICE])["services"][
        0
    ]
    asked = {"taskDefinition": service["taskDefinition"]}
    definition = json.dumps(_plain(of(second, "ecs").describe_task_definition(**asked)))
    assert {"MINE", place} <= set(re.findall(r"MINE|127\.77\.\d+\.\d+", definition))


def test_what_there_was_is_what_was_made(lives: tuple[dict[str, Any], RunningLab]) -> None:
    """Else two empty accounts would be equal."""
    before, second = lives
    assert [one["Name"] for one in before["secrets"] if "mine" in one["Name"]] == [
        "mine/bytes",
        "mine/one",
    ]
    assert len(before["versions"]["Versions"]) == 2
    assert [one["Value"] for one in before["history"]["Parameters"]] == ["1", "2"]
    assert before["hidden"]["Parameter"]["Value"] == "h"
    assert len(before["objects"]["Versions"]) == 3
    assert len(before["objects"]["DeleteMarkers"]) == 1
    assert [one["message"] for one in before["events"]["events"]] == ["line 0", "line 1", "line 2"]
    assert [one["desiredCount"] for one in before["services"]] == [1, 0]
    s3 = of(second, "s3")
    versions = before["objects"]["Versions"]
    found = {
        s3.get_object(Bucket="my-bucket", Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
        for one in versions
    }
    assert found == {b"one", b"two", b"x"}


def test_it_lives_on_with_what_it_has(lives: tuple[dict[str, Any], RunningLab]) -> None:
    """The service is up with the revision that was deployed, and its log goes on."""
    before, second = lives
    assert second.status()["healthy"]
    assert "kept" not in (second.state / "lab.log").read_text()
    assert _lines(second) > before["lines"]
    counted = of(second, "secretsmanager").put_secret_value(
        SecretId="mine/one", SecretString="third"
    )
    assert counted["Name"] == "mine/one"


def test_what_was_pushed_is_there(lives: tuple[dict[str, Any], RunningLab]) -> None:
    with sqlite3.connect(lives[1].state / "kept.sqlite") as rows:
        found = rows.execute("SELECT key, content FROM kept WHERE kind = 'image'").fetchall()
    assert [key for key, _ in found] == ["sleek-coach-api:2.4.99-mine"]
    assert (Path(json.loads(found[0][1])) / "inside").is_dir()


def test_nobody_else_can_read_the_file(lives: tuple[dict[str, Any], RunningLab]) -> None:
    file = lives[1].state / "kept.sqlite"
    assert file.stat().st_mode & 0o077 == 0
    with sqlite3.connect(file) as rows:
        assert rows.execute("SELECT count(*) FROM kept WHERE kind = 'secret'").fetchone()[0] > 3


def test_ctrl_c_leaves_nothing_running(lives: tuple[dict[str, Any], RunningLab]) -> None:
    """The last of this file: it ends the lab."""
    _, second = lives
    family = processes(second)
    assert len(family) > 4
    second.process.send_signal(signal.SIGINT)
    second.process.communicate(timeout=60)
    assert second.process.returncode == 0
    assert all_gone(family)
    assert not (second.state / "lab.json").exists()
    assert (second.state / "kept.sqlite").exists()
