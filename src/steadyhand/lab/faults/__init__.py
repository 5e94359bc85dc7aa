"""The faults, by name. To add one: a module with a Fault, and a line in FAULTS."""

from steadyhand.lab.faults.answers import (
    IGNORED_UPDATE_SERVICE,
    LOST_ANSWER,
    REFUSE,
    SLOW_ANSWER,
)
from steadyhand.lab.faults.bad_deployment import BAD_DEPLOYMENT
from steadyhand.lab.faults.fault import Fault
from steadyhand.lab.faults.memory_exhaustion import MEMORY_EXHAUSTION

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        BAD_DEPLOYMENT,
        MEMORY_EXHAUSTION,
        IGNORED_UPDATE_SERVICE,
        SLOW_ANSWER,
        LOST_ANSWER,
        REFUSE,
    )
}
