"""Faults of services, their tasks and the processes that tasks are."""

from steadyhand.lab.faults.compute.cpu_saturation import CPU_SATURATION
from steadyhand.lab.faults.compute.deadlocked_tasks import DEADLOCKED_TASKS
from steadyhand.lab.faults.compute.ecs_update_failure import ECS_UPDATE_FAILURE
from steadyhand.lab.faults.compute.failed_scheduled_task import FAILED_SCHEDULED_TASK
from steadyhand.lab.faults.compute.memory_exhaustion import MEMORY_EXHAUSTION
from steadyhand.lab.faults.compute.memory_leak import MEMORY_LEAK
from steadyhand.lab.faults.compute.server_errors import SERVER_ERRORS
from steadyhand.lab.faults.compute.service_down import SERVICE_DOWN
from steadyhand.lab.faults.compute.slow_responses import SLOW_RESPONSES
from steadyhand.lab.faults.compute.tasks_crash import TASKS_CRASH

COMPUTE = (
    SERVICE_DOWN,
    TASKS_CRASH,
    SERVER_ERRORS,
    SLOW_RESPONSES,
    DEADLOCKED_TASKS,
    CPU_SATURATION,
    MEMORY_LEAK,
    MEMORY_EXHAUSTION,
    ECS_UPDATE_FAILURE,
    FAILED_SCHEDULED_TASK,
)
