"""Every call of the API: counted, the changing ones kept, and what faults do to their answers.

An answer that is withheld or lost belongs to a deed that was done: that is the point of them.
"""

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

READS = ("Describe", "List", "Get", "Filter", "Lookup", "Search", "Head", "BatchGet", "Simulate")


@dataclass(frozen=True)
class Call:
    number: int  # of its operation, from 1
    service: str
    operation: str
    at: datetime
    parameters: dict[str, Any]
    refused: bool = False


@dataclass
class AnswerFault:
    """What happens to the answers of one operation. `left` counts down; None has no end."""

    operation: str
    seconds: float = 0.0  # withhold the answer
    lost: bool = False  # close the connection instead
    refusal: tuple[str, str] | None = None  # code, message: nothing is done
    ignored: bool = False  # accept, answer as usual, do nothing
    left: int | None = None
    hits: int = 0


@dataclass
class Calls:
    """Not thread-safe but for the verdict of the thread's own call: the API's lock is held."""

    counts: Counter[str] = field(default_factory=Counter)
    changes: deque[Call] = field(default_factory=lambda: deque(maxlen=500))
    faults: dict[str, AnswerFault] = field(default_factory=dict)  # by the fault's name
    _verdict: threading.local = field(default_factory=threading.local)

    def seen(self, service: str, operation: str, parameters: dict[str, Any]) -> list[AnswerFault]:
        """Write a call down; give the faults that apply to it."""
        self.counts[operation] += 1
        faults = [fault for fault in self.faults.values() if self._applies(fault, operation)]
        if not operation.startswith(READS):
            now, number = datetime.now(UTC), self.counts[operation]
            self.changes.append(Call(number, service, operation, now, parameters))
        return faults

    def refused(self, operation: str) -> None:
        """Say of the call that was just seen that nothing was done."""
        if not operation.startswith(READS):
            self.changes[-1] = replace(self.changes[-1], refused=True)

    @staticmethod
    def _applies(fault: AnswerFault, operation: str) -> bool:
        if fault.operation != operation or fault.left == 0:
            return False
        fault.hits += 1
        if fault.left is not None:
            fault.left -= 1
        return True

    def judge(self, faults: list[AnswerFault]) -> None:
        """Leave word for this thread's server what to do with the answer."""
        self._verdict.faults = faults

    def verdict(self) -> list[AnswerFault]:
        faults: list[AnswerFault] = getattr(self._verdict, "faults", [])
        self._verdict.faults = []
        return faults

    def report(self) -> dict[str, Any]:
        changes = [{**asdict(call), "at": call.at.isoformat()} for call in self.changes]
        return {"counts": dict(sorted(self.counts.items())), "changes": changes}
