"""An argv in; whether it changes what runs without waiting for it, and whether it looks, out.

By program and sub-command; what is not listed neither changes nor looks. Knows no document.
"""

import re

from steadyhand.actions import classify_argv
from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.words import HOLE, Argv, flag, option
from steadyhand.lint.changes.calls import plain_words, program
from steadyhand.model.document.shell import HARMLESS_BUILTINS
from steadyhand.model.effect import Effect

# Operations that answer at once and take effect later, on something that people use.
# https://docs.aws.amazon.com/cli/latest/reference/
_AWS = {
    "apigateway": "create-deployment",
    "autoscaling": "set-desired-capacity update-auto-scaling-group start-instance-refresh",
    "cloudformation": "create-stack update-stack execute-change-set",
    "codedeploy": "create-deployment",
    "docdb": "modify-db-cluster modify-db-instance failover-db-cluster reboot-db-instance",
    "ec2": "modify-volume reboot-instances start-instances",
    "ecs": "update-service create-service stop-task",
    "eks": "update-nodegroup-version update-nodegroup-config update-cluster-version update-addon",
    "elasticache": "modify-replication-group modify-cache-cluster reboot-cache-cluster "
    "test-failover increase-replica-count decrease-replica-count",
    "elbv2": "modify-listener modify-rule modify-target-group register-targets deregister-targets",
    "kafka": "update-broker-count update-broker-storage update-broker-type reboot-broker",
    "lambda": "update-function-code update-function-configuration",
    "neptune": "modify-db-cluster modify-db-instance failover-db-cluster reboot-db-instance",
    "rds": "modify-db-instance modify-db-cluster reboot-db-instance failover-db-cluster "
    "promote-read-replica restore-db-instance-from-db-snapshot restore-db-instance-from-s3 "
    "restore-db-instance-to-point-in-time restore-db-cluster-from-snapshot "
    "restore-db-cluster-to-point-in-time start-db-instance start-db-cluster "
    "modify-db-parameter-group modify-db-cluster-parameter-group switchover-blue-green-deployment",
    "route53": "change-resource-record-sets",
    "secretsmanager": "rotate-secret",
}
_AWS_CHANGES = {(service, name) for service, names in _AWS.items() for name in names.split()}
# https://kubernetes.io/docs/reference/kubectl/ · https://docs.docker.com/reference/cli/docker/
_CHANGES = {
    "kubectl": r"apply|set|scale|patch|replace|edit|autoscale|"
    r"rollout (?:restart|undo|resume)|delete (?:pods?|po)\b",
    "helm": r"upgrade|rollback",
    "docker": r"(?:container )?restart|stack deploy|compose (?:up|restart)",
    "docker-compose": r"up|restart",
    "systemctl": r"(?:try-)?(?:reload-or-)?restart|start",
    "gh": r"workflow run \S*(?:deploy|roll-?back|releas|promot|prod)\S*",
}
_CHANGES["oc"], _CHANGES["podman"] = _CHANGES["kubectl"], _CHANGES["docker"]
# Options with which a command waits until the change is through, or makes none.
_WAITS = ("--wait", "--atomic", "--dry-run", "--dryrun", "--help", "--watch")
_LOOKING = re.compile(
    r"^(?:-{0,2})(?:status|is-active|is-failed|list|show|get|describe|info|logs?|health\w*|checks?|"
    r"ps|top|verify|tests?|ping|wait|watch|inspect|events|history|endpoint|members|"
    r"rollout-status|explain|head|diff|validate|smoke\w*|ready\w*|stat)(?:$|[-_/.:])|"
    r"(?:^|[-_/.])(?:check|verify|smoke|health\w*|status|validate|tests?|wait|monitor)(?:$|[-_./])",
    re.IGNORECASE,
)
_LOOKERS = frozenset(
    "journalctl ss netstat lsof pgrep pidof nc ncat netcat telnet wget http https httpie dmesg "
    "mtr traceroute tracepath iostat vmstat mpstat sar nvidia-smi k9s stern htop atop glances "
    "pg_isready promtool amtool hey ab wrk k6 vegeta grpcurl kcat kafkacat tcpdump "
    "openssl".split()
)
# Reads that look at nothing but the operator's own machine and words.
_OWN = HARMLESS_BUILTINS | frozenset(
    "sleep date jq yq cut head wc uniq tr sort nl paste base64 basename dirname mktemp seq expr "
    "xxd od tee sed awk grep envsubst uuidgen ls clear git kill".split()
)


def changes_what_runs(argv: Argv) -> bool:
    """Tell whether an argv changes something people use, and returns before that is through."""
    name = program(argv)
    if flag(argv, *_WAITS) or any(w.startswith(("--dry-run", "--wait=true")) for w in argv):
        return False
    if name == "aws":
        command = parse_aws(argv)
        return (command.service, command.operation) in _AWS_CHANGES
    if name == "service" and len(argv) > 2:
        return argv[2] in {"restart", "start"}
    pattern = _CHANGES.get(name)
    if pattern is None or re.match(rf"(?:{pattern})(?![\w-])", " ".join(plain_words(argv))) is None:
        return False
    if name in {"docker-compose", "docker"} and "up" in argv:
        return flag(argv, "-d", "--detach")
    return name != "kubectl" or option(argv, "--dry-run") is None


def looks(argv: Argv) -> bool | None:
    """Tell whether an argv looks at something; None where nobody knows what it does.

    What a terminal is opened on, or a script nobody here has read, may well look.
    """
    name = program(argv)
    if not name:
        return None
    if name in _OWN:
        return False
    if name in _LOOKERS or any(_LOOKING.search(word) for word in argv[:4] if HOLE not in word):
        return True
    classified = classify_argv(argv)
    if classified.interactive or classified.reason.startswith("unknown"):
        return None
    return classified.effect is Effect.READ
