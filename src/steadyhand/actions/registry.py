"""`ACTIONS`: which operations are known beyond their effect. An argv in, its Action or None out."""

from collections.abc import Iterable, Mapping

from steadyhand.actions.action import Action
from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.aws.ec2 import AUTHORIZE_INGRESS, REVOKE_INGRESS
from steadyhand.actions.aws.ecs import UPDATE_SERVICE
from steadyhand.actions.aws.ecs_tasks import RUN_TASK
from steadyhand.actions.aws.elasticache import MODIFY_CACHE_CLUSTER, MODIFY_REPLICATION_GROUP
from steadyhand.actions.aws.elbv2 import MODIFY_LISTENER, MODIFY_RULE
from steadyhand.actions.aws.rds import MODIFY_DB_INSTANCE
from steadyhand.actions.aws.rds_moments import CREATE_DB_SNAPSHOT, REBOOT_DB_INSTANCE
from steadyhand.actions.aws.secretsmanager import MOVE_SECRET_STAGE, NEW_SECRET_VALUE
from steadyhand.actions.aws.ssm import DELETE_PARAMETER, PUT_PARAMETER
from steadyhand.actions.aws.switches import (
    DELETE_RETENTION,
    DEREGISTER_SCALABLE_TARGET,
    DISABLE_ALARMS,
    DISABLE_RULE,
    ENABLE_ALARMS,
    ENABLE_RULE,
    PUT_RETENTION,
    REGISTER_SCALABLE_TARGET,
)
from steadyhand.actions.classify import classify
from steadyhand.actions.words import Argv
from steadyhand.model.document.shell import Command, expanded
from steadyhand.model.effect import Effect

ACTIONS: dict[tuple[str, str], Action] = {
    ("application-autoscaling", "deregister-scalable-target"): DEREGISTER_SCALABLE_TARGET,
    ("application-autoscaling", "register-scalable-target"): REGISTER_SCALABLE_TARGET,
    ("cloudwatch", "disable-alarm-actions"): DISABLE_ALARMS,
    ("cloudwatch", "enable-alarm-actions"): ENABLE_ALARMS,
    ("ec2", "authorize-security-group-ingress"): AUTHORIZE_INGRESS,
    ("ec2", "revoke-security-group-ingress"): REVOKE_INGRESS,
    ("ecs", "run-task"): RUN_TASK,
    ("ecs", "update-service"): UPDATE_SERVICE,
    ("elasticache", "modify-cache-cluster"): MODIFY_CACHE_CLUSTER,
    ("elasticache", "modify-replication-group"): MODIFY_REPLICATION_GROUP,
    ("elbv2", "modify-listener"): MODIFY_LISTENER,
    ("elbv2", "modify-rule"): MODIFY_RULE,
    ("events", "disable-rule"): DISABLE_RULE,
    ("events", "enable-rule"): ENABLE_RULE,
    ("logs", "delete-retention-policy"): DELETE_RETENTION,
    ("logs", "put-retention-policy"): PUT_RETENTION,
    ("rds", "create-db-snapshot"): CREATE_DB_SNAPSHOT,
    ("rds", "modify-db-instance"): MODIFY_DB_INSTANCE,
    ("rds", "reboot-db-instance"): REBOOT_DB_INSTANCE,
    ("secretsmanager", "put-secret-value"): NEW_SECRET_VALUE,
    ("secretsmanager", "update-secret"): NEW_SECRET_VALUE,
    ("secretsmanager", "update-secret-version-stage"): MOVE_SECRET_STAGE,
    ("ssm", "delete-parameter"): DELETE_PARAMETER,
    ("ssm", "put-parameter"): PUT_PARAMETER,
}


def action_for(argv: Argv) -> Action | None:
    """Find what is known of an argv's operation; None where nothing is. Pure."""
    if not argv or argv[0].rpartition("/")[2] != "aws":
        return None
    command = parse_aws(argv)
    return ACTIONS.get((command.service, command.operation))


def changing(commands: Iterable[Command], values: Mapping[str, str]) -> Argv | None:
    """Give the first command that is not a read, with the values that are known. Pure."""
    for command in commands:
        if command.words and classify(command).effect > Effect.READ:
            return expanded(command, values)
    return None
