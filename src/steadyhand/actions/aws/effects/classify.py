"""An `aws` command in, its effect, aspects and the reason out.

Reviewed rows first (`operations.py`), then what its verb and AWS's access level say (`verbs.py`). A
service or an operation that neither knows counts as the worst. Which option values make a command
worse than its name stands in `_by_options`.
"""

from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.actions.aws.effects.levels import Operations, operations
from steadyhand.actions.aws.effects.operations import (
    ASPECTS,
    DESTROY,
    NOT_WRITES,
    OPERATIONS,
    READ,
    SECRET_OUTPUT,
)
from steadyhand.actions.aws.effects.verbs import aspects_by_verb, by_verb
from steadyhand.actions.local.files import outside, written
from steadyhand.actions.words import Argv, change, destroy, read, unknown
from steadyhand.model.effect import Aspect, Aspects, Classified, Effect, in_order


def classify_aws(argv: Argv) -> Classified:
    """Classify an `aws` argv; holes are allowed. Pure."""
    command = parse_aws(argv)
    if not command.service:
        return read("aws prints its version or help") if len(argv) > 1 else unknown(argv)
    if command.service == "configure":
        return _configure(command)
    if command.operation == "help" or "help" in command.rest[:1]:
        return read(f"{command.name} prints help")
    if command.operation == "wait" and operations(command.service) is not None:
        return read(f"aws {command.service} wait looks until something is so")
    if command.service == "s3" and command.operation in {"cp", "sync"}:
        return _copying(command)
    if (worse := _by_options(command)) is not None:
        return worse
    key = (command.service, command.operation)
    found = OPERATIONS.get(key) or _by_name(command)
    if found is None:
        return unknown((*argv[:1], command.service, command.operation))
    effect, does = found
    return Classified(
        effect,
        f"{command.name} {does}",
        endless=command.has("--follow") or key == ("logs", "start-live-tail"),
        interactive=key in _TERMINALS,
        repeatable=effect is READ or _repeatable(command),
        secret_output=_prints_secret(command),
        aspects=_aspects(command, effect),
    )


_TERMINALS = frozenset({("ssm", "start-session"), ("ec2-instance-connect", "ssh")})


def _by_name(command: AwsCommand) -> tuple[Effect, str] | None:
    known = operations(command.service)
    level = known.levels.get(command.operation) if known is not None else None
    if level is None:
        return None
    if (looks := NOT_WRITES.get((command.service, command.operation))) is not None:
        return READ, looks
    return by_verb(command.operation, level)


def _aspects(command: AwsCommand, effect: Effect) -> Aspects:
    known = operations(command.service) or Operations({}, frozenset())
    listed = ASPECTS.get((command.service, command.operation))
    said = aspects_by_verb(command.operation, effect, known.levels) if listed is None else listed
    exposes = (Aspect.EXPOSES_SECRET,) if command.operation in known.exposing else ()
    return in_order((*said, *exposes, *_by_choice(command)))


def _by_choice(command: AwsCommand) -> Aspects:
    """Give the aspects that an option's value brings."""
    match command.service, command.operation:
        case "ecs", "update-service" if command.has("--desired-count"):
            return (Aspect.COSTS_MONEY,)
        case "secretsmanager", "delete-secret" if command.has("--force-delete-without-recovery"):
            return (Aspect.DESTRUCTIVE,)
        case "rds", "modify-db-instance" if command.has("--master-user-password"):
            return (Aspect.DISRUPTIVE,)
        case _:
            return ()


_BACK, _FELT = Aspect.REVERSIBLE, Aspect.DISRUPTIVE


def _by_options(command: AwsCommand) -> Classified | None:
    """Find what makes a command worse than its name."""
    name = command.name
    match command.service, command.operation:
        case "ecs", "update-service":
            count = command.get("--desired-count")
            if count is not None and count.strip().lstrip("+-0") == "":
                does = f"{name} --desired-count 0 stops every task of the service"
                return destroy(does, _BACK, _FELT)
        case "rds", "modify-db-instance":
            if command.has("--new-db-instance-identifier"):
                return destroy(f"{name} renames a database; its address changes", _FELT)
        case "autoscaling", "update-auto-scaling-group" | "set-desired-capacity":
            sizes = (command.get("--desired-capacity"), command.get("--max-size"))
            if "0" in sizes:
                return destroy(f"{name} to 0 ends every machine of the group", _FELT)
        case "s3api", "get-object":
            names = [word for word in command.rest if outside(word)]
            if names:
                return written(name, "writes what it fetches", names)
        case "elasticache", "modify-replication-group":
            if command.has("--primary-cluster-id"):
                return destroy(f"{name} --primary-cluster-id fails a cache cluster over", _FELT)
    if command.has("--force") and not command.operation.startswith(("describe", "list", "get")):
        does = OPERATIONS.get((command.service, command.operation), (DESTROY, "does it"))[1]
        aspects = _aspects(command, DESTROY)
        return destroy(f"{name} --force {does}, whatever stands in the way", *aspects)
    if command.has("--cli-input-json") and command.operation == "update-service":
        return destroy(f"{name} takes what it does from a file that nobody here reads")
    return None


def _repeatable(command: AwsCommand) -> bool:
    """Say which changes, done twice, leave what doing them once leaves."""
    match command.service, command.operation:
        case "ecs", "update-service":
            return not command.has("--force-new-deployment")
        case "rds", "modify-db-instance" | "modify-db-parameter-group":
            return True
        case "elbv2", "modify-listener" | "modify-target-group":
            return True
        case _:
            return command.operation.startswith(("tag-", "untag-"))


def _prints_secret(command: AwsCommand) -> bool:
    if command.service == "ssm" and command.operation.startswith("get-parameter"):
        return command.has("--with-decryption")
    if command.service == "apigateway" and command.operation.startswith("get-api-key"):
        return command.has("--include-value") or command.has("--include-values")
    return (command.service, command.operation) in SECRET_OUTPUT


def _configure(command: AwsCommand) -> Classified:
    match command.operation:
        case "list" | "list-profiles":
            return read(f"{command.name} shows which settings are in force")
        case "get" | "export-credentials":
            return read(f"{command.name} prints a setting", secret_output=True)
        case "set" | "add-model":
            return change(f"{command.name} changes the settings of the AWS CLI")
        case "":
            return destroy("aws configure asks for credentials", interactive=True)
        case _:
            return unknown(command.argv[:3])


def _copying(command: AwsCommand) -> Classified:
    places = [w for w in command.rest if w.startswith("s3://") or w in {"-", "."} or "/" in w]
    if command.has("--delete"):
        does = f"{command.name} --delete removes what the source does not have"
        return destroy(does, Aspect.DESTRUCTIVE)
    plain = [w for w in command.rest if not w.startswith("-") or w == "-"]
    target = plain[1] if len(plain) > 1 else ""
    if places and not target.startswith("s3://") and plain[:1] and plain[0].startswith("s3://"):
        if outside(target):
            return written(command.name, "writes what it fetches", [target])
        return read(f"{command.name} reads objects of a bucket")
    return change(f"{command.name} writes objects into a bucket")
