"""A journal of eight events, made once and copied for each attack."""

import shutil
from pathlib import Path

import pytest

from tests.store.audit.keeping import Kept, filled


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    filled(folder)
    return folder


@pytest.fixture
def kept(model: Path, tmp_path: Path) -> Kept:
    shutil.copytree(model, tmp_path / "state")
    return Kept(tmp_path / "state")
