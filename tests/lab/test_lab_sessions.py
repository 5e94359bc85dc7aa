"""A session of a task that cannot begin leaves nothing open."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from steadyhand.lab.ecs.model import Session, Task
from steadyhand.lab.ecs.sessions import Terminal, run_session


def test_a_session_whose_task_has_just_gone_leaves_nothing_open(tmp_path: Path) -> None:
    gone: Any = SimpleNamespace(environment={}, home=tmp_path / "gone")
    session = Session("s", "t", cast("Task", gone), "true")
    before = sorted(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError):
        run_session(session, Terminal(lambda: b"", 80, 24), lambda _: None)
    assert sorted(os.listdir("/proc/self/fd")) == before
