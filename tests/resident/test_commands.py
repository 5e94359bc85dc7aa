"""Commands of steadyhand with a resident: the same text, exit codes and questions."""

import json
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.resident.conftest import Terminal, Typed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the resident is Linux's")

LOOK = '# Shop\n\n## Look\n\n```bash\n# How late it is\ndate\necho "$WHO"\n```\n'
CHANGE = "# Shop\n\n## Change\n\n```bash\ntouch made\nsleep 30\n```\n"
SETTINGS = '[run]\nvariables = ["WHO"]\n'
TARGET = ("--target", "aws:shop@us-east-1")


@pytest.fixture(scope="module")
def shop(steadyhand: Typed) -> Typed:
    (steadyhand.folder / "look.md").write_text(LOOK)
    (steadyhand.folder / "change.md").write_text(CHANGE)
    (steadyhand.folder / "steadyhand.toml").write_text("schema = 1\n" + SETTINGS)
    return steadyhand


def _plain(text: str) -> str:
    """Leave out what is another with each run: its id, and how late it is."""
    text = re.sub(r"\d{8}-\d{6}-[0-9a-f]{6}", "RUN", text)
    text = re.sub(r'"seed": \d+|\b[0-9a-f]{8,64}\b', "DRAWN", text)
    text = re.sub(
        r"\w{3} \w{3} +\d+ [\d:]+ \w+ \d{4}|\d{4}-\d\d-\d\dT[\d:.+]+|\d+\.\d s", "T", text
    )
    return re.sub(r".*took T before.*\n", "", text)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--version",), 0),
        (("lint", "change.md", "--format", "json"), 0),
        (("run", "look.md", "Look", *TARGET, "--json"), 0),
        (("run", "change.md", "Change", *TARGET), 3),
        (("approve",), 2),
        pytest.param(("lint", "look.md"), 1, marks=pytest.mark.soak),
        pytest.param(("lint", "nowhere.md"), 2, marks=pytest.mark.soak),
        pytest.param(("compile", "look.md", "--json"), 0, marks=pytest.mark.soak),
        pytest.param(("plan", "look.md", "Look", *TARGET), 0, marks=pytest.mark.soak),
        pytest.param(("plan", "look.md", "Look"), 2, marks=pytest.mark.soak),
        pytest.param(("run", "look.md", "Look", *TARGET), 0, marks=pytest.mark.soak),
        pytest.param(("runs", "show", "nothing"), 2, marks=pytest.mark.soak),
        pytest.param(("incidents", "list", "--json"), 0, marks=pytest.mark.soak),
        pytest.param(("no-such-command",), 2, marks=pytest.mark.soak),
    ],
)
def test_it_says_the_same_and_ends_with_the_same_code(
    shop: Typed, words: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    said = []
    for give in (shop.warm, shop.cold):
        state = tmp_path / give.__name__
        variables = {"STEADYHAND_STATE": str(state), "WHO": "Ada"}
        done = give(*words, environment=shop.environment(give == shop.warm, **variables))
        printed = f"{done.stdout}---\n{done.stderr}".replace(str(state), "STATE")
        said.append(_plain(printed).splitlines())
        assert done.returncode == code, done.stderr
    assert said[0] == said[1]


def test_what_a_run_takes_from_the_environment_is_the_caller_s(shop: Typed, tmp_path: Path) -> None:
    words = ("--state", str(tmp_path), "run", "look.md", "Look", *TARGET)
    done = shop.warm(*words, environment=shop.environment(WHO="Grace"))
    assert (done.returncode, "Grace" in done.stdout) == (0, True), done.stderr
    done = shop.warm(*words)
    assert (done.returncode, "WHO" in done.stderr, "Grace" in done.stdout) == (2, True, False)


def test_lines_come_through_a_pipe_as_they_are_said(shop: Typed, tmp_path: Path) -> None:
    words = ("--state", str(tmp_path), "run", "look.md", "Look", *TARGET, "--json")
    done = shop.warm(*words, environment=shop.environment(WHO="é"))
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["text"] for one in events if one["type"] == "Output"][-1] == "é\n"


def test_a_person_is_asked_and_interrupts(
    shop: Typed, at_terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    words = shop.command("--state", str(tmp_path), "run", "change.md", "Change", *TARGET)
    screen = at_terminal(words, shop.environment(), shop.folder)
    screen.expect("[l] leave it for later")
    (child,) = psutil.Process(shop.resident.pid).children()
    assert child.is_running()
    screen.type("y\n")
    screen.expect("2/2")
    for _ in range(20):
        screen.type("\x03")
        if screen.shows("interrupted; steadyhand resume", 0.5):
            break
    assert screen.close() == 130


def test_a_run_whose_command_was_killed_is_resumed(
    shop: Typed, at_terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    state = ("--state", str(tmp_path))
    words = shop.command(*state, "run", "change.md", "Change", *TARGET)
    screen = at_terminal(words, shop.environment(), shop.folder)
    screen.expect("run 2")
    screen.expect("[l] leave it for later")
    screen.type("y\n")
    screen.expect("2/2")
    (child,) = psutil.Process(shop.resident.pid).children()
    below = child.children(recursive=True)
    screen.process.kill()
    assert screen.process.wait() == -signal.SIGKILL
    psutil.wait_procs([child, *below], timeout=10)
    assert not child.is_running()
    os.close(screen.master)
    (line,) = shop.warm(*state, "runs", "list", "--json").stdout.splitlines()
    done = shop.warm(*state, "runs", "show", json.loads(line)["id"])
    assert "touch made" in done.stdout


def test_it_tells_whether_it_would_be_used(shop: Typed) -> None:
    done = shop.give("resident", "status")
    assert (done.returncode, f"process {shop.resident.pid};" in done.stdout) == (0, True)
    done = shop.give("resident", "status", environment=shop.environment(MALLOC_ARENA_MAX="1"))
    assert (done.returncode, "started with another MALLOC_ARENA_MAX" in done.stdout) == (1, True), (
        done.stdout
    )
    done = shop.give("resident", "start")
    assert (done.returncode, "is in" in done.stderr) == (1, True)
    done = shop.cold("resident", "status")
    assert (done.returncode, "none" in done.stderr) == (2, True)


def test_it_holds_nothing_that_a_child_must_not_have(shop: Typed) -> None:
    resident = psutil.Process(shop.resident.pid)
    assert resident.num_threads() == 1
    held = {os.readlink(one) for one in Path(f"/proc/{resident.pid}/fd").iterdir()}
    assert not [one for one in held if not one.startswith(("pipe:", "socket:", "/dev/null"))
                and one != str(shop.place)]  # fmt: skip
    assert resident.children() == []


def test_what_lasts_is_not_its_child(shop: Typed) -> None:
    before = shop.children()
    assert shop.give("serve", "nowhere.md", "--for", "1").returncode == 2
    assert shop.give("--state", "x", "watch", "nowhere.md").returncode == 2
    assert shop.children() == before


def test_it_is_stopped(shop: Typed) -> None:
    assert shop.give("resident", "stop").returncode == 0
    assert shop.resident.wait(20) == 0
    done = shop.give("resident", "stop")
    assert (done.returncode, done.stderr) == (1, "steadyhand: no resident\n")
    assert shop.give("--version").returncode == 0
