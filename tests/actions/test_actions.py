"""Each action beyond its effect: resource, reading, state, done, settled, undo."""

import json
import shlex

import pytest

from steadyhand.actions import (
    ACTIONS,
    Action,
    Observation,
    Settled,
    action_for,
    changing,
    classify_argv,
)
from steadyhand.model.document.shell import Command, Part, PartKind, Word
from steadyhand.model.effect import Effect

_GROUP = "--group-id g --protocol tcp --port 443 --cidr 10.0.0.0/8"
_SCALE = "--service-namespace ecs --resource-id service/c/s --scalable-dimension ecs:DesiredCount"
_MOVE = "--secret-id s --version-stage AWSCURRENT --move-to-version-id v1"
_CALLS = {
    "application-autoscaling deregister-scalable-target": _SCALE,
    "application-autoscaling register-scalable-target": f"{_SCALE} --min-capacity 2",
    "cloudwatch disable-alarm-actions": "--alarm-names a b",
    "cloudwatch enable-alarm-actions": "--alarm-names a b",
    "ec2 authorize-security-group-ingress": _GROUP,
    "ec2 revoke-security-group-ingress": _GROUP,
    "ecs run-task": "--cluster c --task-definition f",
    "ecs update-service": "--cluster c --service s --desired-count 4",
    "elasticache modify-cache-cluster": "--cache-cluster-id r --num-cache-nodes 2",
    "elasticache modify-replication-group": "--replication-group-id r --cache-node-type t",
    "elbv2 modify-listener": "--listener-arn l --default-actions Type=forward,TargetGroupArn=g",
    "elbv2 modify-rule": "--rule-arn r --actions Type=forward,TargetGroupArn=g",
    "events disable-rule": "--name r",
    "events enable-rule": "--name r",
    "logs delete-retention-policy": "--log-group-name g",
    "logs put-retention-policy": "--log-group-name g --retention-in-days 7",
    "rds create-db-snapshot": "--db-instance-identifier d --db-snapshot-identifier s",
    "rds modify-db-instance": (
        "--db-instance-identifier d --db-instance-class db.r6g.xlarge --apply-immediately"
    ),
    "rds reboot-db-instance": "--db-instance-identifier d",
    "secretsmanager put-secret-value": "--secret-id s --secret-string x",
    "secretsmanager update-secret": "--secret-id s --secret-string x",
    "secretsmanager update-secret-version-stage": _MOVE,
    "ssm delete-parameter": "--name p",
    "ssm put-parameter": "--name p --value v --overwrite",
}
CALLS: dict[tuple[str, str], str] = {
    (name.split()[0], name.split()[1]): f"aws {name} {rest}" for name, rest in _CALLS.items()
}


def argv(text: str) -> tuple[str, ...]:
    return tuple(shlex.split(text))


def action(text: str) -> Action:
    found = action_for(argv(text))
    assert found is not None
    return found


@pytest.mark.parametrize("key", sorted(ACTIONS))
def test_every_action_reads_only_and_says_what_it_is_about(key: tuple[str, str]) -> None:
    call = argv(CALLS[key])
    known = action_for(call)
    assert known is ACTIONS[key]
    assert "?" not in known.resource(call)
    assert "?" in known.resource(call[:3])  # no name given: said, not raised
    reading = known.before(call)
    if reading is not None:
        assert classify_argv(reading).effect is Effect.READ
        assert known.verify
    assert known.before(call[:3]) is None
    # Whatever was printed, reading it does not raise.
    for printed in ("", "{}", "[]", "null", "no JSON", '{"services": [], "DBInstances": []}'):
        state = known.state(printed, call)
        assert known.done(call, state, state) is not Observation.DONE
        assert known.settled(call, {}, {})[0] is Settled.MOVING
    assert known.undo(call, {}) is None


def test_nothing_is_known_of_other_commands() -> None:
    assert action_for(()) is None
    assert action_for(("curl", "ecs", "update-service")) is None
    assert action_for(argv("aws ecs describe-services")) is None
    assert action_for(argv("/usr/local/bin/aws ecs update-service")) is not None


def _command(text: str) -> Command:
    words = [Word((Part(PartKind.LITERAL, word),)) for word in text.split()]
    return Command(tuple(words))


