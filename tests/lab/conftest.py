"""One lab for the tests of a file, brought back to its steady state before each."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.lab.running_lab import RunningLab, eventually, start_lab


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    lab = start_lab(tmp_path_factory.mktemp("lab"), "--revision", "10")
    yield lab
    lab.stop()


@pytest.fixture
def lab(shared_lab: RunningLab) -> RunningLab:
    """The shared lab in its steady state: no fault, revision 10, two healthy tasks."""
    for fault in shared_lab.status()["faults"]:
        shared_lab.control("DELETE", f"/faults/{fault}")
    shared_lab.client("ecs").update_service(
        cluster="sleek-coach-prod",
        service="sleek-coach-api",
        desiredCount=2,
        taskDefinition="sleek-coach-api:10",
    )
    eventually(lambda: shared_lab.status()["healthy"], 40)
    return shared_lab


@pytest.fixture
def ecs(lab: RunningLab) -> Any:
    return lab.client("ecs")
