"""Sleek Coach in the lab: photos really go to S3, tasks run by hand and by the clock."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from tests.lab.running_lab import RunningLab, eventually
from tests.lab.test_lab_ecs import CLUSTER, failure

from steadyhand.lab.systems.sleek_coach import PHOTO, SIGNING_KEY
from steadyhand.lab.systems.sleek_coach.app.tokens import access_token

pytestmark = pytest.mark.lab
BUCKET = "sleek-coach-photos-prod"
LOGS = "/ecs/sleek-coach-api"


def ask(url: str, method: str = "GET", sent: Any = None, **headers: str) -> tuple[int, Any]:
    """Ask; give the status, and the answer as JSON where it is JSON."""
    data = sent if isinstance(sent, bytes) or sent is None else json.dumps(sent).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            status, content = answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        status, content = refused.code, refused.read()
    is_json = content[:1] in (b"{", b"[")
    return status, json.loads(content) if is_json else content


def as_member(number: int) -> dict[str, str]:
    token = access_token(number, SIGNING_KEY, time.time())
    return {"Authorization": f"Bearer {token}", "Content_Type": "application/json"}


def network(lab: RunningLab) -> dict[str, Any]:
    given = lab.client("ecs").describe_services(cluster=CLUSTER, services=["sleek-coach-api"])
    found: dict[str, Any] = given["services"][0]["networkConfiguration"]
    return found


def ran(lab: RunningLab, family: str, command: list[str] | None = None) -> tuple[int, list[str]]:
    """Run a task to its end; its exit code, and what it logged."""
    ecs = lab.client("ecs")
    name = "jobs" if family.endswith("jobs") else "migrate"
    overrides = {"containerOverrides": [{"name": name, "command": command}]} if command else {}
    started = ecs.run_task(
        cluster=CLUSTER,
        taskDefinition=family,
        launchType="FARGATE",
        networkConfiguration=network(lab),
        overrides=overrides,
    )["tasks"][0]["taskArn"]

    def stopped() -> dict[str, Any] | None:
        task = ecs.describe_tasks(cluster=CLUSTER, tasks=[started])["tasks"][0]
        return task if task["lastStatus"] == "STOPPED" else None

    ended = eventually(stopped, 60)
    stream = f"{name}/{name}/{started.rpartition('/')[2]}"
    told = lab.client("logs").get_log_events(logGroupName=LOGS, logStreamName=stream)
    return ended["containers"][0]["exitCode"], [event["message"] for event in told["events"]]


def test_a_photo_goes_to_s3_and_comes_back(lab: RunningLab) -> None:
    photos = f"{lab.contract['url']}/api/v1/photos"
    mine = as_member(21)
    status, made = ask(photos, "POST", {"content_type": "image/png", "size": len(PHOTO)}, **mine)
    assert (status, made["status"]) == (201, "waiting")
    assert ask(f"{photos}/{made['id']}/arrived", "POST", b"", **mine)[0] == 409
    upload = made["upload"]
    assert ask(upload["url"], upload["method"], PHOTO, **upload["headers"])[0] == 200
    assert ask(f"{photos}/{made['id']}/arrived", "POST", b"", **mine)[1]["status"] == "ready"
    status, ready = ask(f"{photos}/{made['id']}", **mine)
    assert ask(ready["url"])[1] == PHOTO
    assert ask(ready["url"].partition("?")[0])[0] == 403  # the link is what lets in
    assert ask(f"{photos}/{made['id']}", "DELETE", **mine)[0] == 204
    assert ask(ready["url"])[0] == 404


def test_what_was_uploaded_has_to_be_what_was_announced(lab: RunningLab) -> None:
    photos = f"{lab.contract['url']}/api/v1/photos"
    mine = as_member(22)
    _, made = ask(photos, "POST", {"content_type": "image/png", "size": 5}, **mine)
    assert ask(made["upload"]["url"], "PUT", PHOTO, Content_Type="image/png")[0] == 200
    status, told = ask(f"{photos}/{made['id']}/arrived", "POST", b"", **mine)
    assert (status, told["detail"]) == (409, "something else was uploaded")


def test_a_policy_that_denies_the_task_shows_as_access_denied(lab: RunningLab) -> None:
    s3, photo = lab.client("s3"), f"{lab.contract['url']}/api/v1/photos/2"
    assert ask(photo, **as_member(2))[0] == 200
    before = s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "arn:aws:iam::123456789012:role/sleek-coach-api-task"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    try:
        assert ask(photo, **as_member(2))[0] == 502
        told = lab.client("logs").filter_log_events(
            logGroupName=LOGS, filterPattern='"Access Denied"'
        )
        assert told["events"]
        assert s3.get_object(Bucket=BUCKET, Key="test.txt")["ContentLength"] > 0
    finally:
        s3.put_bucket_policy(Bucket=BUCKET, Policy=before)
    assert ask(photo, **as_member(2))[0] == 200


def test_a_presigned_link_ends(lab: RunningLab) -> None:
    for version in ("s3", "s3v4"):
        s3 = lab.client("s3", signature_version=version)
        at = {"Bucket": BUCKET, "Key": "test.txt"}
        good = s3.generate_presigned_url("get_object", at, ExpiresIn=300)
        assert ask(good)[0] == 200
        short = s3.generate_presigned_url("get_object", at, ExpiresIn=1)

        def refused(url: str = short) -> bytes | None:
            status, content = ask(url)
            return content if status == 403 else None

        assert b"<Message>Request has expired</Message>" in eventually(refused, 5)


def test_the_schema_moves_by_tasks(lab: RunningLab) -> None:
    ecs = lab.client("ecs")
    alone = {"cluster": CLUSTER, "taskDefinition": "sleek-coach-migrate", "launchType": "FARGATE"}
    assert failure(ecs.run_task, **alone) == "InvalidParameterException"
    assert ran(lab, "sleek-coach-migrate")[0] == 0
    down = ["alembic", "downgrade", "-1"]
    code, lines = ran(lab, "sleek-coach-migrate-rollback", down)
    assert code == 0
    assert any("Running downgrade 0005 -> 0004" in line for line in lines)
    code, lines = ran(lab, "sleek-coach-migrate")
    assert code == 0
    assert any("Running upgrade 0004 -> 0005" in line for line in lines)


def test_the_scheduled_tasks_are_rules_and_one_runs_by_itself(lab: RunningLab) -> None:
    events, ecs = lab.client("events"), lab.client("ecs")
    rules = {rule["Name"]: rule for rule in events.list_rules()["Rules"]}
    assert {name: rule["ScheduleExpression"] for name, rule in rules.items()} == {
        "sleek-coach-ai-session-cleanup": "cron(30 4 ? * SUN *)",
        "sleek-coach-log-rotation": "rate(1 day)",
        "sleek-coach-metrics-aggregation": "rate(1 hour)",
        "sleek-coach-token-cleanup": "cron(0 4 * * ? *)",
    }
    # The fifth is RDS's own.
    (database,) = lab.client("rds").describe_db_instances()["DBInstances"]
    assert database["PreferredBackupWindow"].startswith("03:00-")
    assert failure(events.put_rule, Name="x", ScheduleExpression="rate(1 hours)") == (
        "ValidationException"
    )
    (target,) = events.list_targets_by_rule(Rule="sleek-coach-token-cleanup")["Targets"]
    events.put_rule(Name="soon", ScheduleExpression="rate(10 minutes)")  # 10 s at factor 60
    events.put_targets(Rule="soon", Targets=[target])

    def purged() -> list[str]:
        asked = {"startedBy": "events-rule/soon", "desiredStatus": "STOPPED"}
        found: list[str] = ecs.list_tasks(cluster=CLUSTER, **asked)["taskArns"]
        return found

    (task,) = ecs.describe_tasks(cluster=CLUSTER, tasks=eventually(purged, 60)[:1])["tasks"]
    events.remove_targets(Rule="soon", Ids=[target["Id"]])
    events.delete_rule(Name="soon")
    assert task["containers"][0]["exitCode"] == 0


def test_jobs_reach_s3_and_cloudwatch(lab: RunningLab) -> None:
    s3, old = lab.client("s3"), "alb/AWSLogs/123456789012/us-east-1/2026/01/02/x.log.gz"
    s3.put_object(Bucket="sleek-coach-logs", Key=old, Body=b"x")
    assert ran(lab, "sleek-coach-jobs", ["log-rotation"])[0] == 0
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="sleek-coach-logs")["Contents"]]
    assert old not in keys
    assert any(key.endswith("ELBAccessLogTestFile") for key in keys)
    assert ran(lab, "sleek-coach-jobs", ["metrics-aggregation"])[0] == 0
    sent = lab.client("cloudwatch").list_metrics(Namespace="SleekCoach")["Metrics"]
    names = {"DailyActiveMembers", "CheckIns", "CoachConversations", "PolicyViolations"}
    assert {metric["MetricName"] for metric in sent} == names


def test_the_cache_stands_alone_behind_its_group(lab: RunningLab) -> None:
    asked = {"CacheClusterId": "sleek-coach-redis"}
    (cluster,) = lab.client("elasticache").describe_cache_clusters(**asked)["CacheClusters"]
    assert (cluster["CacheClusterStatus"], cluster["Engine"]) == ("available", "redis")
    groups = lab.client("ec2").describe_security_groups(GroupNames=["sleek-coach-redis-sg"])
    expected = groups["SecurityGroups"][0]["GroupId"]
    assert [one["SecurityGroupId"] for one in cluster["SecurityGroups"]] == [expected]
