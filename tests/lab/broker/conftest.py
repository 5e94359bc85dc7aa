"""One broker for all tests of the room."""

from collections.abc import Iterator

import pytest
from tests.lab.broker.running_broker import Broker


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    made = Broker(tmp_path_factory.mktemp("kafka"))
    yield made
    made.kill()
