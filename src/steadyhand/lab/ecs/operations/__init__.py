"""The operations of the ECS API that the lab answers itself, by name."""

from collections.abc import Callable, Mapping
from typing import Any

from steadyhand.lab.ecs.fleet import Fleet
from steadyhand.lab.ecs.operations.definitions import list_task_definitions
from steadyhand.lab.ecs.operations.services import (
    create_service,
    delete_service,
    describe_services,
    list_services,
    update_service,
)
from steadyhand.lab.ecs.operations.sessions import execute_command
from steadyhand.lab.ecs.operations.tasks import describe_tasks, list_tasks, run_task, stop_task

Parameters = Mapping[str, Any]

# Each takes the fleet, the parameters as the API has them, and whether a fault has it ignored:
# then it answers as usual and does nothing.
OPERATIONS: dict[str, Callable[[Fleet, Parameters, bool], dict[str, Any]]] = {
    "CreateService": create_service,
    "DeleteService": delete_service,
    "DescribeServices": describe_services,
    "DescribeTasks": describe_tasks,
    "ExecuteCommand": execute_command,
    "ListServices": list_services,
    "ListTaskDefinitions": list_task_definitions,
    "ListTasks": list_tasks,
    "RunTask": run_task,
    "StopTask": stop_task,
    "UpdateService": update_service,
}
