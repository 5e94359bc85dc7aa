"""An `aws` command's words in, the resources that they name out: by options, ARNs, dimensions."""

import re
from collections.abc import Iterator

from steadyhand.compile.inventory.named import Named, Words, closed

# An option's value names a resource of this kind. Kinds are the words of the console.
OPTIONS: dict[str, str] = {
    option: kind
    for kind, options in {
        "cluster": "--cluster --clusters --cluster-name --cluster-arn",
        "service": "--service --services --service-name",
        "container": "--container",
        "task definition": "--task-definition --family --family-prefix",
        "database": "--db-instance-identifier --db-instance-identifiers "
        "--source-db-instance-identifier --target-db-instance-identifier",
        "database cluster": "--db-cluster-identifier --source-db-cluster-identifier",
        "snapshot": "--db-snapshot-identifier --db-cluster-snapshot-identifier",
        "parameter group": "--db-parameter-group-name --cache-parameter-group-name",
        "cache": "--cache-cluster-id --replication-group-id",
        "log group": "--log-group-name --log-group-names --log-group-identifier",
        "log stream": "--log-stream-name --log-stream-names",
        "secret": "--secret-id",
        "bucket": "--bucket --destination",
        "alarm": "--alarm-name --alarm-names",
        "dashboard": "--dashboard-name --dashboard-names",
        "function": "--function-name",
        "table": "--table-name",
        "queue": "--queue-url",
        "topic": "--topic-arn",
        "stack": "--stack-name",
        "target group": "--target-group-arn --target-group-arns --target-group-name",
        "load balancer": "--load-balancer-arn --load-balancer-arns --load-balancer-name "
        "--load-balancer-names",
        "listener": "--listener-arn --listener-arns",
        "certificate": "--certificate-arn",
        "distribution": "--distribution-id",
        "hosted zone": "--hosted-zone-id",
        "instance": "--instance-id --instance-ids",
        "security group": "--group-id --group-ids --security-group-ids",
        "auto scaling group": "--auto-scaling-group-name --auto-scaling-group-names",
        "repository": "--repository-name --repository-names",
        "stream": "--stream-name",
        "state machine": "--state-machine-arn",
        "node group": "--nodegroup-name",
        "build project": "--project-name",
        "pipeline": "--pipeline-name",
        "role": "--role-name",
        "key": "--key-id",
        "volume": "--volume-id --volume-ids",
        "file system": "--file-system-id",
        "user pool": "--user-pool-id",
        "environment": "--environment-name",
    }.items()
    for option in options.split()
}
_SEVERAL = frozenset(
    option for option in OPTIONS if option.endswith(("s", "-ids")) and option != "--alarms"
)
# `--names` and `--name` mean another thing for each command.
_NAMES = {
    "aws elbv2 describe-load-balancers": "load balancer",
    "aws elbv2 describe-target-groups": "target group",
    "aws ssm put-parameter": "parameter",
    "aws ssm get-parameter": "parameter",
    "aws ssm get-parameters": "parameter",
    "aws ssm delete-parameter": "parameter",
    "aws secretsmanager create-secret": "secret",
    "aws eks describe-cluster": "cluster",
    "aws eks update-kubeconfig": "cluster",
    "aws codepipeline start-pipeline-execution": "pipeline",
    "aws codepipeline get-pipeline-state": "pipeline",
    "aws events put-rule": "rule",
    "aws events disable-rule": "rule",
    "aws events enable-rule": "rule",
}
DIMENSIONS = {
    "ClusterName": "cluster",
    "ServiceName": "service",
    "DBInstanceIdentifier": "database",
    "DBClusterIdentifier": "database cluster",
    "CacheClusterId": "cache",
    "ReplicationGroupId": "cache",
    "TableName": "table",
    "FunctionName": "function",
    "QueueName": "queue",
    "TopicName": "topic",
    "BucketName": "bucket",
    "InstanceId": "instance",
    "AutoScalingGroupName": "auto scaling group",
    "LoadBalancer": "load balancer",
    "TargetGroup": "target group",
}
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ARNS: tuple[tuple[str, str, str], ...] = (
    ("sns", r"([\w.-]+)", "topic"),
    ("sqs", r"([\w.-]+)", "queue"),
    ("lambda", r"function:([\w-]+)", "function"),
    ("secretsmanager", r"secret:([\w/+=.@-]+)", "secret"),
    ("iam", r"role/(?:[\w+=,.@-]+/)*([\w+=,.@-]+)", "role"),
    ("ecs", r"cluster/([\w-]+)", "cluster"),
    ("rds", r"db:([\w-]+)", "database"),
    ("elasticloadbalancing", r"targetgroup/([\w-]+)/\w+", "target group"),
    ("elasticloadbalancing", r"loadbalancer/(?:app|net)/([\w-]+)/\w+", "load balancer"),
    ("states", r"stateMachine:([\w-]+)", "state machine"),
    ("logs", r"log-group:([\w./#-]+)", "log group"),
    ("s3", r"([\w.-]+)", "bucket"),
    ("dynamodb", r"table/([\w.-]+)", "table"),
    ("kms", r"key/([\w-]+)", "key"),
)
_ARN = re.compile(r"arn:aws[\w-]*:([\w-]+):[\w-]*:[\w<>-]*:([^\s\"',}\]]+)")
_S3 = re.compile(r"\bs3://([\w.-]+)")
_DIMENSION = re.compile(r"\bName=(\w+),Value=([\w./-]+)")


def aws(words: Words, called: str) -> Iterator[Named]:
    """Give what an `aws` command names; `called` is its service and operation. Pure."""
    named_by = _NAMES.get(called)
    for at, text in enumerate(words.texts):
        if text.startswith("--"):
            option = text.partition("=")[0]
            kind = OPTIONS.get(option) or (named_by if option in {"--name", "--names"} else None)
            if kind is not None and not (option == "--destination" and "logs" not in called):
                several = option in _SEVERAL or option == "--names"
                for value in _values(words, at, several):
                    if name := _name(kind, value):
                        yield kind, name
        elif at > 2:
            yield from _inside(text)
    if called == "aws logs tail" and (group := words.literal(3)).startswith("/"):
        yield "log group", group


def _values(words: Words, at: int, several: bool) -> Iterator[str]:
    _, joined, value = words.texts[at].partition("=")
    if joined:
        yield value
        return
    for index, text in enumerate(words.texts[at + 1 :]):
        if text.startswith("--") or (index and not several):
            return
        yield text


def _inside(text: str) -> Iterator[Named]:
    """Give what a word holds besides: buckets, dimensions of metrics, ARNs."""
    if "s3://" in text:
        yield from (("bucket", name) for name in _S3.findall(text))
    if "Name=" in text:
        for dimension, value in _DIMENSION.findall(text):
            if dimension in DIMENSIONS and (name := _name(DIMENSIONS[dimension], value)):
                yield DIMENSIONS[dimension], name
    if "arn:" in text:
        for service, rest in _ARN.findall(text):
            for of, pattern, kind in _ARNS:
                if of == service and (match := re.match(pattern, rest)) is not None:
                    yield kind, match.group(1)


def _name(kind: str, text: str) -> str:
    """Give a resource's name; "" where a part of it is not known. An ARN gives its last part."""
    if text.startswith("arn:"):
        found = list(_inside(text))
        return found[0][1] if found and found[0][0] == kind else closed(text)
    if kind == "task definition":
        text = text.partition(":")[0]
    if kind == "load balancer" and text.count("/") >= 2:
        text = text.split("/")[1]
    if kind == "queue":
        return closed(text)
    return closed(text).strip(",")
