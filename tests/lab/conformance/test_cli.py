"""The same answers through the real AWS CLI: exit codes, messages, waiters.

Version 1 of it, as it installs. What is marked soak repeats for every command what the API's own
cases have shown already. https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-returncodes.html
"""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.lab.conformance.asking import Ground
from tests.lab.running_lab import lab_environment

pytestmark = pytest.mark.lab

REFUSED, WRONG_USAGE = 254, 2
AWS = str(Path(sys.executable).with_name("aws"))


def aws(ground: Ground, line: str) -> subprocess.CompletedProcess[str]:
    """Run one line; the endpoint is always the lab's, and the credentials are nobody's."""
    endpoint = ground.lab.contract["aws"]["endpoint"]
    words = [AWS, "--endpoint-url", endpoint, *shlex.split(ground.fill(line))]
    return subprocess.run(
        words, env=lab_environment(), capture_output=True, text=True, check=False, timeout=120
    )


def refused(ground: Ground, line: str, code: str) -> None:
    done = aws(ground, line)
    assert done.returncode != 0, done.stdout
    assert f"({code})" in done.stderr, done.stderr


def answered(ground: Ground, line: str) -> Any:
    done = aws(ground, line)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


OF = "--cluster {cluster}"
# https://docs.aws.amazon.com/cli/latest/reference/
REFUSALS = [
    ("ecs update-service --cluster nowhere --service x", "ClusterNotFoundException"),
    (f"ecs update-service {OF} --service nobody --desired-count 2", "ServiceNotFoundException"),
    (f"ecs run-task {OF} --task-definition {{family}} --launch-type FARGATE",
     "InvalidParameterException"),
    (f"ecs stop-task {OF} --task {'0' * 32}", "InvalidParameterException"),
    ("secretsmanager get-secret-value --secret-id absent", "ResourceNotFoundException"),
    ("ssm put-parameter --name /c/cli/absent --value x --overwrite", "ValidationException"),
    ("elbv2 describe-target-health --target-group-arn nonsense", "ValidationError"),
    ("acm describe-certificate --certificate-arn arn:aws:acm:us-east-1:123456789012:certificate/"
     "00000000-0000-0000-0000-000000000000", "ResourceNotFoundException"),
    ("s3api get-bucket-policy --bucket c-cli-absent", "NoSuchBucket"),
    ("ec2 describe-security-groups --group-ids sg-xxx", "InvalidGroup.NotFound"),
    ("ecr describe-images --repository-name c/cli/absent", "RepositoryNotFoundException"),
    ("rds describe-db-instances --db-instance-identifier absent", "DBInstanceNotFound"),
]  # fmt: skip
MORE_REFUSALS = [
    (f"ecs describe-tasks {OF} --tasks None", "InvalidParameterException"),
    (f"ecs delete-service {OF} --service {{service}}", "InvalidParameterException"),
    ("ecs describe-task-definition --task-definition absent", "ClientException"),
    ("ecs deregister-task-definition --task-definition {family}:999", "ClientException"),
    ("secretsmanager put-secret-value --secret-id absent --secret-string x",
     "ResourceNotFoundException"),
    ("secretsmanager create-secret --name 'two words' --secret-string x", "ValidationException"),
    ("ssm get-parameter --name /absent", "ParameterNotFound"),
    ("elbv2 describe-load-balancers --names absent", "LoadBalancerNotFound"),
    ("elbv2 modify-listener --listener-arn {listener} --default-actions "
     "Type=forward,TargetGroupArn=<green-target-group-arn>", "ValidationError"),
    ("rds describe-db-snapshots --max-records 5", "InvalidParameterValue"),
    ("rds promote-read-replica --db-instance-identifier {database}", "InvalidDBInstanceState"),
    ("logs filter-log-events --log-group-name /nowhere", "ResourceNotFoundException"),
    ("elasticache describe-cache-clusters --cache-cluster-id absent", "CacheClusterNotFound"),
    ("sns publish --topic-arn arn:aws:sns:us-east-1:123456789012:absent --message x", "NotFound"),
    ("events describe-rule --name absent", "ResourceNotFoundException"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code"), REFUSALS)
def test_a_refusal_has_the_api_s_code_and_an_exit_code(
    ground: Ground, line: str, code: str
) -> None:
    refused(ground, line, code)


@pytest.mark.soak
@pytest.mark.parametrize(("line", "code"), MORE_REFUSALS)
def test_more_refusals(ground: Ground, line: str, code: str) -> None:
    refused(ground, line, code)


# What the CLI itself does not take; nothing reaches the API.
USAGE = [
    f"ecs execute-command {OF} --task x --command true",
    "rds wait db-instance-available --db-instance-identifiers x",
    "ecs register-task-definition --family x --cpu 1024 --memory 2048",
    "ecs update-services",
]


@pytest.mark.parametrize("line", USAGE)
def test_wrong_usage_is_told_by_the_cli(ground: Ground, line: str) -> None:
    """https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-returncodes.html"""
    before = ground.lab.control("GET", "/calls")["counts"]
    done = aws(ground, line)
    assert done.returncode in (WRONG_USAGE, 252, 255)
    assert done.stderr
    after = ground.lab.control("GET", "/calls")["counts"]
    for operation in ("ExecuteCommand", "RegisterTaskDefinition"):
        assert after.get(operation, 0) == before.get(operation, 0)


def test_a_query_gives_text(ground: Ground) -> None:
    """https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-filter.html"""
    line = f"ecs list-tasks {OF} --service-name {{service}} --query taskArns[0] --output text"
    done = aws(ground, line)
    assert done.returncode == 0
    assert done.stdout.startswith("arn:aws:ecs:us-east-1:123456789012:task/")
    nothing = f"ecs list-tasks {OF} --family absent --query taskArns[0] --output text"
    assert aws(ground, nothing).stdout == "None\n"


def test_what_was_put_is_got(ground: Ground) -> None:
    """https://docs.aws.amazon.com/cli/v1/userguide/cli_ssm_code_examples.html"""
    answered(ground, "ssm put-parameter --name /c/cli/flag --value false --type String")
    made = answered(ground, "ssm put-parameter --name /c/cli/flag --value true --overwrite")
    assert made["Version"] == 2
    got = answered(ground, "ssm get-parameter --name /c/cli/flag")
    assert got["Parameter"]["Value"] == "true"


def test_a_presigned_link_is_the_labs(ground: Ground) -> None:
    """https://docs.aws.amazon.com/cli/v1/userguide/cli-services-s3-commands.html"""
    answered(ground, "s3api create-bucket --bucket c-cli")
    done = aws(ground, "s3 presign s3://c-cli/test.txt --expires-in 300")
    assert done.stdout.startswith(ground.lab.contract["aws"]["endpoint"] + "/c-cli/test.txt?")
    listed = aws(ground, "s3 ls s3://c-cli")
    assert (listed.returncode, listed.stdout) == (0, "")
    absent = aws(ground, "s3 ls s3://c-cli-absent")
    assert absent.returncode != 0
    assert "NoSuchBucket" in absent.stderr


@pytest.mark.soak
def test_a_waiter_ends_when_the_service_is_stable(ground: Ground) -> None:
    """https://docs.aws.amazon.com/cli/latest/reference/ecs/wait/services-stable.html"""
    answered(ground, f"ecs update-service {OF} --service {{service}} --force-new-deployment")
    done = aws(ground, f"ecs wait services-stable {OF} --services {{service}}")
    assert (done.returncode, done.stdout) == (0, "")
    told = answered(ground, f"ecs describe-services {OF} --services {{service}}")
    assert len(told["services"][0]["deployments"]) == 1


@pytest.mark.soak
def test_a_waiter_for_what_is_not_there_fails_with_255(ground: Ground) -> None:
    """https://docs.aws.amazon.com/cli/latest/reference/ecs/wait/services-stable.html"""
    done = aws(ground, f"ecs wait services-stable {OF} --services nobody")
    assert done.returncode == 255
    assert "Waiter ServicesStable failed" in done.stderr
