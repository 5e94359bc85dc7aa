"""The positions in commands whose meaning is known, as one table: what stands there, who prints it.

Only data. `sources` reads it; the first rule that fits wins, so the exact ones stand first.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from steadyhand.model.document.runbook import ParameterKind


class Rule(Struct, frozen=True):
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


def _by(*commands: str) -> Mapping[str, str]:
    return dict.fromkeys(commands, "")


_DATABASES = {
    "aws rds describe-db-instances": "one-endpoint",
    "aws rds describe-db-clusters": "",
}
_CACHES = _by(
    "aws elasticache describe-cache-clusters", "aws elasticache describe-replication-groups"
)
_KUBE = r"(?:kubectl|oc) "
# Flags of kubectl that have no value, so that the next word is what it works on.
_FLAGS = ("", "-f", "-i", "-t", "-it", "-ti", "--follow", "--previous", "-p", "--stdin", "--tty")
_DOCKER = r"(?:docker|podman|nerdctl|crictl) "


def _option(kind: ParameterKind, options: str, *producers: str) -> Rule:
    return Rule(kind, options=tuple(options.split()), producers=_by(*producers))


_KIND = ParameterKind
RULES: dict[str, Rule] = {
    "revision of a task definition that is only looked at": Rule(
        _KIND.REVISION,
        options=("--task-definition",),
        tools=r"aws ecs describe-task-definition",
        before=r"[\w-]+:",
        producers={
            "aws ecs describe-services": "revision-in-service",
            "aws ecs describe-tasks": "",
            "aws ecs list-task-definitions": "",
            "aws ecs register-task-definition": "registered-revision",
        },
    ),
    "revision of a task definition": Rule(
        _KIND.REVISION,
        options=("--task-definition",),
        tools=r"aws ecs .*",
        before=r"[\w-]+:",
        producers={
            "aws ecs list-task-definitions": "previous-revision",
            "aws ecs register-task-definition": "registered-revision",
        },
    ),
    "region": Rule(_KIND.REGION, before=r"\.ecr\.|arn:aws[\w-]*:[\w-]+:", configured=True),
    "region, as an option": Rule(
        _KIND.REGION, options=("--region", "--source-region", "--location"), configured=True
    ),
    "account of a registry": Rule(_KIND.ACCOUNT, after=r"\.dkr\.ecr\.", configured=True),
    "account of an ARN": Rule(
        _KIND.ACCOUNT, before=r"arn:aws[\w-]*:[\w-]+:[^:]*:", configured=True
    ),
    "snapshot": _option(
        _KIND.IDENTIFIER,
        "--db-snapshot-identifier --snapshot-identifier",
        "aws rds describe-db-snapshots",
    ),
    "snapshot of a cluster": _option(
        _KIND.IDENTIFIER,
        "--db-cluster-snapshot-identifier",
        "aws rds describe-db-cluster-snapshots",
    ),
    "snapshot of a cache": _option(
        _KIND.IDENTIFIER, "--snapshot-name", "aws elasticache describe-snapshots"
    ),
    "task": Rule(
        _KIND.ARN,
        options=("--task", "--tasks"),
        producers={"aws ecs list-tasks": "", "aws ecs run-task": "started-task"},
    ),
    "target group": _option(
        _KIND.ARN, "--target-group-arn --target-group-arns", "aws elbv2 describe-target-groups"
    ),
    "target group of a listener": Rule(
        _KIND.ARN, before=r"TargetGroupArn=", producers=_by("aws elbv2 describe-target-groups")
    ),
    "load balancer": _option(
        _KIND.ARN, "--load-balancer-arn --load-balancer-arns", "aws elbv2 describe-load-balancers"
    ),
    "load balancer of a metric": Rule(
        _KIND.ARN,
        before=r"Name=LoadBalancer,Value=",
        producers=_by("aws elbv2 describe-load-balancers"),
    ),
    "listener": _option(
        _KIND.ARN, "--listener-arn --listener-arns", "aws elbv2 describe-listeners"
    ),
    "certificate": _option(
        _KIND.ARN,
        "--certificate-arn",
        "aws acm request-certificate",
        "aws acm list-certificates",
    ),
    "certificate of a listener": Rule(
        _KIND.ARN,
        before=r"CertificateArn=",
        producers=_by("aws acm request-certificate", "aws acm list-certificates"),
    ),
    "log stream": _option(
        _KIND.IDENTIFIER,
        "--log-stream-name --log-stream-names",
        "aws logs describe-log-streams",
    ),
    "query of logs": _option(_KIND.IDENTIFIER, "--query-id", "aws logs start-query"),
    "instance": _option(
        _KIND.IDENTIFIER, "--instance-id --instance-ids", "aws ec2 describe-instances"
    ),
    "security group": _option(
        _KIND.IDENTIFIER,
        "--group-id --group-ids --security-group-ids --vpc-security-group-ids",
        "aws ec2 describe-security-groups",
    ),
    "security group, in a list": Rule(
        _KIND.IDENTIFIER,
        before=r"securityGroups=\[(?:[^\]]*,)?",
        producers=_by("aws ec2 describe-security-groups"),
    ),
    "subnet": _option(
        _KIND.IDENTIFIER, "--subnet-id --subnet-ids --subnets", "aws ec2 describe-subnets"
    ),
    "subnet, in a list": Rule(
        _KIND.IDENTIFIER,
        before=r"subnets=\[(?:[^\]]*,)?",
        producers=_by("aws ec2 describe-subnets"),
    ),
    "volume": _option(_KIND.IDENTIFIER, "--volume-id --volume-ids", "aws ec2 describe-volumes"),
    "snapshot of a volume": _option(
        _KIND.IDENTIFIER, "--snapshot-id --snapshot-ids", "aws ec2 describe-snapshots"
    ),
    "command of a machine": _option(_KIND.IDENTIFIER, "--command-id", "aws ssm send-command"),
    "distribution": _option(
        _KIND.IDENTIFIER, "--distribution-id", "aws cloudfront list-distributions"
    ),
    "hosted zone": _option(_KIND.IDENTIFIER, "--hosted-zone-id", "aws route53 list-hosted-zones"),
    "execution": _option(_KIND.ARN, "--execution-arn", "aws stepfunctions list-executions"),
    "queue": _option(_KIND.URL, "--queue-url", "aws sqs get-queue-url", "aws sqs list-queues"),
    "topic": _option(_KIND.ARN, "--topic-arn", "aws sns list-topics"),
    "stack": _option(_KIND.IDENTIFIER, "--stack-name", "aws cloudformation list-stacks"),
    "function": _option(_KIND.IDENTIFIER, "--function-name", "aws lambda list-functions"),
    # Kubernetes
    "pod": Rule(
        _KIND.IDENTIFIER,
        options=_FLAGS,
        tools=_KUBE + r"(?:logs|exec|attach|port-forward|cp|(?:get|describe|delete) pods)",
        before=r"^(?:pods?/)?",
        producers=_by("kubectl get pods", "oc get pods"),
    ),
    "pod, by its kind": Rule(
        _KIND.IDENTIFIER, before=r"(?:^|\s)pods?/", producers=_by("kubectl get pods")
    ),
    "node": Rule(
        _KIND.IDENTIFIER,
        options=_FLAGS,
        tools=_KUBE + r"(?:drain|cordon|uncordon|(?:get|describe|delete) nodes)",
        producers=_by("kubectl get nodes", "oc get nodes"),
    ),
    "deployment": Rule(
        _KIND.IDENTIFIER,
        before=r"(?:^|\s)(?:deployments?|deploy)/",
        producers=_by("kubectl get deployments"),
    ),
    "deployment, as a word": Rule(
        _KIND.IDENTIFIER,
        options=_FLAGS,
        tools=_KUBE + r"(?:get|describe|delete|scale|edit) deployments",
        producers=_by("kubectl get deployments"),
    ),
    "revision of a deployment": Rule(
        _KIND.REVISION,
        options=("--to-revision",),
        producers=_by("kubectl rollout history", "oc rollout history"),
    ),
    "namespace": Rule(
        _KIND.IDENTIFIER,
        options=("-n", "--namespace"),
        tools=r"(?:kubectl|oc|helm|argocd)\b.*",
        producers=_by("kubectl get namespaces"),
    ),
    "release": Rule(
        _KIND.IDENTIFIER,
        options=("",),
        tools=r"helm (?:rollback|history|status|upgrade|uninstall|get)",
        producers=_by("helm list", "helm ls"),
    ),
    # containers, processes, machines
    "container": Rule(
        _KIND.IDENTIFIER,
        options=_FLAGS,
        tools=_DOCKER + r"(?:logs|exec|stop|start|restart|kill|rm|inspect|attach|top|port|cp)",
        producers=_by("docker ps", "podman ps", "nerdctl ps", "crictl ps", "docker container"),
    ),
    "process": Rule(
        _KIND.NUMBER,
        tools=r"kill|renice|strace|lsof|gdb|jstack|jmap|py-spy",
        options=("", "-p", "--pid", "-9", "-15", "-TERM", "-KILL", "-HUP"),
        producers=_by("ps", "pgrep", "lsof", "ss", "netstat", "pidof", "fuser", "top", "jps"),
    ),
    "unit": Rule(
        _KIND.IDENTIFIER,
        options=("", "-u", "--unit"),
        tools=r"journalctl|systemctl (?:status|start|stop|restart|reload|enable|disable|cat|show)",
        producers=_by("systemctl list-units", "systemctl list-unit-files", "systemctl --failed"),
    ),
    "device": Rule(
        _KIND.PATH,
        options=("",),
        tools=r"mount|umount|fsck|mkfs\S*|e2fsck|xfs_\w+|resize2fs|smartctl|fdisk|parted|growpart",
        producers=_by("lsblk", "blkid", "fdisk", "df"),
    ),
    # delivery
    "run of a workflow": Rule(
        _KIND.IDENTIFIER,
        options=_FLAGS,
        tools=r"gh run (?:view|rerun|watch|cancel|download)",
        producers=_by("gh run list"),
    ),
    "commit": Rule(
        _KIND.IDENTIFIER,
        options=("", "-m", "-b"),
        tools=r"git (?:revert|reset|cherry-pick|checkout|show)",
        producers=_by("git log", "git rev-parse", "git tag", "git reflog"),
    ),
    "lock": Rule(
        _KIND.IDENTIFIER,
        options=("", "-force"),
        tools=r"terraform force-unlock",
        producers=_by("terraform plan", "terraform apply"),
    ),
    # data stores and addresses
    "host of a database": Rule(
        _KIND.HOST,
        options=("-h", "--host"),
        tools=r"psql|pg_\w+|createdb|dropdb|mysql\w*|mariadb\S*",
        producers=_DATABASES,
    ),
    "host of a cache": Rule(
        _KIND.HOST, options=("-h",), tools=r"redis-cli|valkey-cli", producers=_CACHES
    ),
    "host of a database, inside a command for a container": Rule(
        _KIND.HOST,
        before=r"(?:^|.*[\s/])(?:psql|pg_\w+|mysql\w*)\s(?:.*\s)?(?:-h|--host)[ =]",
        producers=_DATABASES,
    ),
    "host of a cache, inside a command for a container": Rule(
        _KIND.HOST,
        before=r"(?:^|.*[\s/])(?:redis|valkey)-cli\s(?:.*\s)?-h ",
        producers=_CACHES,
    ),
    "host inside a command for a container": Rule(
        _KIND.HOST, before=r"(?:^|.*\s)(?:-h|--host)[ =]"
    ),
    "bootstrap servers": Rule(_KIND.HOST, options=("--bootstrap-server", "--broker-list")),
    "machine to log in to": Rule(_KIND.HOST, tools=r"ssh|sftp|ping|telnet|nc", before=r"\S+@"),
    "host of a URL": Rule(_KIND.HOST, before=r".*://(?:[\w.-]+\.)?", after=r"[:/]|$"),
    "bearer": Rule(_KIND.SECRET, before=r".*(?:Bearer|Basic|token|apikey) "),
    "password": Rule(
        _KIND.SECRET,
        options=("--password", "--master-user-password", "--secret-string", "--token"),
    ),
    "password of a cache": Rule(
        _KIND.SECRET, options=("-a", "--pass"), tools=r"(?:redis|valkey)-cli"
    ),
    "password of a cache, inside a command for a container": Rule(
        _KIND.SECRET, before=r"(?:^|.*[\s/])(?:redis|valkey)-cli\s(?:.*\s)?(?:-a|--pass) ?"
    ),
    "time": Rule(
        _KIND.DATE,
        options=("--start-time", "--end-time", "--restore-time", "--since-time", "--until"),
    ),
    "count": Rule(
        _KIND.NUMBER,
        options=("--desired-count", "--replicas", "--max-items", "--limit", "--tail", "--port"),
    ),
}
