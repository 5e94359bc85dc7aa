"""What a running lab brings to S3: access logs, trails, copies of photos; and what zones say."""

import gzip
import json
import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.session import Session
from tests.lab.running_lab import RunningLab, eventually

pytestmark = pytest.mark.lab

LOGS, PHOTOS = "sleek-coach-logs", "sleek-coach-photos-prod"
FOLDER = "AWSLogs/123456789012"


def files(lab: RunningLab, prefix: str) -> list[bytes]:
    """Today's log files below a prefix, the newest last."""
    s3 = lab.client("s3")
    found = s3.list_objects_v2(Bucket=LOGS, Prefix=prefix).get("Contents", [])
    keys = [one["Key"] for one in found if one["Key"].endswith(".gz")]
    return [gzip.decompress(s3.get_object(Bucket=LOGS, Key=key)["Body"].read()) for key in keys]


def test_requests_are_in_the_access_log_of_the_load_balancer(lab: RunningLab) -> None:
    folder = f"alb/{FOLDER}/elasticloadbalancing/us-east-1/{datetime.now(UTC):%Y/%m/}"
    written = eventually(lambda: files(lab, folder), 40)[-1].decode().splitlines()
    rows = [shlex.split(line) for line in written]
    assert len(rows) > 10
    assert {len(row) for row in rows} == {30}
    assert {row[2] for row in rows} == {lab.contract["system"]["load_balancer"]}
    ecs = lab.client("ecs")
    arns = ecs.list_tasks(cluster="sleek-coach-prod")["taskArns"]
    tasks = ecs.describe_tasks(cluster="sleek-coach-prod", tasks=arns)["tasks"]
    hosts = {one["attachments"][0]["details"][0]["value"] for one in tasks}
    assert hosts & {row[4].rpartition(":")[0] for row in rows}
    assert {task["availabilityZone"] for task in tasks} == {"us-east-1a", "us-east-1b"}
    assert {row[8] for row in rows} >= {"200", "201"}
    # Whoever asks for no log has none from then on.
    elbv2 = lab.client("elbv2")
    (one,) = elbv2.describe_load_balancers()["LoadBalancers"]
    arn = one["LoadBalancerArn"]
    missing = {"Key": "access_logs.s3.bucket", "Value": "nobodys-bucket"}
    with pytest.raises(elbv2.exceptions.InvalidConfigurationRequestException):
        elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=arn,
            Attributes=[{"Key": "access_logs.s3.enabled", "Value": "true"}, missing],
        )


def test_calls_are_in_the_log_files_of_the_trail(lab: RunningLab) -> None:
    ecs, trails = lab.client("ecs"), lab.client("cloudtrail")
    with pytest.raises(ecs.exceptions.ClusterNotFoundException):
        ecs.describe_services(cluster="nobodys", services=["x"])
    lab.client("s3").get_bucket_policy(Bucket=PHOTOS)
    folder = f"cloudtrail/{FOLDER}/CloudTrail/us-east-1/"

    def found() -> dict[str, Any]:
        records = [one for file in files(lab, folder) for one in json.loads(file)["Records"]]
        return {one["eventName"]: one for one in records if one["userAgent"]}

    records = eventually(lambda: told if {"GetBucketPolicy"} <= set(told := found()) else None, 40)
    refused = records["DescribeServices"]
    assert refused["errorCode"] == "ClusterNotFoundException"
    assert refused["requestParameters"]["cluster"] == "nobodys"
    assert records["GetBucketPolicy"]["requestParameters"] == {"bucketName": PHOTOS}
    (trail,) = trails.describe_trails()["trailList"]
    told = trails.get_trail_status(Name=trail["Name"])
    assert told["IsLogging"]
    assert told["LatestDeliveryTime"] > datetime.now(UTC) - timedelta(minutes=2)


def test_a_photo_is_copied_to_the_other_region(lab: RunningLab) -> None:
    s3 = lab.client("s3")
    far = Session().create_client(
        "s3",
        region_name="us-west-2",
        endpoint_url=lab.contract["aws"]["endpoint"],
        aws_access_key_id="lab",
        aws_secret_access_key="lab",
    )
    rule = s3.get_bucket_replication(Bucket=PHOTOS)["ReplicationConfiguration"]["Rules"][0]
    copies = rule["Destination"]["Bucket"].rpartition(":")[2]
    assert far.get_bucket_location(Bucket=copies)["LocationConstraint"] == "us-west-2"
    made = s3.put_object(Bucket=PHOTOS, Key="members/9/new", Body=b"new", Metadata={"of": "9"})
    where = {"Bucket": PHOTOS, "Key": "members/9/new"}
    assert s3.head_object(**where)["ReplicationStatus"] in ("PENDING", "COMPLETED")
    eventually(lambda: s3.head_object(**where)["ReplicationStatus"] == "COMPLETED")
    copy = far.get_object(Bucket=copies, Key="members/9/new")
    assert (copy["Body"].read(), copy["ReplicationStatus"]) == (b"new", "REPLICA")
    assert (copy["Metadata"], copy["VersionId"]) == ({"of": "9"}, made["VersionId"])
    s3.delete_object(**where)  # a deletion is not copied
    first = far.head_object(Bucket=copies, Key="members/1/first")
    assert first["ReplicationStatus"] == "REPLICA"
    assert far.head_object(Bucket=copies, Key="members/9/new")["ContentLength"] == 3


def test_a_zone_has_its_part_of_the_figures(lab: RunningLab) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html"""
    cloudwatch = lab.client("cloudwatch")
    balancer = {"Name": "LoadBalancer", "Value": lab.contract["system"]["load_balancer"]}
    eventually(lambda: lab.status()["balancer"]["requests"] > 60)
    now = datetime.now(UTC)

    def total(metric: str, statistic: str, *dimensions: dict[str, str]) -> float:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApplicationELB",
            MetricName=metric,
            Dimensions=[balancer, *dimensions],
            StartTime=now - timedelta(seconds=60),
            EndTime=now - timedelta(seconds=2),
            Period=1,
            Statistics=[statistic],
        )["Datapoints"]
        return sum(float(point[statistic]) for point in points)

    zones = [{"Name": "AvailabilityZone", "Value": f"us-east-1{one}"} for one in "ab"]
    parts = [total("RequestCount", "Sum", zone) for zone in zones]
    assert sum(parts) == total("RequestCount", "Sum") > 0
    assert min(parts) > 0
    found = lab.client("elbv2").describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    group = {"Name": "TargetGroup", "Value": found.rpartition(":")[2]}
    well = [total("HealthyHostCount", "Maximum", zone, group) for zone in zones]
    assert min(well) > 0
    assert total("HealthyHostCount", "Maximum", zones[0]) == 0
