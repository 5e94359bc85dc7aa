"""Where a parameter stands in, what it is and where its value comes from out.

By position, not by name: what stands in `--task-definition FAMILY:<anything>` is a revision. `RULES`
is the whole table; the first that fits wins.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from steadyhand.compile.shell import Found
from steadyhand.compile.shell.placeholders import Form
from steadyhand.model.runbook import Parameter, ParameterKind, Source, SourceKind, Step
from steadyhand.model.shell import Command, PartKind, Statement
from steadyhand.model.span import Span


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
_SECRET_WORDS = frozenset(
    "key apikey token password passwd pass pwd secret credential credentials webhook dsn".split()
)
_CREDENTIALED_URL = re.compile(
    r"(database|db|postgres|pg|redis|mongo|mysql|amqp|broker)_url$", re.I
)


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


@dataclass(frozen=True)
class Use:
    """A placeholder as one step uses it; `step` is an index into the procedure's steps."""

    found: Found
    span: Span
    step: int
    position: Position | None = None


def parameter(procedure: str, uses: Sequence[Use], steps: Sequence[Step]) -> Parameter:
    """Make one parameter of all its uses in a procedure. Pure."""
    first = uses[0]
    placed = [use for use in uses if use.position is not None]
    ruled = [
        (use, rule)
        for use in placed
        if use.position is not None and (rule := rule_for(use.position)) is not None
    ]
    use, rule = ruled[0] if ruled else (first, None)
    name = first.found.name
    secret = _is_secret(name) or (rule is not None and rule.kind is ParameterKind.SECRET)
    return Parameter(
        name=name,
        spelling=first.found.spelling,
        kind=ParameterKind.SECRET if secret else _kind(name, rule),
        source=_source(use, rule, steps),
        spans=tuple(dict.fromkeys(u.span for u in uses)),
        procedure=procedure,
        secret=secret,
        default=next((u.found.default for u in uses if u.found.default is not None), None),
    )


def _is_secret(name: str) -> bool:
    parts = set(re.split(r"[^a-z0-9]+", name.lower()))
    return bool(parts & _SECRET_WORDS) or _CREDENTIALED_URL.search(name) is not None


def _kind(name: str, rule: Rule | None) -> ParameterKind:
    if rule is not None:
        return rule.kind
    last = re.split(r"[^a-z0-9]+", name.lower())[-1]
    if last in {"arn", "arns"}:
        return ParameterKind.ARN
    if last in {"host", "hostname", "endpoint", "domain", "com", "org", "net", "io", "url"}:
        return ParameterKind.HOST
    if last in {"id", "identifier", "name", "tag", "version", "stream"}:
        return ParameterKind.IDENTIFIER
    return ParameterKind.TEXT


def _source(use: Use, rule: Rule | None, steps: Sequence[Step]) -> Source:
    if use.found.form is Form.STUB and use.found.name.startswith("your"):
        return Source(SourceKind.CONFIGURATION)
    if rule is not None and rule.configured:
        return Source(SourceKind.CONFIGURATION)
    produced = _producer(use, rule, steps) if rule is not None else None
    if use.found.form is Form.VARIABLE:
        return Source(SourceKind.ENVIRONMENT, produced.step if produced else "")
    return produced or Source(SourceKind.PERSON)


def _producer(use: Use, rule: Rule, steps: Sequence[Step]) -> Source | None:
    """Find the nearest earlier step that prints the value."""
    family = use.position.before.removesuffix(":") if use.position is not None else ""
    for step in reversed(steps[: use.step]):
        for command in step.commands:
            extraction = rule.producers.get(tool(command))
            if extraction is None:
                continue
            if rule.kind is not ParameterKind.REVISION:
                return Source(SourceKind.STEP, step.id, extraction, "")
            listed = _option_value(command, "--family-prefix", "--family")
            if listed in {"", family}:
                return Source(SourceKind.STEP, step.id, extraction, family)
    return None


def _option_value(command: Command, *names: str) -> str:
    words = [w.literal or "" for w in command.words]
    for at, word in enumerate(words):
        if word in names and at + 1 < len(words):
            return words[at + 1]
        for name in names:
            if word.startswith(name + "="):
                return word[len(name) + 1 :]
    return ""
