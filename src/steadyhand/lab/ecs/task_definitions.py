"""Task definitions as the API registers, shows and retires them: a room over moto's store of them.

What may be registered is registering.py; who may run them is fleet.py.
"""

import re
from collections.abc import Callable
from typing import Any

from steadyhand.lab.cloud.room import Parameters, Refusal
from steadyhand.lab.cloud.shapes import check as check_model
from steadyhand.lab.ecs.operations.pages import page
from steadyhand.lab.ecs.registering import check, client, units

Shape = dict[str, Any]

# As moto names what the API calls by these.
KEPT = {
    "containerDefinitions": "container_definitions",
    "cpu": "cpu",
    "ephemeralStorage": "ephemeral_storage",
    "executionRoleArn": "execution_role_arn",
    "family": "family",
    "ipcMode": "ipc_mode",
    "memory": "memory",
    "networkMode": "network_mode",
    "pidMode": "pid_mode",
    "placementConstraints": "placement_constraints",
    "proxyConfiguration": "proxy_configuration",
    "requiresCompatibilities": "requires_compatibilities",
    "runtimePlatform": "runtime_platform",
    "tags": "tags",
    "taskRoleArn": "task_role_arn",
    "volumes": "volumes",
}


class TaskDefinitions:
    """Every method is called with the API's lock held."""

    def __init__(self, store: Any) -> None:
        self._store = store  # moto's backend of ECS

    def answer(self, operation: str, asked: Parameters) -> Shape:
        """Answer one request. Raises Refusal."""
        return OPERATIONS[operation](self, asked)

    def register(self, asked: Parameters) -> Shape:
        check(asked)
        check_model("ecs", "RegisterTaskDefinition", asked, "ClientException")
        given = {KEPT[key]: value for key, value in asked.items() if key in KEPT}
        for what in ("cpu", "memory"):
            if given.get(what):
                given[what] = str(units(given[what], what))
        made = self._store.register_task_definition(**given)
        shape: Shape = {"taskDefinition": made}
        return {**shape, "tags": made.tags} if asked.get("tags") else shape

    def describe(self, asked: Parameters) -> Shape:
        found = self._find(str(asked.get("taskDefinition") or ""))
        if found is None:
            raise client("Unable to describe task definition.")
        check_model("ecs", "DescribeTaskDefinition", asked, "InvalidParameterException")
        shape: Shape = {"taskDefinition": found}
        return {**shape, "tags": found.tags} if "TAGS" in asked.get("include", []) else shape

    def _find(self, given: str) -> Any:
        """Of a family's bare name, the newest that is ACTIVE; else the one that was meant."""
        family, colon, revision = given.rpartition("/")[2].partition(":")
        known = self._store.task_definitions.get(family, {})
        if colon:
            return known.get(int(revision)) if revision.isdigit() else None
        active = [number for number, one in known.items() if one.status == "ACTIVE"]
        return known[max(active)] if active else None

    def deregister(self, asked: Parameters) -> Shape:
        check_model("ecs", "DeregisterTaskDefinition", asked, "InvalidParameterException")
        given = str(asked["taskDefinition"])
        if not re.fullmatch(r".+:\d+", given.rpartition("/")[2]):
            raise Refusal("InvalidParameterException", "Task definition must have a revision.")
        found = self._find(given)
        if found is None:
            raise client("The specified task definition does not exist.")
        found.status = "INACTIVE"
        return {"taskDefinition": found}

    def families(self, asked: Parameters) -> Shape:
        check_model("ecs", "ListTaskDefinitionFamilies", asked, "InvalidParameterException")
        prefix, status = str(asked.get("familyPrefix") or ""), asked.get("status") or "ACTIVE"
        found = []
        for family, revisions in sorted(self._store.task_definitions.items()):
            active = any(one.status == "ACTIVE" for one in revisions.values())
            wanted = status == "ALL" or (status == "ACTIVE") == active
            if revisions and family.startswith(prefix) and wanted:
                found.append(family)
        return page("families", found, asked)


OPERATIONS: dict[str, Callable[[TaskDefinitions, Parameters], Shape]] = {
    "DeregisterTaskDefinition": TaskDefinitions.deregister,
    "DescribeTaskDefinition": TaskDefinitions.describe,
    "ListTaskDefinitionFamilies": TaskDefinitions.families,
    "RegisterTaskDefinition": TaskDefinitions.register,
}
