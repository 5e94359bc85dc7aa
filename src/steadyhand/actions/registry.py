"""`ACTIONS`: which operations are known beyond their effect. An argv in, its Action or None out."""

from collections.abc import Iterable, Mapping

from steadyhand.actions.action import Action
from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.aws.ecs import RUN_TASK, UPDATE_SERVICE
from steadyhand.actions.aws.rds import MODIFY_DB_INSTANCE
from steadyhand.actions.aws.secretsmanager import NEW_SECRET_VALUE
from steadyhand.actions.classify import classify
from steadyhand.actions.words import Argv
from steadyhand.model.effect import Effect
from steadyhand.model.shell import Command, expanded

ACTIONS: dict[tuple[str, str], Action] = {
    ("ecs", "run-task"): RUN_TASK,
    ("ecs", "update-service"): UPDATE_SERVICE,
    ("rds", "modify-db-instance"): MODIFY_DB_INSTANCE,
    ("secretsmanager", "put-secret-value"): NEW_SECRET_VALUE,
    ("secretsmanager", "update-secret"): NEW_SECRET_VALUE,
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
