"""A fresh control plane over a fresh shop for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.run.shop import Plane, Shop


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[Plane]:
    opened = Plane.open(tmp_path, Shop())
    yield opened
    opened.close()
