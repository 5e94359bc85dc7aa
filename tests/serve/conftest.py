"""A place for each test that serves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.place import Place, Receiver


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path, Receiver())
    yield made
    made.close()
