"""A step in; whether it deploys, changes a database, makes a backup or stops writes, out. Pure.

By a closed list of commands and words. What is not listed does none of it, as far as this knows.
"""

import re
from collections.abc import Iterator, Mapping

from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.model.document.runbook import Phase, Procedure, Runbook, Step, StepKind
from steadyhand.model.document.shell import Command, expanded
from steadyhand.model.effect import Effect

# What makes something new under a name that is given: it cannot be made twice.
MADE = {
    ("ecs", "create-service"): ("ecs service", "--service-name"),
    ("rds", "create-db-instance"): ("db instance", "--db-instance-identifier"),
    ("rds", "create-db-instance-read-replica"): ("db instance", "--db-instance-identifier"),
    ("rds", "restore-db-instance-from-db-snapshot"): ("db instance", "--db-instance-identifier"),
    ("rds", "restore-db-instance-from-s3"): ("db instance", "--db-instance-identifier"),
    ("rds", "restore-db-instance-to-point-in-time"): (
        *("db instance", "--target-db-instance-identifier"),
    ),
    ("rds", "restore-db-cluster-from-snapshot"): ("db cluster", "--db-cluster-identifier"),
    ("rds", "restore-db-cluster-to-point-in-time"): ("db cluster", "--db-cluster-identifier"),
}
_DEPLOYMENTS = {
    ("ecs", "create-service"), ("deploy", "create-deployment"),
    ("lambda", "update-function-code"), ("apprunner", "start-deployment"),
    ("elasticbeanstalk", "update-environment"),
}  # fmt: skip
_DATABASE = {
    ("rds", "modify-db-instance"), ("rds", "modify-db-cluster"), ("rds", "delete-db-instance"),
    ("rds", "delete-db-cluster"), ("rds", "modify-db-parameter-group"),
}  # fmt: skip
_BACKUPS = {
    ("rds", "create-db-snapshot"), ("rds", "create-db-cluster-snapshot"),
    ("backup", "start-backup-job"),
}  # fmt: skip
_SAYS_DEPLOY = re.compile(r"\b(?:deploy|release)(?:s|ment|ments|ing)?\b", re.IGNORECASE)
_SAYS_BACK = re.compile(r"\broll(?:ing|s|ed)?[- ]?back\b|\brevert", re.IGNORECASE)
_BY_HAND = re.compile(
    r"^\W*(?:\d+[.)]\s*)?(?:deploy\b|(?:run|start|trigger|execute|launch|dispatch)\b.*\bdeploy)",
    re.IGNORECASE,
)
_MIGRATES = re.compile(r"\balembic\b|\bflyway\b|\bliquibase\b|migrat", re.IGNORECASE)
_DUMPS = frozenset({"pg_dump", "pg_dumpall", "mysqldump", "pg_basebackup", "mongodump"})


def makes(step: Step) -> str:
    """Name the new thing that a step makes: "db instance a"; "" where it makes none."""
    for command, _words in _calls(step):
        if command is not None and (command.service, command.operation) in MADE:
            kind, option = MADE[command.service, command.operation]
            name = command.get(option)
            if name and "<" not in name:
                return f"{kind} {name}"
    return ""


def deploys(step: Step, procedure: Procedure) -> bool:
    """Tell whether a step brings out a release. The way back of one is none."""
    said = f"{step.title} {step.section}"
    if step.phase is Phase.ROLL_BACK or _SAYS_BACK.search(f"{said} {step.text}"):
        return False
    if step.kind is StepKind.MANUAL:
        return _BY_HAND.search(step.title) is not None
    if step.effect is Effect.READ:
        return False
    if any(_deploys(command, words) for command, words in _calls(step)):
        return True
    touches = any(_may_deploy(command, words) for command, words in _calls(step))
    return touches and _SAYS_DEPLOY.search(f"{said} {procedure.title}") is not None


