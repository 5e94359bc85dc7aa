"""Where a parameter stands in, what it is and where its value comes from out.

By position, not by name: what stands in `--task-definition FAMILY:<anything>` is a revision.
`RULES` is the whole table; the first that fits wins.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from steadyhand.model.runbook import ParameterKind
from steadyhand.model.shell import Command, PartKind, Statement


@dataclass(frozen=True)
class Position:
    """Where a parameter stands: in which command, as which option's value, between which texts."""

    tool: str  # "aws ecs update-service", "psql"
    option: str  # "--task-definition", or "" for a plain word
    before: str
    after: str


@dataclass(frozen=True)
class Rule:
    """A kind of position, what stands there, and which earlier commands print it.

    `producers` maps a command to the extraction rule that `actions` has for its output; "" where
    nobody takes it out yet, so that the step is only a hint for the person who gives the value.
    """

    kind: ParameterKind
    options: tuple[str, ...] = ()
    tools: str = ""  # pattern for the whole of Position.tool
    before: str = ""  # pattern for the end of Position.before
    after: str = ""  # pattern for the start of Position.after
    producers: Mapping[str, str] = field(default_factory=dict)
    configured: bool = False  # the target or steadyhand.toml says it


_HOST_PRINTERS = {
    "aws rds describe-db-instances": "",
    "aws elasticache describe-cache-clusters": "",
    "aws elasticache describe-replication-groups": "",
}
RULES: dict[str, Rule] = {
    "revision of a task definition": Rule(
        ParameterKind.REVISION,
        options=("--task-definition",),
        tools=r"aws ecs .*",
        before=r"[\w-]+:",
        producers={
            "aws ecs list-task-definitions": "previous-revision",
            "aws ecs register-task-definition": "",
        },
    ),
    "region": Rule(
        ParameterKind.IDENTIFIER, before=r"\.ecr\.|arn:aws[\w-]*:[\w-]+:", configured=True
    ),
    "region, as an option": Rule(ParameterKind.IDENTIFIER, options=("--region",), configured=True),
    "account of a registry": Rule(ParameterKind.IDENTIFIER, after=r"\.dkr\.ecr\.", configured=True),
    "account of an ARN": Rule(
        ParameterKind.IDENTIFIER, before=r"arn:aws[\w-]*:[\w-]+:[^:]*:", configured=True
    ),
    "snapshot": Rule(
        ParameterKind.IDENTIFIER,
        options=("--db-snapshot-identifier", "--snapshot-identifier"),
        producers={"aws rds describe-db-snapshots": ""},
    ),
    "task": Rule(
        ParameterKind.ARN,
        options=("--task", "--tasks"),
        producers={"aws ecs list-tasks": "", "aws ecs run-task": ""},
    ),
    "target group": Rule(
        ParameterKind.ARN,
        options=("--target-group-arn", "--target-group-arns"),
        producers={"aws elbv2 describe-target-groups": ""},
    ),
    "target group of a listener": Rule(
        ParameterKind.ARN,
        before=r"TargetGroupArn=",
        producers={"aws elbv2 describe-target-groups": ""},
    ),
    "load balancer": Rule(
        ParameterKind.ARN,
        options=("--load-balancer-arn", "--load-balancer-arns"),
        producers={"aws elbv2 describe-load-balancers": ""},
    ),
    "load balancer of a metric": Rule(
        ParameterKind.ARN,
        before=r"Name=LoadBalancer,Value=",
        producers={"aws elbv2 describe-load-balancers": ""},
    ),
    "listener": Rule(
        ParameterKind.ARN,
        options=("--listener-arn", "--listener-arns"),
        producers={"aws elbv2 describe-listeners": ""},
    ),
    "certificate": Rule(
        ParameterKind.ARN,
        options=("--certificate-arn",),
        producers={"aws acm request-certificate": "", "aws acm list-certificates": ""},
    ),
    "certificate of a listener": Rule(
        ParameterKind.ARN,
        before=r"CertificateArn=",
        producers={"aws acm request-certificate": "", "aws acm list-certificates": ""},
    ),
    "log stream": Rule(
        ParameterKind.IDENTIFIER,
        options=("--log-stream-name", "--log-stream-names"),
        producers={"aws logs describe-log-streams": ""},
    ),
    "host of a data store": Rule(
        ParameterKind.HOST,
        options=("-h", "--host"),
        tools=r"(psql|pg_\w+|redis-cli|valkey-cli|mysql\w*).*",
        producers=_HOST_PRINTERS,
    ),
    "host inside a command for a container": Rule(
        ParameterKind.HOST, before=r"(?:^|.*\s)(?:-h|--host)[ =]", producers=_HOST_PRINTERS
    ),
    "bootstrap servers": Rule(ParameterKind.HOST, options=("--bootstrap-server", "--broker-list")),
    "host of a URL": Rule(ParameterKind.HOST, before=r".*://(?:[\w.-]+\.)?", after=r"[:/]|$"),
    "bearer": Rule(ParameterKind.SECRET, before=r".*(?:Bearer|Basic|token|apikey) "),
    "password": Rule(
        ParameterKind.SECRET,
        options=("--password", "--master-user-password", "--secret-string", "--token", "-a"),
    ),
}


def positions(statement: Statement) -> Iterator[tuple[str, Position]]:
    """Give every parameter of a statement with where it stands. Pure."""
    for command in statement.commands:
        option = ""
        for index, word in enumerate(command.words):
            shown = word.shown
            if index and shown.startswith("-") and not shown.startswith("-<"):
                option = shown.partition("=")[0]
            text = [f"<{p.text}>" if p.kind is PartKind.PARAMETER else p.text for p in word.parts]
            for at, part in enumerate(word.parts):
                if part.kind is PartKind.PARAMETER:
                    before, after = "".join(text[:at]), "".join(text[at + 1 :])
                    if option and before.startswith(option + "="):
                        before = before[len(option) + 1 :]
                    yield part.text, Position(tool(command), option, before, after)


def tool(command: Command) -> str:
    """Name a command by what it does: `aws ecs list-tasks`; other tools by their name alone."""
    name = command.name or ""
    if name != "aws":
        return name.rpartition("/")[2]
    words = iter(w.literal or "" for w in command.words[1:])
    plain: list[str] = []
    for word in words:
        if word in {"--region", "--profile", "--output", "--endpoint-url"}:
            next(words, None)
        elif word and not word.startswith("-"):
            plain.append(word)
        if len(plain) == 2:
            break
    return " ".join(["aws", *plain])


def rule_for(position: Position) -> Rule | None:
    """Find the rule that fits a position, or None. Pure."""
    for rule in RULES.values():
        if rule.options and position.option not in rule.options:
            continue
        if rule.tools and not re.fullmatch(rule.tools, position.tool):
            continue
        if rule.before and not re.search(rf"(?:{rule.before})$", position.before):
            continue
        if rule.after and not re.match(rule.after, position.after):
            continue
        return rule
    return None
