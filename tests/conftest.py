"""What every test may use: the five original runbooks, where they are there."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from steadyhand.store.database import Connection

Asked = list[tuple[str, Mapping[str, object]]]

ROOT = Path(__file__).resolve().parent.parent


def seed_runbooks() -> Path | None:
    """Where the five original runbooks are, or None: a stranger's clone has none."""
    folder = Path(os.environ.get("STEADYHAND_RUNBOOKS", ROOT.parent / "shared" / "runbooks"))
    return folder if folder.is_dir() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what needs the runbooks where they are not; in CI their absence is a failure."""
    if seed_runbooks() is not None:
        return
    needing = [item for item in items if item.get_closest_marker("seeds")]
    if needing and os.environ.get("STEADYHAND_REQUIRE_RUNBOOKS") == "1":
        raise pytest.UsageError("STEADYHAND_REQUIRE_RUNBOOKS=1, and the runbooks are not there")
    items[:] = [item for item in items if item not in needing]
    config.hook.pytest_deselected(items=needing)
    print(f"\n{len(needing)} tests deselected: the five original runbooks are not here")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Every query that a journal's database is asked from now on, with its values."""
    queries: Asked = []
    execute = Connection._execute

    def note(self: Connection, statement: str, values: Mapping[str, object]) -> object:
        if "SELECT" in statement:
            queries.append((statement, values))
        return execute(self, statement, values)

    monkeypatch.setattr(Connection, "_execute", note)
    return queries


@pytest.fixture(scope="session")
def seed_folder() -> Path:
    folder = seed_runbooks()
    if folder is None:
        raise AssertionError("a test that is not marked `seeds` asks for the runbooks")
    return folder
