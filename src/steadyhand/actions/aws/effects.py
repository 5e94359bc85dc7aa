"""An `aws` command in, its effect and the reason out: a table first, then what its verb says.

A service or an operation that neither knows counts as the worst. Which option values make a command
worse than its name stands in `_by_options`.
"""

from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.actions.words import Argv, change, destroy, read, unknown
from steadyhand.model.effect import Classified, Effect

READ, CHANGE, DESTROY = Effect.READ, Effect.CHANGE, Effect.DESTROY

# Effect and what it does, in words. Operations whose verb says enough are not listed.
OPERATIONS: dict[tuple[str, str], tuple[Effect, str]] = {
    ("cloudwatch", "set-alarm-state"): (CHANGE, "sets an alarm's state until it is evaluated"),
    ("cloudwatch", "disable-alarm-actions"): (CHANGE, "silences an alarm"),
    ("ecr", "get-login-password"): (READ, "prints a password"),
    ("ecr", "batch-delete-image"): (DESTROY, "deletes images"),
    ("ecs", "create-service"): (CHANGE, "creates a service and starts its tasks"),
    ("ecs", "delete-service"): (DESTROY, "deletes a service"),
    ("ecs", "deregister-task-definition"): (DESTROY, "retires a task definition"),
    ("ecs", "execute-command"): (DESTROY, "runs a program inside a task"),
    ("ecs", "register-task-definition"): (CHANGE, "adds a revision of a task definition"),
    ("ecs", "run-task"): (CHANGE, "starts a task"),
    ("ecs", "stop-task"): (DESTROY, "stops a running task"),
    ("ecs", "update-service"): (CHANGE, "changes a service"),
    ("elasticache", "modify-replication-group"): (CHANGE, "changes a cache cluster"),
    ("elasticache", "reboot-cache-cluster"): (DESTROY, "restarts cache nodes and loses their data"),
    ("elasticache", "test-failover"): (DESTROY, "fails a cache cluster over"),
    ("elbv2", "deregister-targets"): (DESTROY, "takes targets out of the load balancer"),
    ("elbv2", "modify-listener"): (CHANGE, "changes where a load balancer sends its traffic"),
    ("kms", "decrypt"): (READ, "prints what was encrypted"),
    ("kms", "generate-data-key"): (READ, "prints a new key"),
    ("lambda", "invoke"): (DESTROY, "runs a function whose effect nobody here knows"),
    ("logs", "create-export-task"): (CHANGE, "writes log events into a bucket"),
    ("logs", "start-query"): (READ, "reads log events"),
    ("logs", "stop-query"): (READ, "ends a query"),
    ("logs", "tail"): (READ, "reads log events"),
    ("logs", "test-metric-filter"): (READ, "reads nothing but its own arguments"),
    ("rds", "create-db-snapshot"): (CHANGE, "makes a snapshot of a database"),
    ("rds", "delete-db-instance"): (DESTROY, "deletes a database"),
    ("rds", "failover-db-cluster"): (DESTROY, "fails a database over; connections are cut"),
    ("rds", "generate-db-auth-token"): (READ, "prints a password"),
    ("rds", "modify-db-instance"): (CHANGE, "changes a database instance"),
    ("rds", "promote-read-replica"): (CHANGE, "makes a replica a database of its own, for good"),
    ("rds", "reboot-db-instance"): (DESTROY, "restarts a database; connections are cut"),
    ("rds", "restore-db-instance-from-db-snapshot"): (CHANGE, "makes a database from a snapshot"),
    ("rds", "restore-db-instance-to-point-in-time"): (CHANGE, "makes a database as it once was"),
    ("rds", "stop-db-instance"): (DESTROY, "stops a database"),
    ("s3", "ls"): (READ, "lists a bucket"),
    ("s3", "mb"): (CHANGE, "makes a bucket"),
    ("s3", "mv"): (DESTROY, "removes objects from where they were"),
    ("s3", "presign"): (READ, "makes a URL that gives access to an object"),
    ("s3", "rb"): (DESTROY, "deletes a bucket"),
    ("s3", "rm"): (DESTROY, "deletes objects"),
    ("secretsmanager", "delete-secret"): (DESTROY, "deletes a secret"),
    ("secretsmanager", "put-secret-value"): (CHANGE, "gives a secret a new value"),
    ("secretsmanager", "rotate-secret"): (CHANGE, "gives a secret a new value"),
    ("secretsmanager", "update-secret"): (CHANGE, "changes a secret"),
    ("sns", "publish"): (CHANGE, "sends a message"),
    ("sqs", "purge-queue"): (DESTROY, "deletes every message of a queue"),
    ("sqs", "receive-message"): (CHANGE, "hides the messages that it reads from others"),
    ("sqs", "send-message"): (CHANGE, "sends a message"),
    ("ssm", "put-parameter"): (CHANGE, "sets a parameter"),
    ("ssm", "send-command"): (DESTROY, "runs a program on machines"),
    ("ssm", "start-session"): (DESTROY, "opens a shell on a machine"),
    ("ssm", "start-automation-execution"): (DESTROY, "runs an automation"),
    ("sts", "assume-role"): (DESTROY, "takes on rights that nobody here has judged"),
    ("sts", "assume-role-with-web-identity"): (DESTROY, "takes on rights nobody here has judged"),
    ("sts", "get-caller-identity"): (READ, "says which account this is"),
}

