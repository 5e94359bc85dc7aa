"""A child that is forked is what it would be if it had been started on its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.lab.running_lab import eventually

from steadyhand.lab.ecs.registry import IMAGE
from steadyhand.lab.ecs.tasks import PYTHON
from steadyhand.lab.network.firewall import Firewall
from steadyhand.lab.processes import Child, Processes, Program
from steadyhand.lab.zygote.door import Forked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the zygote is Linux's")

WHAT_IT_IS = """
import json, os, sys, threading, signal
from pathlib import Path
report = {
    "name": __name__, "argv": sys.argv, "first": sys.path[0], "folder": os.getcwd(),
    "variables": dict(os.environ), "leads": os.getsid(0) == os.getpgrp() == os.getpid(),
    "threads": threading.active_count(), "input": sys.stdin.read(),
    "shown": [Path(f"/proc/self/{one}").read_text() for one in ("cmdline", "comm")],
    "shown variables": sorted(Path("/proc/self/environ").read_text().split("\\0")),
    "term": signal.getsignal(signal.SIGTERM) is signal.SIG_DFL,
    "signals": [l for l in Path("/proc/self/status").read_text().splitlines() if l[:3] == "Sig"],
}
for descriptor in range(3, 64):
    try:
        report[f"descriptor {descriptor}"] = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        pass
print(json.dumps(report), "fastapi" in sys.modules)
print("in error", file=sys.stderr)
"""
WAIT = "import time\nprint('here')\ntime.sleep(60)"


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    made = Processes(tmp_path_factory.mktemp("processes") / "processes.json")
    made.warm_up({**PYTHON, "OF_THE_ZYGOTE": "1"})
    yield made
    made.kill_all()


Start = Callable[..., tuple[Child, list[str]]]


@pytest.fixture
def start(processes: Processes, tmp_path: Path) -> Start:
    """Write a program, start it, and give it with the lines that it says."""

    def started(
        code: str,
        words: tuple[str, ...] = ("-m", "program", "a word"),
        variables: Mapping[str, str] | None = None,
        **options: Any,
    ) -> tuple[Child, list[str]]:
        tmp_path.joinpath("program.py").write_text(code)
        lines: list[str] = []
        given = {**PYTHON, "GIVEN": "ü = 1", **(variables or {})}
        settings = {"may_be_forked": True, "folder": tmp_path, **options}
        program = Program("one", (sys.executable, *words), given, **settings)
        return processes.spawn(program, lines.append), lines

    return started


def said(lines: list[str], count: int = 1) -> list[str]:
    eventually(lambda: len(lines) >= count, 20)
    return lines


@pytest.mark.parametrize("words", [("-m", "program", "a word"), ("{folder}/program.py", "a word")])
def test_it_is_what_it_would_be_on_its_own(
    start: Start, words: tuple[str, ...], tmp_path: Path
) -> None:
    given = tuple(word.format(folder=tmp_path) for word in words)
    forked, its_lines = start(WHAT_IT_IS, given)
    own, own_lines = start(WHAT_IT_IS, given, may_be_forked=False)
    assert isinstance(forked, Forked)
    assert isinstance(own, subprocess.Popen)
    assert (forked.wait(20), own.wait(20)) == (0, 0)
    one, _, warm = said(its_lines, 2)[0].rpartition(" ")
    other, _, cold = said(own_lines, 2)[0].rpartition(" ")
    assert json.loads(one) == json.loads(other)
    assert (warm, cold) == ("True", "False")
    assert its_lines[1] == own_lines[1] == "in error"


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("pass", 0),
        ("import sys; sys.exit(7)", 7),
        ("import sys; sys.exit('why')", 1),
        ("raise ValueError('why')", 1),
        ("import os; os._exit(9)", 9),
        ("import os; os.kill(os.getpid(), 9)", -9),
        # A thread that is no daemon is waited for, and what is registered for the end is done.
        (
            "import threading, time, atexit, os\natexit.register(os._exit, 5)\n"
            "threading.Thread(target=time.sleep, args=(0.1,)).start()",
            5,
        ),
    ],
)
def test_it_ends_as_it_would_on_its_own(start: Start, code: str, ended: int) -> None:
    forked, _ = start(code)
    own, _ = start(code, may_be_forked=False)
    assert isinstance(forked, Forked)
    assert (forked.wait(20), own.wait(20)) == (ended, ended)
    assert forked.poll() == ended
    forked.kill()  # what has ended is left alone, whoever has its number by now


def test_a_signal_is_handled_by_the_program(start: Start) -> None:
    code = "import signal, sys\nsignal.signal(15, lambda *_: sys.exit(3))\n" + WAIT
    child, lines = start(code)
    assert said(lines) == ["here"]
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.05)
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 3
    eventually(lambda: not psutil.pid_exists(child.pid), 5)


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (("-c", "pass"), {}),
        (("-I", "-c", "pass"), {}),
        # Read by the interpreter, the loader or a library when they begin.
        (("-m", "program"), {"PYTHONPATH": "/"}),
        (("-m", "program"), {"PYTHONHASHSEED": "1"}),
        (("-m", "program"), {"MALLOC_ARENA_MAX": "1"}),
        (("-m", "program"), {"LC_ALL": "POSIX"}),
        (("-m", "program"), {"PSYCOPG_IMPL": "python"}),
    ],
)
def test_what_cannot_be_forked_is_started(
    start: Start, words: tuple[str, ...], variables: dict[str, str]
) -> None:
    child, _ = start("pass", words, variables)
    assert isinstance(child, subprocess.Popen)
    assert child.wait(20) == 0


def test_a_pushed_copy_is_what_runs(start: Start, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.joinpath("app").mkdir(parents=True)
    copy.joinpath("__init__.py").write_text("WHERE = 'pushed'")
    copy.joinpath("app/__init__.py").touch()
    package = "steadyhand.lab.systems.arbor"
    copy.joinpath("app/__main__.py").write_text(f"from {package} import WHERE\nprint(WHERE)")
    child, lines = start("", (str(IMAGE), str(copy), package, f"{package}.app"))
    assert isinstance(child, Forked)
    assert said(lines) == ["pushed"]
    assert child.wait(10) == 0


def test_its_connections_are_asked_about(start: Start) -> None:
    firewall = Firewall()
    firewall.start()
    firewall.closed = frozenset({("somebody", "127.0.0.1", 9)})
    code = (
        "import socket\ns = socket.socket()\ns.settimeout(0.3)\n"
        "try:\n    s.connect(('127.0.0.1', 9))\nexcept OSError as e:\n    print(type(e).__name__)"
    )
    for who, expected in (("somebody", "TimeoutError"), ("another", "ConnectionRefusedError")):
        child, lines = start(code, gate=firewall.gate(who))
        assert isinstance(child, Forked)
        assert said(lines) == [expected]


def test_all_end_when_the_one_that_started_them_is_killed(tmp_path: Path) -> None:
    """The zygote ends with whoever started it, and every child with the zygote."""
    tmp_path.joinpath("program.py").write_text("import time; time.sleep(60)")
    code = f"""
