"""Task definitions as the API lists them: one exact family, revisions as numbers, in pages."""

from collections.abc import Mapping
from typing import Any

from steadyhand.lab.account import ecs_arn
from steadyhand.lab.cloud.seam import Refusal
from steadyhand.lab.ecs.fleet import Fleet
from steadyhand.lab.ecs.operations.pages import page


def list_task_definitions(fleet: Fleet, asked: Mapping[str, Any], _: bool) -> dict[str, Any]:
    family = asked.get("familyPrefix")
    status = str(asked.get("status") or "ACTIVE")
    order = str(asked.get("sort") or "ASC")
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html
    if status not in ("ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"):
        raise Refusal("InvalidParameterException", f"Invalid status: {status}")
    if order not in ("ASC", "DESC"):
        raise Refusal("InvalidParameterException", f"Invalid sort order: {order}")
    names = [_name(one) for one in fleet.definitions.arns(status)]
    names = sorted(name for name in names if not family or name[0] == family)
    if order == "DESC":
        names.reverse()
    arns = [ecs_arn("task-definition", f"{name}:{number}") for name, number in names]
    return page("taskDefinitionArns", arns, asked)


def _name(definition: str) -> tuple[str, int]:
    family, _, revision = definition.rpartition("/")[2].partition(":")
    return family, int(revision)
