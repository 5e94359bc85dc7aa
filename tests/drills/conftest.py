"""One lab for the tests of a file that drive the control plane against it by themselves."""

from collections.abc import Iterator

import pytest

from tests.drills.program import Lab
from tests.lab.running_lab import start_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = start_lab(tmp_path_factory.mktemp("lab"))
    yield Lab(running.state / "lab.json", running.contract["control"])
    running.stop()