import sys, time
from pathlib import Path
from steadyhand.lab.processes import Processes, Program
from steadyhand.lab.ecs.tasks import PYTHON
here = Path({str(tmp_path)!r})
processes = Processes(here / "processes.json")
processes.warm_up(PYTHON)
words = (sys.executable, "-m", "program")
for _ in range(2):
    processes.spawn(Program("one", words, PYTHON, folder=here, may_be_forked=True), print)
print(*processes.pids(), flush=True)
time.sleep(60)
"""
    with subprocess.Popen((sys.executable, "-c", code), stdout=subprocess.PIPE) as lab:
        assert lab.stdout is not None
        family = [psutil.Process(int(pid)) for pid in lab.stdout.readline().split()]
        assert len(family) == 3
        lab.kill()
    # Whoever has them now may take a while to ask how they ended.
    eventually(lambda: all(map(_has_ended, family)), 10)


def _has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_without_its_zygote_a_program_is_started(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "processes.json")
    try:
        processes.warm_up(PYTHON)
        (zygote,) = processes.pids()
        tmp_path.joinpath("program.py").write_text(WAIT)
        words = (sys.executable, "-m", "program")
        program = Program("one", words, PYTHON, folder=tmp_path, may_be_forked=True)
        child = processes.spawn(program, lambda _: None)
        assert isinstance(child, Forked)
        os.kill(zygote, signal.SIGKILL)
        assert child.wait(10) == -signal.SIGKILL
        assert isinstance(processes.spawn(program, lambda _: None), subprocess.Popen)
    finally:
        processes.kill_all()


def test_many_at_once(processes: Processes, tmp_path: Path) -> None:
    """Orders from several threads do not mix."""
    tmp_path.joinpath("program.py").write_text("import os; print(os.getpid())")
    words = (sys.executable, "-m", "program")
    program = Program("one", words, PYTHON, folder=tmp_path, may_be_forked=True)
    children: list[tuple[Child, list[str]]] = []

    def some() -> None:
        for _ in range(5):
            lines: list[str] = []
            children.append((processes.spawn(program, lines.append), lines))

    threads = [threading.Thread(target=some) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for child, lines in children:
        assert child.wait(20) == 0
        assert said(lines) == [str(child.pid)]
    assert len({child.pid for child, _ in children}) == 20


def test_the_end_waits_until_all_are_gone(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "processes.json")
    processes.warm_up(PYTHON)
    tmp_path.joinpath("program.py").write_text("import time; time.sleep(60)")
    words = (sys.executable, "-m", "program")
    program = Program("one", words, PYTHON, folder=tmp_path, may_be_forked=True)
    pids = [processes.spawn(program, lambda _: None).pid for _ in range(3)]
    began = time.monotonic()
    processes.kill_all()
    assert not any(map(psutil.pid_exists, pids))
    assert time.monotonic() - began < 5
    assert processes.pids() == {}


def test_one_that_does_not_lead_its_group_yet_is_ended_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_soon(*_: object) -> None:
        raise ProcessLookupError

    processes = Processes(tmp_path / "processes.json")
    processes.warm_up(PYTHON)
    tmp_path.joinpath("program.py").write_text("import time; time.sleep(60)")
    words = (sys.executable, "-m", "program")
    program = Program("one", words, PYTHON, folder=tmp_path, may_be_forked=True)
    child = processes.spawn(program, lambda _: None)
    monkeypatch.setattr(os, "killpg", too_soon)
    processes.kill_all()
    assert not psutil.pid_exists(child.pid)
