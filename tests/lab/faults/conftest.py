"""A running lab for a system's name, brought back to its steady state before each test.

A lab takes seconds to come up, so it is kept for the next test of its system; but no more than one,
because each goes on serving its users. Tests of one system stand together in their file.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from tests.lab.running_lab import RunningLab, eventually, start_lab

MOST = 1

LabOf = Callable[[str], RunningLab]


def window(lab: RunningLab, seconds: float) -> tuple[int, int]:
    """How many users' requests there were, and failed, in a window that begins now. It ends when
    there were ten for each second; with those who wait for their answers, after five times that."""
    before = lab.status()["traffic"]
    deadline = time.monotonic() + 5 * seconds
    while True:
        after = lab.status()["traffic"]
        count = after["requests"] - before["requests"]
        if count >= 10 * seconds or time.monotonic() > deadline:
            break
        time.sleep(0.2)  # a lab's status is not cheap
    failed = sum(after.get(one, 0) - before.get(one, 0) for one in ("5xx", "no answer"))
    return count, failed


def failed_share(lab: RunningLab, seconds: float = 1.0) -> float:
    """The part of users' requests that were failed, over a window that begins now; 1 where nobody
    is answered. A 4xx is the user's own doing: some ask for what is no longer there."""
    count, failed = window(lab, seconds)
    return failed / count if count else 1.0


def served(lab: RunningLab) -> bool:
    """Ten users in turn have got what they wanted, and none has not."""
    count, failed = window(lab, 1.0)
    return count >= 10 and failed == 0


def steady(lab: RunningLab, seconds: float = 60.0) -> None:
    """Return when all is healthy and users see no error."""
    eventually(lambda: lab.status()["healthy"], seconds)
    eventually(lambda: served(lab), seconds)


@pytest.fixture(scope="package")
def running_labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabOf]:
    labs: dict[str, RunningLab] = {}

    def of(system: str) -> RunningLab:
        if system in labs:
            labs[system] = labs.pop(system)  # the one used last stands last
            return labs[system]
        while len(labs) >= MOST:
            labs.pop(next(iter(labs))).stop()
        state = tmp_path_factory.mktemp(system)
        labs[system] = start_lab(state, "--traffic", "20", system=system)
        return labs[system]

    yield of
    for lab in labs.values():
        lab.stop()


@pytest.fixture
def lab_of(running_labs: LabOf) -> LabOf:
    """Ask for a system's lab: it is up, has no fault, and its users are served."""
    given: set[str] = set()

    def of(system: str) -> RunningLab:
        lab = running_labs(system)
        if system not in given:
            given.add(system)
            status = lab.status()
            for fault in status["faults"]:
                lab.control("DELETE", f"/faults/{fault}")
            if status["faults"] or not status["healthy"]:
                steady(lab)
        return lab

    return of
