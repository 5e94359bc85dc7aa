"""What the placeholders of the five documents are bound to, and what an operator has done before a
line: the one place where it is said. Commands are run in the lab, right before they are needed.
"""

from dataclasses import dataclass, field

Values = dict[str, str]  # a placeholder → the command that prints its value, or "=" and the value


@dataclass(frozen=True)
class Bound:
    """One document: the lab's system, its placeholders, and what is done before a line."""

    system: str
    values: Values = field(default_factory=dict)
    before: dict[int, tuple[str, ...]] = field(default_factory=dict)
    variables: dict[int, Values] = field(default_factory=dict)  # exported before a line


def _query(words: str, query: str) -> str:
    return f"aws {words} --query '{query}' --output text"


def _task(cluster: str, service: str) -> str:
    words = f"ecs list-tasks --cluster {cluster} --service-name {service}"
    return _query(words, "taskArns[0]")


def _nth_revision(family: str, nth: int) -> str:
    listed = _query(
        f"ecs list-task-definitions --family-prefix {family} --sort DESC",
        f"taskDefinitionArns[?contains(@, `/{family}:`)] | [{nth}]",
    )
    return f"{listed} | sed 's/.*://'"


def definition(family: str, file: str) -> str:
    """Write a task definition to a file, as one that is to be registered anew."""
    words = f"ecs describe-task-definition --task-definition {family}"
    return f"aws {words} --query 'taskDefinition.{_COPY}' --output json | tee {file}"


# An absent role has to stay absent, not null.
_COPY = (
    "merge({family: family, containerDefinitions: containerDefinitions, networkMode: networkMode, "
    "requiresCompatibilities: requiresCompatibilities, cpu: cpu, memory: memory}, "
    "(taskRoleArn && {taskRoleArn: taskRoleArn}) || `{}`, "
    "(executionRoleArn && {executionRoleArn: executionRoleArn}) || `{}`)"
)


def _endpoint(instance: str) -> str:
    words = f"rds describe-db-instances --db-instance-identifier {instance}"
    return _query(words, "DBInstances[0].Endpoint.Address")


def _snapshot(instance: str) -> str:
    words = f"rds describe-db-snapshots --db-instance-identifier {instance}"
    return _query(words, "DBSnapshots[0].DBSnapshotIdentifier")


def _group(name: str) -> str:
    return _query(f"elbv2 describe-target-groups --names {name}", "TargetGroups[0].TargetGroupArn")


def _balancer(name: str) -> str:
    words = f"elbv2 describe-load-balancers --names {name}"
    return _query(words, "LoadBalancers[0].LoadBalancerArn")


def _listener(balancer: str) -> str:
    words = f"elbv2 describe-listeners --load-balancer-arn $({_balancer(balancer)})"
    return _query(words, "Listeners[0].ListenerArn")


def _certificate(nth: int) -> str:
    return _query("acm list-certificates", f"CertificateSummaryList[{nth}].CertificateArn")


_ARBOR_CACHE = _query(
    "elasticache describe-replication-groups --replication-group-id arbor-production-redis",
    "ReplicationGroups[0].NodeGroups[0].PrimaryEndpoint.Address",
)

_PASSWORD = _query(
    "secretsmanager get-secret-value --secret-id sleek-coach-prod/db-password", "SecretString"
)

CONTRACTORLENS = Bound(
    "contractorlens",
    {
        "TASK_ID": _task("contractorlens", "contractorlens"),
        "DB_HOST": _endpoint("contractorlens-db"),
    },
    # Whoever takes a snapshot waits until the instance takes orders.
    before={
        248: ("aws rds wait db-instance-available --db-instance-identifier contractorlens-db",)
    },
)

ARBOR = Bound(
    "arbor",
    {
        "your-domain.com": "=your-domain.com",
        "your-org": "=your-org",
        "target-group-arn": _group("arbor-production-backend-blue"),
        "green-target-group-arn": _group("arbor-production-backend-green"),
        "rds-endpoint": _endpoint("arbor-production-db"),
        "elasticache-endpoint": _ARBOR_CACHE,
        "endpoint": _ARBOR_CACHE,
        "stream-name": _query(
            "logs describe-log-streams --log-group-name /ecs/arbor-production/backend "
            "--order-by LastEventTime --descending",
            "logStreams[0].logStreamName",
        ),
        "alb-arn": _balancer("arbor-production-alb"),
        "v1.2.3": "=v1.2.3",
        "PREVIOUS_VERSION": _nth_revision("arbor-production-backend", 1),
        "NEW_VERSION": _nth_revision("arbor-production-backend", 0),
        "listener-arn": _listener("arbor-production-alb"),
        "subnet": _query("ec2 describe-subnets", "Subnets[0].SubnetId"),
        "sg": _query(
            "ec2 describe-security-groups "
            "--filters Name=group-name,Values=arbor-production-backend",
            "SecurityGroups[0].GroupId",
        ),
        "task-arn": (
            "for status in RUNNING STOPPED; do aws ecs list-tasks "
            "--cluster arbor-production-cluster --family arbor-production-migrations "
            "--desired-status $status --query 'taskArns[]' --output text; done | grep -m 1 arn"
        ),
        "task-id": _task("arbor-production-cluster", "arbor-production-backend"),
        "admin-token": _query(
            "secretsmanager get-secret-value --secret-id arbor/production/admin-token",
            "SecretString",
        ),
        "abc123": "=abc123",
        "2025-01-27T12:00:00Z": "=2025-01-27T12:00:00Z",
        "cert-arn": _certificate(0),
    },
    before={
        240: (definition("arbor-production-backend", "new-task-def.json"),),
        # The listener was switched to a colour that could not be created; an operator mends that.
        272: (
            f"aws elbv2 modify-listener --listener-arn $({_listener('arbor-production-alb')}) "
            "--default-actions Type=forward,"
            f"TargetGroupArn=$({_group('arbor-production-backend-blue')})",
        ),
        # Whoever changes a password waits until the instance takes changes.
        483: ("aws rds wait db-instance-available --db-instance-identifier arbor-production-db",),
    },
)

