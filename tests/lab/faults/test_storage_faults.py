"""What is wrong with S3 and with Terraform's state shows in the runbooks' commands."""

import json
import subprocess
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.lab.faults.conftest import LabOf, failed_share
from tests.lab.faults.test_compute_faults import fault
from tests.lab.faults.test_network_faults import tool
from tests.lab.running_lab import RunningLab, eventually

pytestmark = [pytest.mark.lab, pytest.mark.soak]


def test_a_lock_of_terraform_is_in_the_way_until_it_is_released(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    told = json.loads(Path(lab.contract["file"]).read_text())
    folder = Path(told["system"]["checkout"]) / "iac" / "environments" / "prod"
    plan = ("terraform", "plan", "-var-file=terraform.tfvars", "-no-color")
    assert tool(lab, *plan, cwd=folder).returncode == 0
    with fault(lab, "terraform-lock") as lock:
        refused = tool(lab, *plan, cwd=folder)
        assert refused.returncode == 1
        assert "Error acquiring the state lock" in refused.stderr
        assert lock["lock"] in refused.stderr
        assert "runner@ci-runner-7" in refused.stderr
        assert tool(lab, "terraform", "show", "-no-color", cwd=folder).returncode == 0
    assert tool(lab, *plan, cwd=folder).returncode == 0
    # Released by hand, the fault has nothing left to clear.
    held = lab.control("POST", "/faults/terraform-lock", {})
    unlocked = tool(lab, "terraform", "force-unlock", "-force", held["lock"], cwd=folder)
    assert unlocked.returncode == 0, unlocked.stderr
    assert tool(lab, *plan, cwd=folder).returncode == 0
    assert lab.control("DELETE", "/faults/terraform-lock")["cleared"] is True


PHOTOS = "sleek-coach-photos-prod"
ORIGIN = "https://app.sleekcoach.example"


@pytest.fixture
def coach(lab_of: LabOf) -> RunningLab:
    return lab_of("sleek-coach")


def logged(lab: RunningLab, since: datetime, words: str) -> list[str]:
    found = lab.client("logs").filter_log_events(
        logGroupName="/ecs/sleek-coach-api",
        startTime=int(since.timestamp() * 1000),
        filterPattern=words,
    )
    return [event["message"] for event in found["events"]]


def asked(url: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    """Ask without any credentials, as a member's device does: status, body, headers."""
    request = urllib.request.Request(url, method=method, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status, answer.read().decode(errors="replace"), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace"), dict(error.headers)


def presigned(lab: RunningLab, **config: Any) -> str:
    s3 = lab.client("s3", signature_version="s3v4", s3={"addressing_style": "path"}, **config)
    key = s3.list_objects_v2(Bucket=PHOTOS, MaxKeys=1)["Contents"][0]["Key"]
    url = s3.generate_presigned_url("get_object", {"Bucket": PHOTOS, "Key": key}, 300)
    return str(url)


def listed(lab: RunningLab) -> str:
    """What `aws s3 ls` says on standard error; nothing where it works."""
    try:
        lab.aws("s3api", "list-objects-v2", "--bucket", PHOTOS, "--max-keys", "1")
    except subprocess.CalledProcessError as error:
        return str(error.stderr)
    return ""


def test_a_bucket_that_denies_everybody(coach: RunningLab) -> None:
    url, began = presigned(coach), datetime.now(UTC)
    assert asked(url)[0] == 200
    assert listed(coach) == ""
    with fault(coach, "s3-access-denied") as told:
        assert told["bucket"] == PHOTOS
        assert "AccessDenied" in listed(coach)
        status, said, _ = asked(url)
        assert (status, "<Code>AccessDenied</Code>" in said) == (403, True)
        policy = coach.aws("s3api", "get-bucket-policy", "--bucket", PHOTOS)["Policy"]
        assert [one["Effect"] for one in json.loads(policy)["Statement"]][-1] == "Deny"
        eventually(lambda: logged(coach, began, "ERROR Access Denied"), 40)
    assert asked(url)[0] == 200
    assert listed(coach) == ""


def test_a_bucket_without_cors_rules_refuses_the_preflight_only(coach: RunningLab) -> None:
    url = presigned(coach)
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}
    status, _, headers = asked(url, "OPTIONS", **preflight)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    with fault(coach, "s3-cors"):
        # Whatever else it says: without this header a browser goes no further.
        assert "Access-Control-Allow-Origin" not in asked(url, "OPTIONS", **preflight)[2]
        with pytest.raises(coach.client("s3").exceptions.ClientError, match="NoSuchCORS"):
            coach.client("s3").get_bucket_cors(Bucket=PHOTOS)
        assert asked(url)[0] == 200
        assert failed_share(coach) == 0.0
    assert asked(url, "OPTIONS", **preflight)[0] == 200


def test_a_revision_that_signs_for_another_region(coach: RunningLab) -> None:
    began = datetime.now(UTC)
    with fault(coach, "s3-wrong-region") as told:
        assert told["variables"] == ["AWS_REGION"]
        eventually(lambda: logged(coach, began, "ERROR S3 status 400"), 60)
        assert listed(coach) == ""
        wrong = presigned(coach).replace("us-east-1", "eu-west-1")
        status, said, _ = asked(wrong)
        assert (status, "AuthorizationQueryParametersError" in said) == (400, True)
        assert "expecting 'us-east-1'" in said or "us-east-1" in said
    eventually(lambda: failed_share(coach, 4.0) == 0.0)


def test_a_scheduled_task_that_fails_is_found_among_the_stopped(coach: RunningLab) -> None:
    with fault(coach, "failed-scheduled-task") as told:
        words = ("--cluster", "sleek-coach-prod", "--tasks", *told["tasks"])

        def ended() -> dict[str, Any] | None:
            task: dict[str, Any] = coach.aws("ecs", "describe-tasks", *words)["tasks"][0]
            return task if task["lastStatus"] == "STOPPED" else None

        task = eventually(ended, 60)
        assert task["containers"][0]["exitCode"] != 0
        assert task["startedBy"].startswith("events-rule/")
        stopped = coach.client("ecs").list_tasks(
            cluster="sleek-coach-prod", desiredStatus="STOPPED", startedBy=task["startedBy"]
        )
        assert told["tasks"][0] in stopped["taskArns"]
        assert failed_share(coach) == 0.0
    events = coach.client("events")
    (target,) = events.list_targets_by_rule(Rule=told["rule"])["Targets"]
    assert "a-password-of-long-ago" not in target["Input"]
