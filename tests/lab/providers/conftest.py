"""All providers on a real port, well again before each test."""

from collections.abc import Iterator

import httpx
import pytest
from tests.lab.providers.running import running

from steadyhand.lab.providers.server import Providers


@pytest.fixture(scope="session")
def running_providers() -> Iterator[Providers]:
    with running() as made:
        yield made


@pytest.fixture(scope="session")
def connected(running_providers: Providers) -> Iterator[httpx.Client]:
    address = f"http://{running_providers.host}:{running_providers.port}"
    with httpx.Client(base_url=address, timeout=10) as client:
        yield client


@pytest.fixture
def client(connected: httpx.Client) -> httpx.Client:
    for name in connected.get("/_control").json():
        connected.delete(f"/_control/{name}").raise_for_status()
    return connected