SLEEK_COACH = Bound(
    "sleek-coach",
    {
        "previous-revision": _nth_revision("sleek-coach-api", 1),
        "account": _query("sts get-caller-identity", "Account"),
        "region": "=us-east-1",
        "snapshot-id": _snapshot("sleek-coach-prod"),
        "sk-new-key": "=sk-new-key-here",
        "sleek-coach-prod-rds-amazonaws-com": _endpoint("sleek-coach-prod"),
    },
    # Who deploys by hand has logged in to the registry that day.
    before={
        312: (
            "docker login --username AWS --password "
            "$(aws ecr get-authorization-token --query 'authorizationData[0].authorizationToken' "
            "--output text) $(aws sts get-caller-identity --query Account --output text)"
            ".dkr.ecr.us-east-1.amazonaws.com",
        ),
        # Whoever changes a password waits until the instance takes changes.
        422: ("aws rds wait db-instance-available --db-instance-identifier sleek-coach-prod",),
        # Where RDS refused the password, the secret has one that opens nothing: mended so. An
        # instance that was told something says so only after a moment.
        437: (
            "sleep 1; aws rds wait db-instance-available --db-instance-identifier sleek-coach-prod",
            "NEW_PASS=$(openssl rand -hex 20); aws secretsmanager put-secret-value "
            "--secret-id sleek-coach-prod/db-password --secret-string $NEW_PASS && aws rds "
            "modify-db-instance --db-instance-identifier sleek-coach-prod "
            "--master-user-password $NEW_PASS",
            "aws rds wait db-instance-available --db-instance-identifier sleek-coach-prod",
        ),
    },
    variables={552: {"PGPASSWORD": _PASSWORD}},
)

CONFLICTO = Bound(
    "conflicto",
    {
        "last-known-good": "=0.1.6",
        "task-arn": _task("conflicto-prod-cluster", "conflicto-prod-svc"),
        "lock-id": "=9db590f1-b6fe-c5f2-2678-8804f089deba",
        "revision": _nth_revision("conflicto-prod", 1),
        "snapshot-identifier": _snapshot("conflicto-prod"),
    },
    # Everything was stopped to keep the data; when that is over, an operator starts it again.
    before={
        178: (
            "aws ecs update-service --cluster conflicto-prod-cluster --service conflicto-prod-svc "
            "--desired-count 2",
            "aws ecs wait services-stable --cluster conflicto-prod-cluster "
            "--services conflicto-prod-svc",
        )
    },
)

REVENUE_CONTEXT = Bound(
    "revenue-context",
    {
        "previous_image_tag": "=2.3.6",
        "previous_tag": "=2.3.6",
        "NEW_REVISION": _nth_revision("prod-api", 0),
    },
    before={
        108: (
            "seq -f '{\"account_id\": %g}' 12 | kafka-console-producer.sh "
            "--bootstrap-server $KAFKA_BROKERS --topic signals.raw.dlq",
        ),
        # The budget was written over all the other keys; an operator mends that.
        248: (
            "aws secretsmanager put-secret-value --secret-id prod/revenue-context/config "
            '--secret-string "$(aws secretsmanager get-secret-value --version-stage AWSPREVIOUS '
            '--secret-id prod/revenue-context/config --query SecretString --output text)"',
        ),
        307: (definition("prod-api", "task-def.json"),),
        # A listener takes a certificate once it is issued.
        327: (f"aws acm wait certificate-validated --certificate-arn $({_certificate(-1)})",),
    },
    variables={
        327: {
            "LISTENER_ARN": _listener("prod-revenue-context-alb"),
            "NEW_CERT_ARN": _certificate(-1),
        }
    },
)

DOCUMENTS: dict[str, Bound] = {
    "contractorlens": CONTRACTORLENS,
    "arbor-energy": ARBOR,
    "sleek-coach": SLEEK_COACH,
    "conflicto": CONFLICTO,
    "revenue-context": REVENUE_CONTEXT,
}
