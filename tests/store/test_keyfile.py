"""Key files are whole or not there; one that is damaged is neither used nor replaced."""

import errno
import os
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Never

import pytest

from steadyhand.store.audit.chain import Unkeyed, _make_key, read_key
from steadyhand.store.schema import StoreError
from steadyhand.store.sealed import load_key

MAKERS = pytest.mark.parametrize("make", [load_key, _make_key], ids=["sealed", "audit"])
Maker = Callable[[Path], bytes]


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file system has none."""

    def refuse(*_: object) -> Never:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)


def made_by_eight(make: Maker, path: Path) -> set[bytes]:
    barrier = threading.Barrier(8)
    keys: list[bytes] = []

    def begin() -> None:
        barrier.wait()
        keys.append(make(path))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(keys) == 8
    return set(keys)


@MAKERS
def test_all_that_make_one_at_once_have_the_same(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "state" / "key"
    assert made_by_eight(make, path) == {make(path) if make is load_key else read_key(path)}
    assert [each.name for each in path.parent.iterdir()] == ["key"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@MAKERS
@pytest.mark.usefixtures("no_links")
def test_they_have_the_same_where_there_are_no_links(make: Maker, tmp_path: Path) -> None:
    assert len(made_by_eight(make, tmp_path / "key")) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


@MAKERS
@pytest.mark.parametrize("moment", ["fdopen", "fsync", "link", "unlink"])
def test_a_kill_at_any_moment_leaves_no_half_of_one(
    make: Maker, tmp_path: Path, moment: str
) -> None:
    child = os.fork()
    if child == 0:
        try:
            setattr(os, moment, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            make(tmp_path / "key")
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert len(make(tmp_path / "key")) >= 32


@MAKERS
def test_a_full_disk_leaves_nothing(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Never:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises((StoreError, Unkeyed), match=r"key.*: No space left on device"):
            make(tmp_path / "key")
    assert [*tmp_path.iterdir()] == []
    assert make(tmp_path / "key")


@pytest.mark.parametrize("content", [b"", b"\n", b"x", b"QUJD", b"\xff\x00"])
def test_a_damaged_key_is_said_and_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=rf"key file {path} is empty or damaged: put back"):
        load_key(path)
    assert path.read_bytes() == content


@MAKERS
def test_a_link_that_leads_nowhere_is_said(make: Maker, tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "unplugged" / "key")
    with pytest.raises((StoreError, Unkeyed), match=r"cannot (use|make)"):
        make(tmp_path / "key")
