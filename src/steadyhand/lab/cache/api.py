"""Operations of ElastiCache in, answers in the API's shapes out; or a Refusal in AWS's words.

Validates as AWS does, says what will be, and leaves the rest to the room's next ticks.
"""

from dataclasses import dataclass
from typing import Any

from steadyhand.lab.cache.operations.changing import CHANGING
from steadyhand.lab.cache.operations.checks import typed
from steadyhand.lab.cache.operations.creating import CREATING
from steadyhand.lab.cache.operations.describing import DESCRIBING
from steadyhand.lab.cache.operations.snapshots import SNAPSHOTS
from steadyhand.lab.cache.room import Caches
from steadyhand.lab.cloud.room import Parameters, Refusal, Room

CHANGES = {**CREATING, **CHANGING, **SNAPSHOTS}
OPERATIONS = (*DESCRIBING, *CHANGES)


@dataclass
class ElastiCache:
    """Called with the API's lock held."""

    room: Caches

    def answer(self, operation: str, parameters: Parameters) -> dict[str, Any]:
        """Raises Refusal."""
        if operation not in OPERATIONS:
            raise Refusal("InvalidAction", f"The lab has no {operation} of ElastiCache.")
        asked = typed(operation, parameters)
        if operation in DESCRIBING:
            return DESCRIBING[operation](self.room.kept, asked)
        return CHANGES[operation](self.room, asked)


def answering(room: Caches) -> Room:
    """What takes moto's place for ElastiCache."""
    return Room("elasticache", OPERATIONS, ElastiCache(room).answer)
