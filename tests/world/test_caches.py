"""What is kept for the next time lies where nobody else can write, however loose the umask is."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.world import caches


@pytest.fixture
def loose() -> Iterator[None]:
    """Let a group write to what is made, as many systems do."""
    before = os.umask(0o002)
    yield
    os.umask(before)


@pytest.mark.usefixtures("loose")
def test_a_folder_that_is_made_is_this_users_alone(tmp_path: Path) -> None:
    room = tmp_path / "above" / "room"
    for _ in range(2):
        caches.make(room)
    (room / "kept").touch(0o600)
    assert caches.ours(room / "kept")
    assert room.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("loosened", ["kept", "."])
@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_what_others_may_write_is_not_ours(tmp_path: Path, loosened: str, mode: int) -> None:
    file = tmp_path / "room" / "kept"
    caches.make(file.parent)
    file.touch(0o600)
    assert caches.ours(file)
    (file.parent / loosened).chmod(mode)
    assert not caches.ours(file)


def test_what_is_somebody_elses_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").touch(0o600)
    somebody = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: somebody)
    assert not caches.ours(tmp_path / "kept")
