"""Steps in, the resources that their commands name out, by the options they are given to."""

import re
from collections.abc import Iterable, Iterator

from steadyhand.compile.sources import tool
from steadyhand.model.runbook import Resource, Step
from steadyhand.model.shell import Command
from steadyhand.model.span import Span

# An option's value names a resource of this kind. Kinds are the words of the console.
OPTIONS: dict[str, str] = {
    "--cluster": "cluster",
    "--service": "service",
    "--services": "service",
    "--service-name": "service",
    "--container": "container",
    "--task-definition": "task definition",
    "--family": "task definition",
    "--family-prefix": "task definition",
    "--db-instance-identifier": "database",
    "--db-instance-identifiers": "database",
    "--source-db-instance-identifier": "database",
    "--target-db-instance-identifier": "database",
    "--db-parameter-group-name": "parameter group",
    "--cache-cluster-id": "cache",
    "--replication-group-id": "cache",
    "--log-group-name": "log group",
    "--secret-id": "secret",
    "--bucket": "bucket",
    "--destination": "bucket",
    "--topic": "topic",
    "--group": "consumer group",
    "--workflow": "workflow",
    "--alarm-names": "alarm",
    "--function-name": "function",
    "--table-name": "table",
    "--queue-url": "queue",
}
_SEVERAL = frozenset({"--services", "--db-instance-identifiers", "--alarm-names"})
# `--names` and `--name` mean another thing for each command.
_NAMES = {
    "aws elbv2 describe-load-balancers": "load balancer",
    "aws elbv2 describe-target-groups": "target group",
    "aws ssm put-parameter": "parameter",
    "aws ssm get-parameter": "parameter",
}
_DIMENSIONS = {
    "ClusterName": "cluster",
    "ServiceName": "service",
    "DBInstanceIdentifier": "database",
    "CacheClusterId": "cache",
    "TableName": "table",
    "FunctionName": "function",
}


def inventory(steps: Iterable[Step]) -> tuple[Resource, ...]:
    """List every resource once, where it is named first, by kind and name. Pure."""
    found: dict[tuple[str, str], Span] = {}
    for step in steps:
        for command in step.commands:
            for kind, name in _resources(command):
                found.setdefault((kind, name), step.span)
    return tuple(Resource(kind, name, span) for (kind, name), span in sorted(found.items()))


def _resources(command: Command) -> Iterator[tuple[str, str]]:
    words = [w.literal for w in command.words]
    names = _NAMES.get(tool(command))
    for at, word in enumerate(words):
        shown = command.words[at].shown
        if word is not None:
            for match in re.finditer(r"\bs3://([\w.-]+)", word):
                yield "bucket", match.group(1)
            for match in re.finditer(r"\bName=(\w+),Value=([\w.-]+)", word):
                if match.group(1) in _DIMENSIONS:
                    yield _DIMENSIONS[match.group(1)], match.group(2)
        option, equals, value = shown.partition("=")
        kind = OPTIONS.get(option) or (names if option in {"--name", "--names"} else None)
        if kind is None:
            continue
        values = [value] if equals else _values(command, at, option in _SEVERAL)
        yield from ((kind, name) for one in values if (name := _name(kind, one)))
    if tool(command) == "aws logs tail" and len(words) > 3 and words[3]:
        yield "log group", words[3]


def _values(command: Command, at: int, several: bool) -> list[str]:
    values: list[str] = []
    for word in command.words[at + 1 :]:
        if word.shown.startswith("--") or (values and not several):
            break
        values.append(word.shown)
    return values


def _name(kind: str, text: str) -> str:
    """Give a resource's name; "" where a part of it is not known."""
    if kind == "task definition":
        text = text.partition(":")[0]
    return "" if re.search(r"[<$`*\s]", text) else text