def _deploys(command: AwsCommand | None, words: tuple[str, ...]) -> bool:
    if command is not None:
        new = (command.service, command.operation) == ("ecs", "update-service")
        return (new and command.get("--task-definition") is not None) or (
            (command.service, command.operation) in _DEPLOYMENTS
        )
    name, rest = words[0].rpartition("/")[2], " ".join(words[1:])
    match name:
        case "kubectl":
            return words[1:2] == ("apply",) or words[1:3] == ("set", "image")
        case "helm":
            return words[1:2] in {("upgrade",), ("install",)}
        case "terraform":
            return words[1:2] == ("apply",)
        case "gh":
            return words[1:3] == ("workflow", "run") and _SAYS_DEPLOY.search(rest) is not None
        case _:
            return "/" in words[0] and name.partition(".")[0] == "deploy"


def _may_deploy(command: AwsCommand | None, words: tuple[str, ...]) -> bool:
    if command is not None:
        return (command.service, command.operation) == ("ecs", "update-service") and command.has(
            "--force-new-deployment"
        )
    return words[:2] in {("git", "push"), ("docker", "push")}


def changes_database(step: Step) -> bool:
    """Tell whether a step changes data, schema or set-up of a database that is there."""
    if step.effect is Effect.READ:
        return False
    if step.kind is StepKind.SQL:
        return True
    for command, words in _calls(step):
        if command is not None and (command.service, command.operation) in _DATABASE:
            return True
        task = command is not None and command.service == "ecs" and command.operation == "run-task"
        if (command is None or task) and any(_MIGRATES.search(word) for word in words):
            return True
        if words[0].rpartition("/")[2] in {"psql", "mysql"}:
            return True
    return False


def backs_up(step: Step) -> bool:
    """Tell whether a step makes a backup of a database."""
    return any(
        (command is not None and (command.service, command.operation) in _BACKUPS)
        or words[0].rpartition("/")[2] in _DUMPS
        for command, words in _calls(step)
    )


def stops_writes(step: Step) -> bool:
    """Tell whether a step leaves nobody to write: nought of what serves."""
    return any(
        (
            command is not None
            and (command.service, command.operation) == ("ecs", "update-service")
            and command.get("--desired-count") == "0"
        )
        or (words[:2] == ("kubectl", "scale") and "--replicas=0" in words)
        for command, words in _calls(step)
    )


def databases(step: Step, runbook: Runbook, itself: bool = True) -> tuple[str, ...]:
    """Name the database that a step changes: its own word, or the only one that there is."""
    for command, _words in _calls(step) if itself else ():
        name = command.get("--db-instance-identifier") if command is not None else None
        if name and "<" not in name:
            return (name,)
    new = {makes(one).removeprefix("db instance ") for one in runbook.steps()}
    named = {r.name for r in runbook.inventory if r.kind == "database"} - new
    return tuple(named) if len(named) == 1 else ()


def probe(step: Step, values: Mapping[str, str]) -> tuple[str, ...]:
    """Give a read over HTTP that says by its exit status whether all is well; () for none."""
    if step.effect is not Effect.READ or len(step.commands) != 1 or step.condition:
        return ()
    command = step.commands[0]
    argv = expanded(command, values)
    plain = not (command.redirects or command.assigns or command.nested)
    known = not any("<" in word or "$" in word for word in argv)
    if argv[:1] != ("curl",) or not plain or not known:
        return ()
    return ("curl", "--fail", "--max-time", "10", *argv[1:])


def _calls(step: Step) -> Iterator[tuple[AwsCommand | None, tuple[str, ...]]]:
    """Give every command of a step that has words, deep ones too; those of `aws` taken apart."""
    waiting: list[Command] = list(step.commands)
    while waiting:
        command = waiting.pop(0)
        waiting = [*command.inner, *waiting]
        if not command.words:
            continue
        words = expanded(command, {})
        yield (parse_aws(words) if words[0] == "aws" else None), words