def test_changing_gives_the_first_command_that_is_no_read() -> None:
    family = Word((Part(PartKind.LITERAL, "f:"), Part(PartKind.PARAMETER, "revision")))
    update = Command((*_command("aws ecs update-service --task-definition").words, family))
    commands = [_command("date"), update]
    assert changing(commands, {}) == (
        *argv("aws ecs update-service --task-definition"),
        "f:<revision>",
    )
    assert changing(commands, {"revision": "7"}) == argv(
        "aws ecs update-service --task-definition f:7"
    )
    assert changing([_command("date")], {}) is None


# --- ecs update-service -------------------------------------------------------------------------

UPDATE = "aws ecs update-service --cluster shop --service api "
TO_11, FORCE, TO_4 = "--task-definition api:11", "--force-new-deployment", "--desired-count 4"
ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/"


def service(
    definition: str = "api:12",
    deployment: str = "d1",
    desired: int = 2,
    running: int = 2,
    rollout: str = "COMPLETED",
    older: int | None = None,
) -> dict[str, str]:
    deployments = [
        {"id": deployment, "status": "PRIMARY", "runningCount": running, "rolloutState": rollout}
    ]
    if older is not None:
        deployments.append({"id": "d0", "status": "ACTIVE", "runningCount": older})
    body = {
        "status": "ACTIVE",
        "taskDefinition": ARN + definition,
        "desiredCount": desired,
        "runningCount": running + (older or 0),
        "deployments": deployments,
    }
    return action(UPDATE).state(json.dumps({"services": [body], "failures": []}), argv(UPDATE))


def test_update_service_reads_the_same_service() -> None:
    known = action(UPDATE)
    assert known.resource(argv(UPDATE)) == "ecs service shop/api"
    assert known.before(argv(UPDATE)) == argv(
        "aws ecs describe-services --cluster shop --services api --output json"
    )
    there = argv(f"aws --region eu-west-1 {UPDATE.removeprefix('aws ')}")
    assert known.before(there) == argv(
        "aws ecs describe-services --cluster shop --services api --region eu-west-1 --output json"
    )
    assert service()["task definition"] == "api:12"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (TO_11, {"task definition": "api:11"}),
        (f"--task-definition {ARN}api:11", {"task definition": "api:11"}),
        ("--task-definition api", {"task definition": "api (its latest revision)"}),
        (f"{TO_4} {FORCE}", {"desired count": "4", "deployment": "a new one"}),
    ],
)
def test_update_service_after(options: str, expected: dict[str, str]) -> None:
    assert action(UPDATE).after(argv(UPDATE + options), service()) == expected


@pytest.mark.parametrize(
    ("options", "now", "expected"),
    [
        (TO_11, service(), Observation.NOT_DONE),
        (TO_11, service("api:11", "d2", rollout="IN_PROGRESS", older=2), Observation.DONE),
        (TO_11, service("api:13", "d2"), Observation.UNKNOWN),  # somebody else's
        (TO_11, service(desired=5), Observation.NOT_DONE),  # scaled meanwhile, not deployed
        (TO_11, {}, Observation.UNKNOWN),
        (FORCE, service(), Observation.NOT_DONE),
        (FORCE, service(deployment="d2"), Observation.DONE),
        (TO_4, service(), Observation.NOT_DONE),
        (TO_4, service(desired=4), Observation.DONE),
        (TO_4, service(desired=3), Observation.UNKNOWN),
        ("--desired-count 2", service(), Observation.NOT_DONE),  # once more changes nothing
        ("--task-definition api:12", service(), Observation.NOT_DONE),
        ("--task-definition api", service("api:13", "d2"), Observation.UNKNOWN),
        (f"{TO_11} {TO_4}", service("api:11", "d2", desired=4), Observation.DONE),
        (f"{TO_11} {TO_4}", service("api:11", "d2"), Observation.UNKNOWN),
        (f"{TO_11} {TO_4}", service(), Observation.NOT_DONE),
    ],
)
def test_update_service_in_doubt(options: str, now: dict[str, str], expected: Observation) -> None:
    assert action(UPDATE).done(argv(UPDATE + options), service(), now) is expected


