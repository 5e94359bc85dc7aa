"""Work shared out over two cores: the same answer as alone, whatever becomes of the copy."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import linting, shared_out
from steadyhand.app.runbooks.linting import Wanted

HERE = os.getpid()
both = shared_out.shared_out


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores, and no thread but the test's own: a runner of tests may have some."""
    monkeypatch.setattr(shared_out, "_has_two_cores", lambda: True)
    count, others = threading.active_count, threading.active_count() - 1
    monkeypatch.setattr(threading, "active_count", lambda: count() - others)


def _slowly(number: int) -> tuple[int, int]:
    time.sleep(0.01)  # so that both have their share
    return number * number, os.getpid()


def _children() -> list[str]:
    task = Path(f"/proc/{HERE}/task/{HERE}/children")
    return task.read_text().split() if task.exists() else []


@pytest.mark.parametrize("count", [2, 7, 1000])
def test_results_stand_in_order_and_two_processes_made_them(count: int) -> None:
    before = _children()
    work = _slowly if count < 100 else (lambda number: (number * number, HERE))
    done = both(work, range(count))
    assert [square for square, _ in done] == [number * number for number in range(count)]
    if count == 7:
        assert len({process for _, process in done}) == 2
    assert _children() == before


@pytest.mark.parametrize("count", [0, 1])
def test_one_piece_is_done_here(count: int) -> None:
    done = both(_slowly, range(count))
    assert {process for _, process in done} <= {HERE}


def test_one_piece_is_done_in_the_copy_while_this_process_does_something_else() -> None:
    [(square, process)] = both(_slowly, range(1), lambda: time.sleep(0.2))
    assert (square, process != HERE) == (0, True)


def test_with_one_core_or_beside_a_thread_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = threading.Event()
    thread = threading.Thread(target=ends.wait)
    thread.start()
    assert {process for _, process in both(_slowly, range(4))} == {HERE}
    ends.set()
    thread.join()
    monkeypatch.setattr(shared_out, "_has_two_cores", lambda: False)
    assert {process for _, process in both(_slowly, range(4))} == {HERE}


def test_what_goes_on_meanwhile_is_done_here_once() -> None:
    seen: list[int] = []
    for pieces in (range(1), range(4)):
        both(_slowly, pieces, lambda: seen.append(os.getpid()))
    assert seen == [HERE, HERE]


def _raises(number: int) -> int:
    raise ValueError(f"{number} is no good")


def _raises_there(number: int) -> int:
    time.sleep(0.01)
    if os.getpid() != HERE:
        raise ValueError("only there")
    return number


def _dies_there(number: int) -> int:
    time.sleep(0.01)
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _cannot_be_handed_back(number: int) -> Callable[[], int]:
    time.sleep(0.01)
    return lambda: number


def test_an_error_of_the_work_is_raised_here() -> None:
    before = _children()
    with pytest.raises(ValueError, match="is no good"):
        both(_raises, range(4))
    assert _children() == before


@pytest.mark.parametrize("work", [_raises_there, _dies_there])
def test_what_the_copy_does_not_hand_back_is_done_here(work: Callable[[int], int]) -> None:
    assert both(work, range(6)) == list(range(6))


def test_results_that_cannot_be_handed_back_are_made_here() -> None:
    assert [give() for give in both(_cannot_be_handed_back, range(6))] == list(range(6))


def test_where_no_process_is_to_be_had_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    assert {process for _, process in both(_slowly, range(4))} == {HERE}


def test_an_interrupt_ends_the_copy_too() -> None:
    before = _children()

    def work(number: int) -> int:
        if os.getpid() == HERE:
            raise KeyboardInterrupt
        time.sleep(60)
        return number

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        both(work, range(4))
    assert time.monotonic() - started < 30
    assert _children() == before


SECTION = """
## Restart {n}

Find the task in the list above, `<task-id>`.

```bash
TASK=$(aws ecs list-tasks --cluster shop --query 'taskArns[0]' --output text)
aws ecs stop-task --cluster shop --task <task-id> --reson "runbook {n}"
curl -s https://shop.example.org/health | jq '.status'
redis-cli -h cache pong
```

| Severity | Response time |
|---|---|
| SEV{n} | {n} minutes |
"""


def _documents(folder: Path) -> tuple[Path, ...]:
    text = "# Shop\n" + "".join(SECTION.format(n=n) for n in range(1, 51))
    for name in ("a.md", "b.md"):
        (folder / name).write_text(text.replace("shop", name[0]))
    (folder / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    return folder / "a.md", folder / "picture.md", folder / "b.md"


@pytest.mark.parametrize("many", [True, False])
def test_a_check_on_two_cores_says_the_same(
    many: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = _documents(tmp_path)[: 3 if many else 1]
    forks = 0
    fork = os.fork

    def counted() -> int:
        nonlocal forks
        forks += 1
        return fork()

    monkeypatch.setattr(os, "fork", counted)
    one, problems = linting.check(Wanted(paths), date(2026, 11, 1))
    assert forks == 0
    two, same = linting.check(Wanted(paths, cores=2), date(2026, 11, 1))
    assert forks == (2 if many else 3)  # to read one alone, to compile, and to check
    assert two == one
    assert len(one.findings) > 40
    assert list(map(str, same)) == list(map(str, problems))
    assert [problem.code for problem in same] == [problem.code for problem in problems]


def test_a_wrong_choice_is_the_same_mistake(tmp_path: Path) -> None:
    wanted = Wanted(_documents(tmp_path), select=frozenset({"nonsense"}), cores=2)
    with pytest.raises(Problem, match="nonsense"):
        linting.check(wanted, date(2026, 11, 1))


def test_the_whole_program_says_the_same_on_one_core(tmp_path: Path) -> None:
    paths = list(map(str, _documents(tmp_path)))
    words = [sys.executable, "-m", "steadyhand", "lint", "--no-cache", *paths]
    own = "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    own += "os.execv(sys.argv[1], sys.argv[1:])"
    two = subprocess.run(words, capture_output=True, text=True, timeout=120)
    one = subprocess.run(
        [sys.executable, "-c", own, *words], capture_output=True, text=True, timeout=120
    )
    assert (two.returncode, two.stdout, two.stderr) == (one.returncode, one.stdout, one.stderr)
    assert two.returncode == 2  # one of them is a picture
