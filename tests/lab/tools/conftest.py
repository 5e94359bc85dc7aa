"""A desk in a lab that runs nothing: a folder, a table of hosts."""

from pathlib import Path

import pytest
from tests.lab.tools.calling import Desk

from steadyhand.lab.tools.call import LabInfo

HOSTS = {"shop.example": "127.77.4.2:8443", "db.shop.example": "127.0.0.1"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "lab").mkdir()
    (tmp_path / "work").mkdir()
    return Desk(LabInfo(tmp_path / "lab", hosts=HOSTS), tmp_path / "work")