@pytest.mark.parametrize(
    ("options", "now", "expected", "why"),
    [
        (TO_11, service(), Settled.IGNORED, "still runs api:12"),
        (
            TO_11,
            service("api:11", "d2", running=1, rollout="IN_PROGRESS", older=2),
            Settled.MOVING,
            "IN_PROGRESS",
        ),
        (TO_11, service("api:11", "d2", running=1), Settled.MOVING, "1 of 2"),
        (TO_11, service("api:11", "d2", older=1), Settled.MOVING, "1 of older"),
        (TO_11, service("api:11", "d2", older=0), Settled.REACHED, "d2 on api:11"),
        (TO_11, service("api:12", "d3"), Settled.MOVING, "not on api:11"),  # was rolled back
        (TO_11, service("api:11", "d2", rollout="FAILED"), Settled.MOVING, "FAILED"),
        (FORCE, service(), Settled.IGNORED, "no new deployment"),
        (FORCE, service(deployment="d2"), Settled.REACHED, "complete"),
        (TO_4, service(), Settled.IGNORED, "still 2"),
        (TO_4, service(desired=3), Settled.MOVING, "3, not 4"),
        (TO_4, service(desired=4), Settled.MOVING, "2 of 4"),
        (TO_4, service(desired=4, running=4), Settled.REACHED, "4 of 4"),
        ("--desired-count 2", service(), Settled.REACHED, "2 of 2"),
        ("--task-definition api:12", service(), Settled.REACHED, "api:12"),
        (TO_11, {}, Settled.MOVING, "cannot be read"),
    ],
)
def test_update_service_settles(
    options: str, now: dict[str, str], expected: Settled, why: str
) -> None:
    settled, said = action(UPDATE).settled(argv(UPDATE + options), service(), now)
    assert settled is expected, said
    assert why in said


def test_update_service_without_a_state_before_never_counts_as_ignored() -> None:
    settled, _ = action(UPDATE).settled(argv(UPDATE + TO_11), {}, service())
    assert settled is Settled.MOVING


@pytest.mark.parametrize(
    ("options", "back"),
    [
        (TO_11, UPDATE + "--task-definition api:12"),
        (TO_4, UPDATE + "--desired-count 2"),
        (f"{FORCE} {TO_11}", UPDATE + "--task-definition api:12"),
        (FORCE, None),
    ],
)
def test_update_service_way_back(options: str, back: str | None) -> None:
    undo = action(UPDATE).undo(argv(UPDATE + options), service())
    assert undo == (None if back is None else argv(back))


# --- rds modify-db-instance -----------------------------------------------------------------------

MODIFY = "aws rds modify-db-instance --db-instance-identifier d "
BIGGER = "--db-instance-class big --apply-immediately"


def database(
    size: str = "small", status: str = "available", pending: dict[str, str] | None = None
) -> dict[str, str]:
    body = {
        "DBInstanceClass": size,
        "DBInstanceStatus": status,
        "AllocatedStorage": 20,
        "MultiAZ": True,
        "PendingModifiedValues": pending or {},
    }
    return action(MODIFY).state(json.dumps({"DBInstances": [body]}), argv(MODIFY))


PENDING = {"DBInstanceClass": "big"}


@pytest.mark.parametrize(
    ("options", "now", "doubt", "settled"),
    [
        (BIGGER, database(), Observation.NOT_DONE, Settled.IGNORED),
        (BIGGER, database("big"), Observation.DONE, Settled.REACHED),
        (BIGGER, database("big", "modifying"), Observation.DONE, Settled.MOVING),
        (BIGGER, database(pending=PENDING), Observation.DONE, Settled.MOVING),
        (BIGGER, database(status="modifying"), Observation.UNKNOWN, Settled.MOVING),
        (BIGGER, database("huge"), Observation.UNKNOWN, Settled.MOVING),
        ("--db-instance-class big", database(pending=PENDING), Observation.DONE, Settled.REACHED),
        ("--no-multi-az", database(), Observation.NOT_DONE, Settled.IGNORED),
        ("--multi-az", database(), Observation.NOT_DONE, Settled.REACHED),
    ],
)
def test_modify_db_instance(
    options: str, now: dict[str, str], doubt: Observation, settled: Settled
) -> None:
    known, call = action(MODIFY), argv(MODIFY + options)
    assert known.done(call, database(), now) is doubt
    assert known.settled(call, database(), now)[0] is settled


def test_modify_db_instance_reads_and_goes_back() -> None:
    known, call = action(MODIFY), argv(MODIFY + BIGGER)
    assert known.resource(call) == "rds instance d"
    assert known.after(call, database()) == {"class": "big"}
    assert known.undo(call, database()) == argv(
        MODIFY + "--db-instance-class small --apply-immediately"
    )
    assert known.undo(argv(MODIFY + "--allocated-storage 50"), database()) is None
    assert known.undo(argv(MODIFY + "--no-multi-az"), database()) == argv(MODIFY + "--multi-az")


def test_a_password_cannot_be_looked_up() -> None:
    call = argv(MODIFY + "--master-user-password stk_0")
    assert action(MODIFY).before(call) is None
    assert action(MODIFY).after(call, {}) == {"master password": "a new one"}