# Reads that print something which opens doors: it stands behind a token from the start.
SECRET_OUTPUT = frozenset(
    {
        ("codeartifact", "get-authorization-token"),
        ("ec2", "get-password-data"),
        ("ecr", "get-authorization-token"),
        ("ecr", "get-login"),
        ("ecr", "get-login-password"),
        ("eks", "get-token"),
        ("iam", "create-access-key"),
        ("kms", "decrypt"),
        ("kms", "generate-data-key"),
        ("rds", "generate-db-auth-token"),
        ("redshift", "get-cluster-credentials"),
        ("secretsmanager", "batch-get-secret-value"),
        ("secretsmanager", "get-random-password"),
        ("secretsmanager", "get-secret-value"),
        ("sts", "assume-role"),
        ("sts", "assume-role-with-web-identity"),
        ("sts", "get-federation-token"),
        ("sts", "get-session-token"),
    }
)

# The verb an operation's name begins with. https://docs.aws.amazon.com/service-authorization/
VERBS: dict[str, Effect] = {
    **dict.fromkeys(
        "describe list get filter head lookup search query scan batch-get select view estimate "
        "check validate preview simulate help".split(),
        READ,
    ),
    **dict.fromkeys(
        "create put update modify register run tag untag start promote restore copy add enable "
        "attach associate set change complete continue resume request retry rotate apply import "
        "increase publish send upload allocate accept subscribe redrive export monitor".split(),
        CHANGE,
    ),
    **dict.fromkeys(
        "delete stop terminate reboot purge deregister remove detach disassociate disable cancel "
        "failover reset revoke release abort rebuild reject suspend decrease unsubscribe switch "
        "switchover batch-delete schedule flush restart".split(),
        DESTROY,
    ),
}

# Services for which a verb means what it says. Every other one is unknown.
SERVICES = frozenset(
    "acm apigateway apigatewayv2 application-autoscaling appconfig athena autoscaling backup batch "
    "budgets ce cloudformation cloudfront cloudtrail cloudwatch codeartifact codebuild codedeploy "
    "codepipeline cognito-idp config dms docdb dynamodb ec2 ecr ecs efs eks elasticache "
    "elasticbeanstalk elb elbv2 es events firehose glue guardduty health iam kafka kinesis kms "
    "lambda logs memorydb mq neptune opensearch rds redshift resourcegroupstaggingapi route53 "
    "s3api scheduler secretsmanager servicediscovery ses sesv2 sns sqs ssm stepfunctions sts "
    "synthetics wafv2 xray".split()
)


