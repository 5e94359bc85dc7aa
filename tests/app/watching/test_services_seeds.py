"""The five documents in the catalog: each with its services, its freshness and what is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.app.control import Control
from steadyhand.app.watching import services
from steadyhand.model.document.freshness import Age
from tests.moved import MovedClock, plane

pytestmark = pytest.mark.seeds


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    built = plane(tmp_path / "state", MovedClock())
    yield built
    built.close()


def test_all_five(control: Control, seed_folder: Path) -> None:
    systems = {one.name: one for one in services.catalogue(control, [seed_folder])}
    assert {name: len(one.services) for name, one in systems.items()} == {
        "arbor-energy": 4,
        "conflicto": 1,
        "contractorlens": 1,
        "revenue-context": 3,
        "sleek-coach": 1,
    }
    assert systems["arbor-energy"].freshness.age is Age.OLD  # January 2025, and it is May 2026
    assert systems["conflicto"].owner == "Repository Owner"
    assert len(systems["sleek-coach"].dependencies) == 6
    for one in systems.values():
        assert one.proven[0] == 0
        assert one.proven[1] > 0
        assert any(gap.about == "drill" for gap in one.gaps)
        for service in one.services:
            assert service.procedures, service.name