# --- secretsmanager -------------------------------------------------------------------------------

PUT = CALLS["secretsmanager", "put-secret-value"]


def secret(current: str, previous: str = "") -> dict[str, str]:
    stages = {current: ["AWSCURRENT"], **({previous: ["AWSPREVIOUS"]} if previous else {})}
    return action(PUT).state(json.dumps({"VersionIdsToStages": stages}), argv(PUT))


@pytest.mark.parametrize(
    ("now", "doubt", "settled"),
    [
        (secret("v1"), Observation.NOT_DONE, Settled.IGNORED),
        (secret("v2", "v1"), Observation.DONE, Settled.REACHED),
        (secret("v3", "v2"), Observation.UNKNOWN, Settled.REACHED),  # two came since
    ],
)
def test_put_secret_value(now: dict[str, str], doubt: Observation, settled: Settled) -> None:
    assert action(PUT).done(argv(PUT), secret("v1"), now) is doubt
    assert action(PUT).settled(argv(PUT), secret("v1"), now)[0] is settled


def test_a_secret_without_a_new_value_is_not_looked_at() -> None:
    call = argv("aws secretsmanager update-secret --secret-id s --description x")
    assert action(PUT).before(call) is None
    assert action(PUT).after(call, {}) == {}


# --- ecs run-task -------------------------------------------------------------------------------

RUN = "aws ecs run-task --cluster shop --task-definition job --region eu-west-1"
TASK = "arn:aws:ecs:us-east-1:123456789012:task/shop/"


def ran(*tasks: dict[str, object], missing: int = 0) -> tuple[Settled, str]:
    job = action(RUN)
    failures = [{"arn": TASK, "reason": "MISSING"}] * missing
    printed = json.dumps({"tasks": tasks, "failures": failures})
    return job.settled(argv(RUN), {}, job.state(printed, argv(RUN)))


def task(status: str, *codes: int | None, **more: str) -> dict[str, object]:
    containers = [{"name": "a", **({} if code is None else {"exitCode": code})} for code in codes]
    return {"taskArn": f"{TASK}ab12", "lastStatus": status, "containers": containers, **more}


def test_the_tasks_that_were_started_are_found_in_the_answer() -> None:
    made = action(RUN).made
    assert made is not None
    whole = json.dumps({"tasks": [{"taskArn": f"{TASK}a", "taskDefinitionArn": f"{ARN}job:3"},
                                  {"taskArn": f"{TASK}b"}], "failures": []})  # fmt: skip
    read = argv(f"aws ecs describe-tasks --cluster shop --tasks {TASK}a {TASK}b")
    assert made(argv(RUN), whole) == (*read, "--region", "eu-west-1", "--output", "json")
    assert made(argv(RUN), f"{TASK}c\n") is not None  # of --query … --output text
    none = json.dumps({"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY"}]})
    assert made(argv(RUN), none) == "no task was started: RESOURCE:MEMORY"
    for printed in ("", "None", "{}", "[]", "null", '{"tasks": []}'):
        assert made(argv(RUN), printed) is None


@pytest.mark.parametrize(
    ("seen", "settled", "why"),
    [
        (ran(task("RUNNING")), Settled.REACHED, "1 tasks running"),
        (ran(task("RUNNING"), task("STOPPED", 0)), Settled.REACHED,
         "1 tasks running, 1 ended with 0"),
        (ran(task("PROVISIONING")), Settled.MOVING, "the ecs task of job in shop is PROVISIONING"),
        (ran(task("RUNNING", desiredStatus="STOPPED")), Settled.MOVING,
         "the ecs task of job in shop is RUNNING"),
        (ran(task("STOPPED", 0, 3, stoppedReason="Essential container exited")), Settled.FAILED,
         "task ab12 has stopped: returned 3, Essential container exited"),
        (ran(task("STOPPED", None, stopCode="TaskFailedToStart")), Settled.FAILED,
         "task ab12 has stopped: TaskFailedToStart"),
        (ran(task("STOPPED")), Settled.FAILED, "task ab12 has stopped: no reason given"),
        (ran(missing=1), Settled.IGNORED, "accepted, and 1 of its tasks are not there"),
        (ran(), Settled.MOVING, "the ecs task of job in shop is not to be seen"),
    ],
)  # fmt: skip
def test_a_task_runs_or_ended_well_or_did_not(
    seen: tuple[Settled, str], settled: Settled, why: str
) -> None:
    assert seen == (settled, why)