def classify_aws(argv: Argv) -> Classified:
    """Classify an `aws` argv; holes are allowed. Pure."""
    command = parse_aws(argv)
    if not command.service:
        return read("aws prints its version or help") if len(argv) > 1 else unknown(argv)
    if command.service == "configure":
        return _configure(command)
    if command.operation == "help" or "help" in command.rest[:1]:
        return read(f"{command.name} prints help")
    if command.operation == "wait" and command.service in SERVICES:
        return read(f"aws {command.service} wait looks until something is so")
    if command.service == "s3" and command.operation in {"cp", "sync"}:
        return _copying(command)
    if (worse := _by_options(command)) is not None:
        return worse
    key = (command.service, command.operation)
    found = OPERATIONS.get(key) or _by_verb(command)
    if found is None:
        return unknown((*argv[:1], command.service, command.operation))
    effect, does = found
    return Classified(
        effect,
        f"{command.name} {does}",
        endless=command.has("--follow") or key == ("logs", "start-live-tail"),
        interactive=key == ("ssm", "start-session"),
        repeatable=effect is READ or _repeatable(command),
        secret_output=_prints_secret(command),
    )


def _by_verb(command: AwsCommand) -> tuple[Effect, str] | None:
    if command.service not in SERVICES:
        return None
    parts = command.operation.split("-")
    for verb in ("-".join(parts[:2]), parts[0]):
        if (effect := VERBS.get(verb)) is not None:
            what = " ".join(parts[len(verb.split("-")) :])
            match effect:
                case Effect.READ:
                    return effect, f"reads {what}".strip()
                case Effect.CHANGE:
                    return effect, f"changes something: {verb} {what}".strip()
                case Effect.DESTROY:
                    return effect, f"ends or removes something: {verb} {what}".strip()
    return None


def _by_options(command: AwsCommand) -> Classified | None:
    """Find what makes a command worse than its name."""
    name = command.name
    match command.service, command.operation:
        case "ecs", "update-service":
            count = command.get("--desired-count")
            if count is not None and count.strip().lstrip("+-0") == "":
                return destroy(f"{name} --desired-count 0 stops every task of the service")
        case "rds", "modify-db-instance":
            if command.has("--new-db-instance-identifier"):
                return destroy(f"{name} renames a database; its address changes")
        case "autoscaling", "update-auto-scaling-group" | "set-desired-capacity":
            sizes = (command.get("--desired-capacity"), command.get("--max-size"))
            if "0" in sizes:
                return destroy(f"{name} to 0 ends every machine of the group")
        case "elasticache", "modify-replication-group":
            if command.has("--primary-cluster-id"):
                return destroy(f"{name} --primary-cluster-id fails a cache cluster over")
    if command.has("--force") and not command.operation.startswith(("describe", "list", "get")):
        does = OPERATIONS.get((command.service, command.operation), (DESTROY, "does it"))[1]
        return destroy(f"{name} --force {does}, whatever stands in the way")
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
        case "ssm", "put-parameter":
            return command.has("--overwrite")
        case _:
            return command.operation.startswith(("tag-", "untag-"))


def _prints_secret(command: AwsCommand) -> bool:
    if command.service == "ssm" and command.operation.startswith("get-parameter"):
        return command.has("--with-decryption")
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
        return destroy(f"{command.name} --delete removes what the source does not have")
    plain = [w for w in command.rest if not w.startswith("-") or w == "-"]
    target = plain[1] if len(plain) > 1 else ""
    if places and not target.startswith("s3://") and plain[:1] and plain[0].startswith("s3://"):
        return read(f"{command.name} reads objects of a bucket")
    return change(f"{command.name} writes objects into a bucket")
