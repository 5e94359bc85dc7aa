"""`aws ecs update-service`: which service, its state now, done or not, the way back.

Reads what `describe-services` prints. Knows ECS's rules for deployments, no network.
"""

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from steadyhand.actions.action import Action, Observation, Settled, State
from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.actions.words import Argv

TASK_DEFINITION = "task definition"
DESIRED = "desired count"
DEPLOYMENT = "deployment"
_DEPLOYMENTS = "deployments"
_ROLLOUT = "rollout"
_RUNNING = "running count"
_OLD = "tasks of older deployments"
_NEW = "a new one"


class _Wanted(Struct, frozen=True):
    """What an `update-service` asks for; None or False where it says nothing."""

    definition: str | None  # "family:11", or "family" for its latest revision
    count: str | None
    force: bool

    @property
    def exact(self) -> str | None:
        return self.definition if self.definition and ":" in self.definition else None

    def deploys(self, before: Mapping[str, str]) -> bool:
        """Tell whether ECS must make a deployment for it. A bare family may name the same."""
        return self.force or (
            self.exact is not None and self.exact != before.get(TASK_DEFINITION, "")
        )


def short(arn: str) -> str:
    """Turn a task definition's ARN into `family:revision`; that itself stays."""
    return arn.rpartition("/")[2]


def describe_service(argv: Argv) -> Argv | None:
    """Give the read for the service that an `ecs` argv names; None where it names none."""
    command = parse_aws(argv)
    service = command.get("--service")
    if not service:
        return None
    return on_cluster(command, "describe-services", "--services", service)


def on_cluster(command: AwsCommand, operation: str, *options: str) -> Argv:
    """Write a command on the same cluster and region as another one."""
    cluster, region = command.get("--cluster"), command.anywhere("--region")
    return (
        *("aws", "ecs", operation),
        *(("--cluster", cluster) if cluster else ()),
        *options,
        *(("--region", region) if region else ()),
        *("--output", "json"),
    )


def _wanted(argv: Argv) -> _Wanted:
    command = parse_aws(argv)
    definition = command.get("--task-definition")
    force = command.has("--force-new-deployment")
    return _Wanted(short(definition) if definition else None, command.get("--desired-count"), force)


def _resource(argv: Argv) -> str:
    command = parse_aws(argv)
    cluster = (command.get("--cluster") or "default").rpartition("/")[2]
    return f"ecs service {cluster}/{(command.get('--service') or '?').rpartition('/')[2]}"


def _state(stdout: str, _argv: Argv) -> State:
    try:
        service = json.loads(stdout)["services"][0]
        deployments = service.get("deployments", [])
    except (ValueError, LookupError, TypeError):
        return {}
    primary: dict[str, Any] = next((d for d in deployments if d.get("status") == "PRIMARY"), {})
    older = [d for d in deployments if d is not primary]
    return {
        "status": str(service.get("status", "")),
        TASK_DEFINITION: short(str(service.get("taskDefinition", ""))),
        DESIRED: str(service.get("desiredCount", "")),
        _RUNNING: str(primary.get("runningCount", service.get("runningCount", ""))),
        DEPLOYMENT: str(primary.get("id", "")),
        _DEPLOYMENTS: " ".join(sorted(str(d.get("id", "")) for d in deployments)),
        _ROLLOUT: str(primary.get("rolloutState", "")),
        _OLD: str(sum(int(d.get("runningCount", 0)) for d in older)),
    }


def _after(argv: Argv, _before: Mapping[str, str]) -> State:
    wanted = _wanted(argv)
    expected: State = {}
    if wanted.definition:
        latest = "" if wanted.exact else " (its latest revision)"
        expected[TASK_DEFINITION] = wanted.definition + latest
    if wanted.count is not None:
        expected[DESIRED] = wanted.count
    if wanted.force:
        expected[DEPLOYMENT] = _NEW
    return expected


def _done(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> Observation:
    if not before or not now:
        return Observation.UNKNOWN
    wanted = _wanted(argv)
    if wanted.definition and wanted.exact is None:
        return Observation.UNKNOWN  # which revision it would have meant cannot be told any more
    compared = []
    if wanted.deploys(before):
        new = now[DEPLOYMENT] != before[DEPLOYMENT]
        right = wanted.exact is None or now[TASK_DEFINITION] == wanted.exact
        same = now[_DEPLOYMENTS] == before[_DEPLOYMENTS]
        compared.append(_observed(new and right, same))
    if wanted.count is not None and wanted.count != before[DESIRED]:
        compared.append(_observed(now[DESIRED] == wanted.count, now[DESIRED] == before[DESIRED]))
    if not compared:  # it asks for what was there before: doing it again changes nothing
        return Observation.NOT_DONE
    return compared[0] if len(set(compared)) == 1 else Observation.UNKNOWN


def _observed(reached: bool, untouched: bool) -> Observation:
    if reached:
        return Observation.DONE
    return Observation.NOT_DONE if untouched else Observation.UNKNOWN


def _settled(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    if not now:
        return Settled.MOVING, f"{_resource(argv)} cannot be read"
    wanted = _wanted(argv)
    definition, deployment = now[TASK_DEFINITION], now[DEPLOYMENT]
    if before and wanted.deploys(before) and deployment == before[DEPLOYMENT]:
        return Settled.IGNORED, f"no new deployment: {deployment} still runs {definition}"
    if wanted.exact is not None and definition != wanted.exact:
        return Settled.MOVING, f"the service is on {definition}, not on {wanted.exact}"
    if wanted.count is not None and now[DESIRED] != wanted.count:
        same = now[DESIRED] == before.get(DESIRED)
        return (
            Settled.IGNORED if same else Settled.MOVING,
            f"desired count {'still ' if same else ''}{now[DESIRED]}, not {wanted.count}",
        )
    running = f"{now[_RUNNING]} of {now[DESIRED]} tasks running"
    if now[_ROLLOUT] not in {"", "COMPLETED"}:
        return Settled.MOVING, f"deployment {deployment} is {now[_ROLLOUT]}, {running}"
    if now[_RUNNING] != now[DESIRED] or now[_OLD] != "0":
        return Settled.MOVING, f"{running}, {now[_OLD]} of older deployments"
    return Settled.REACHED, f"deployment {deployment} on {definition} is complete, {running}"


def _undo(argv: Argv, before: Mapping[str, str]) -> Argv | None:
    command, wanted = parse_aws(argv), _wanted(argv)
    service = command.get("--service")
    back: list[str] = []
    if wanted.definition and before.get(TASK_DEFINITION):
        back += ["--task-definition", before[TASK_DEFINITION]]
    if wanted.count is not None and before.get(DESIRED):
        back += ["--desired-count", before[DESIRED]]
    if not service or not back:
        return None  # tasks that were replaced by their like have no way back
    return on_cluster(command, "update-service", "--service", service, *back)[:-2]


UPDATE_SERVICE = Action(
    verify="describe-services: the primary deployment is complete, all its tasks run",
    resource=_resource,
    before=describe_service,
    state=_state,
    after=_after,
    done=_done,
    settled=_settled,
    undo=_undo,
)
