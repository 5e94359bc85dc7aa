"""The AWS CLI's own examples of the services that runbooks use: only the wrong ones are reported.

They come with awscli. Each entry below was judged by hand: the example would be refused, or says
something else than it shows. What is new here and is not wrong is a false alarm.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from steadyhand.compile.shell import find_placeholders, parse_statement
from steadyhand.lint.aws import Kind, check, installed

SERVICES = (
    "acm apigateway autoscaling backup cloudformation cloudfront cloudtrail cloudwatch codebuild"
    " codepipeline configservice configure deploy dynamodb ec2 ecr ecs efs eks elasticache elb"
    " elbv2 emr events guardduty iam kafka kinesis kms lambda logs organizations rds redshift"
    " route53 s3 s3api secretsmanager ses sns sqs ssm stepfunctions sts wafv2"
).split()
# By reason.
WRONG = {
    "the line is not continued, so the command ends before its options": [
        "backup/create-backup-vault missing-option",
        "ec2/create-tags missing-option",
        "ec2/get-network-insights-access-scope-content missing-option",
        "ec2/modify-capacity-reservation-fleet missing-option",
        "ec2/modify-instance-placement missing-option",
        "ec2/withdraw-byoip-cidr missing-option",
        "guardduty/create-members missing-option",
        "iam/remove-client-id-from-open-id-connect-provider missing-option",
        "organizations/attach-policy missing-option",
        "ssm/stop-automation-execution missing-option",
    ],
    "the line is continued with a slash": [
        "elasticache/test-failover missing-option",
        "elasticache/test-failover unexpected-word",
        "redshift/accept-reserved-node-exchange missing-option",
        "redshift/accept-reserved-node-exchange unexpected-word",
        "redshift/create-hsm-configuration missing-option",
        "redshift/create-hsm-configuration unexpected-word",
        "redshift/delete-hsm-configuration missing-option",
        "redshift/delete-hsm-configuration unexpected-word",
        "redshift/describe-hsm-configurations unexpected-word",
        "redshift/describe-table-restore-status unexpected-word",
        "redshift/restore-table-from-cluster-snapshot missing-option",
        "redshift/restore-table-from-cluster-snapshot unexpected-word",
        "ssm/list-associations unexpected-word",
    ],
    "an option is missing": [
        "ecs/tag-resource missing-option",
        "elbv2/create-rule missing-option",
        "elbv2/modify-rule missing-option",
        "emr/schedule-hbase-backup missing-option",
        "rds/copy-db-cluster-snapshot missing-option",
        "rds/copy-db-snapshot missing-option",
    ],
    "an option has no value, or is none": [
        "cloudformation/describe-resource-scan missing-value",
        "ec2/get-network-insights-access-scope-analysis-findings unknown-option",
        "emr/schedule-hbase-backup missing-value",
    ],
    "a value is quoted wrongly, or is no shorthand and no JSON": [
        "ec2/authorize-security-group-ingress wrong-syntax",
        "ec2/revoke-security-group-egress wrong-syntax",
        "elbv2/modify-listener wrong-syntax",
        "elbv2/modify-target-group wrong-type",
        "sts/assume-role-with-web-identity unknown-key",
    ],
    "the parameter is another": [
        "autoscaling/create-launch-configuration wrong-type",
        "ec2/wait/bundle-task-complete unknown-waiter",
        "elasticache/add-tags-to-resource unknown-key",
    ],
    "no example of a command alone: a sentence follows": ["ec2/create-fleet unexpected-word"],
    "version 2 has it no more": [
        "cloudtrail/create-subscription v1-only",
        "cloudtrail/update-subscription v1-only",
        "ecr/get-login v1-only",
    ],
}
_COMMAND = re.compile(r"\s+(?:\$ )?(aws\s.*)")


def examples(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the commands of the examples, each with its file; continued lines are joined."""
    for file in sorted(folder.rglob("*.rst")):
        lines = iter(file.read_text(errors="replace").split("\n"))
        for line in lines:
            if (match := _COMMAND.fullmatch(line)) is None:
                continue
            command = match.group(1)
            while command.endswith("\\") or command.count("'") % 2 or command.count('"') % 2:
                if (more := next(lines, None)) is None or len(command) > 5000:
                    break
                command += f"\n{more.strip()}"
            yield str(file.relative_to(folder.parent).with_suffix("")), command


def test_only_wrong_examples_are_found() -> None:
    import awscli

    models = installed()
    assert models is not None
    root = Path(awscli.__file__).parent / "examples"
    count, found = 0, set()
    for service in SERVICES:
        for file, text in examples(root / service):
            statement = parse_statement(text, find_placeholders(text)).statement
            for command in statement.commands:
                if command.name != "aws":
                    continue
                count += 1
                kinds = {problem.kind for problem in check(command.words, models).problems}
                found |= {f"{file} {kind.value}" for kind in kinds - {Kind.V2_ONLY}}
    assert count > 3000
    assert found == {entry for entries in WRONG.values() for entry in entries}
