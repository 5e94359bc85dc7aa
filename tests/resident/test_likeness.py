"""What is carried out by a child of the resident is as if it had been started on its own."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from steadyhand.resident import door
from tests.resident.conftest import Terminal, Typed, small

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the resident is Linux's")

WHAT_IT_IS = """
import json, os, resource, signal, sys, tempfile, threading, time
lines = open("/proc/self/status").read().splitlines()
kept = tuple("Umask SigB SigI SigC Cap Uid Gid Groups NoNewPrivs Seccomp Cpus_allowed".split())
streams = [
    (s.encoding, s.errors, s.line_buffering, s.write_through, s.isatty(), s.fileno(), s.newlines)
    for s in (sys.stdin, sys.stdout, sys.stderr)
]
report = {
    "argv": sys.argv[2:], "folder": os.getcwd(), "variables": sorted(os.environ.items()),
    "input": sys.stdin.read(), "streams": streams, "threads": threading.active_count(),
    "limits": [resource.getrlimit(n) for n in range(16)], "path": sys.path,
    "status": [line for line in lines if line.startswith(kept)],
    "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    "zone": time.localtime(0).tm_hour, "temporary": tempfile.gettempdir(),
}
for descriptor in range(64):
    try:
        where = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        continue
    if not where.startswith(("pipe:", "/proc/")):
        report[f"descriptor {descriptor}"] = where
print(json.dumps(report))
print("in error", file=sys.stderr)
"""


def test_it_is_what_it_would_be_on_its_own(program: Typed, tmp_path: Path) -> None:
    def prepared() -> None:
        os.umask(0o027)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as with nohup
        resource.setrlimit(resource.RLIMIT_NOFILE, (700, 800))

    other = tmp_path / "é folder"
    other.mkdir()
    given = {"GIVEN": "ü = 1", "EMPTY": "", "TZ": "Asia/Tokyo", "TMPDIR": str(other)}
    with open(tmp_path / "given", "w") as file, open(tmp_path / "input", "w+") as typed:
        typed.write("typed\n")
        said = []
        for warm in (True, False):
            typed.seek(0)
            said.append(
                (program.warm if warm else program.cold)(
                    *(WHAT_IT_IS, "a word", ""),
                    environment=program.environment(warm) | given,
                    cwd=other,
                    stdin=typed,
                    pass_fds=(file.fileno(),),
                    preexec_fn=prepared,
                )
            )
    one, two = (json.loads(done.stdout) for done in said)
    for report in (one, two):
        report["variables"].remove(next(v for v in report["variables"] if "RESIDENT" in v[0]))
    assert one == two
    assert (one["zone"], one["argv"], one["input"]) == (9, ["a word", ""], "typed\n")
    assert [done.stderr for done in said] == ["in error\n"] * 2


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("pass", 0),
        ("import sys; sys.exit(7)", 7),
        ("import sys; sys.exit('why')", 1),
        ("raise ValueError('why')", 1),
        ("import os; os._exit(9)", 9),
        ("import os; os.kill(os.getpid(), 9)", -9),
        ("import os; os.kill(os.getpid(), 15)", -15),
        ("import os; os.abort()", -6),
        ("import atexit, os; atexit.register(os._exit, 5)", 5),
        ("import os, sys; os.close(1); sys.stdout.write('lost')", 120),
        (
            "import threading, time, atexit, os\natexit.register(os._exit, 5)\n"
            "threading.Thread(target=time.sleep, args=(0.1,)).start()",
            5,
        ),
    ],
)
def test_it_ends_as_it_would_on_its_own(program: Typed, code: str, ended: int) -> None:
    warm, cold = program.warm(code), program.cold(code)
    assert (warm.returncode, cold.returncode) == (ended, ended)
    assert (warm.stdout, warm.stderr.splitlines()[-1:]) == ("", cold.stderr.splitlines()[-1:])


def test_no_variable_of_one_is_left_for_another(program: Typed) -> None:
    shows = "import os, sys; print(os.environ.get('AWS_SECRET_ACCESS_KEY'))"
    secret = program.environment(AWS_SECRET_ACCESS_KEY="canary-51")
    assert program.warm(shows, environment=secret).stdout == "canary-51\n"
    assert program.warm(shows).stdout == "None\n"
    memory = "".join(_memory(program.resident.pid))
    assert "canary-51" not in memory
    assert "STEADYHAND_RESIDENT" in memory  # what is there is seen


def _memory(pid: int) -> list[str]:
    """Read what a process has written to: its heap, its stack, all of it."""
    found = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            where, rights, *rest = line.split()
            start, end = (int(one, 16) for one in where.split("-"))
            if rights.startswith("rw") and not (rest[-1:] or [""])[0].startswith("[v"):
                memory.seek(start)
                found.append(memory.read(end - start).decode("latin-1"))
    return found


# --- signals, and ends that nobody wished for -----------------------------------------------------

WAITS = "import time\nprint('here', flush=True)\ntime.sleep(60)"


def _started(program: Typed, code: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        program.command(code), env=program.environment(), cwd=program.folder,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


def _child(program: Typed) -> psutil.Process:
    (child,) = psutil.Process(program.resident.pid).children()
    return child


@pytest.mark.parametrize(
    ("code", "number", "ended"),
    [
        (WAITS, signal.SIGTERM, -15),
        (WAITS, signal.SIGHUP, -1),
        (f"import signal, sys\nsignal.signal(10, lambda *_: sys.exit(3))\n{WAITS}", 10, 3),
        (f"import signal, sys\nsignal.signal(15, lambda *_: sys.exit(4))\n{WAITS}", 15, 4),
    ],
)
def test_a_signal_is_passed_on(program: Typed, code: str, number: int, ended: int) -> None:
    process = _started(program, code)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == ended


def test_kill_9_of_the_client_ends_the_command(program: Typed) -> None:
    process = _started(program, WAITS)
    child = _child(program)
    process.kill()
    process.communicate(timeout=20)
    child.wait(10)
    assert program.warm("print('next')").stdout == "next\n"


def test_kill_9_of_the_resident_ends_its_commands(tmp_path: Path) -> None:
    program = small(tmp_path)
    process = _started(program, WAITS)
    child = _child(program)
    program.resident.kill()
    _, said = process.communicate(timeout=20)
    assert (process.returncode, "a run goes on with `resume RUN`" in said) == (1, True)
    child.wait(10)
    program.end()
    assert (program.place / "resident").exists()  # nobody listens there: it is done here
    assert program.give("print('alone')").stdout == "alone\n"
    again = small(tmp_path)
    assert again.warm("print('again')").stdout == "again\n"
    again.end()


def test_told_to_end_it_waits_for_what_is_under_way(tmp_path: Path) -> None:
    program = small(tmp_path)
    process = _started(program, WAITS)
    program.resident.terminate()
    _until(lambda: not (program.place / "resident").exists())
    assert program.give("print('alone')").stdout == "alone\n"
    assert program.resident.poll() is None
    process.kill()
    process.communicate(timeout=20)
    assert program.resident.wait(20) == 0
    program.end()


def test_told_to_end_when_it_takes_no_more_already_it_waits_as_well(tmp_path: Path) -> None:
    program = small(tmp_path)
    process = _started(program, WAITS)
    code = program.folder / "program.py"
    code.write_text(f"{code.read_text()}\n")
    assert program.give("print('alone')").stdout == "alone\n"
    _until(lambda: not (program.place / "resident").exists())
    caught = _caught(program.resident.pid)
    program.resident.terminate()
    _until(lambda: _caught(program.resident.pid) != caught)  # it has been heard
    assert program.resident.poll() is None
    process.terminate()  # passed on to the child, which is there still
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGTERM
    assert program.resident.wait(20) == 0
    program.end()


def _caught(pid: int) -> str:
    """Say which signals a process has handlers for; empty when it has gone."""
    said = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((line for line in said if line.startswith("SigCgt")), "")


def _until(so: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not so():
        assert time.monotonic() < until
        time.sleep(0.01)


# --- who is not served ----------------------------------------------------------------------------


def test_code_that_is_another_on_the_disk_is_not_served(tmp_path: Path) -> None:
    program = small(tmp_path)
    code = program.folder / "program.py"
    code.write_text(code.read_text().replace("exec(", "print('new'); exec("))
    assert program.give("print('code')").stdout == "new\ncode\n"
    assert program.resident.wait(20) == 0
    program.end()


@pytest.mark.parametrize(
    "variables", [{"PYTHONHASHSEED": "1"}, {"LC_ALL": "POSIX"}, {"MALLOC_ARENA_MAX": "1"}]
)
def test_a_variable_that_is_read_early_is_not_taken_over(
    program: Typed, variables: dict[str, str]
) -> None:
    shows = "import sys; print('steadyhand.resident.serve' in sys.modules)"
    done = program.give(shows, environment=program.environment() | variables)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_a_file_with_a_high_number_keeps_it(program: Typed, tmp_path: Path) -> None:
    """Where it would be in the way of the child, the command runs without the resident."""
    given = tmp_path / "given"
    given.touch()
    shows = (
        "import os, sys; print(os.readlink('/proc/self/fd/{}'), "
        "'steadyhand.resident.serve' in sys.modules)"
    )
    for number, warm in (
        (door.OUT_OF_THE_WAY - 1, True),
        (door.OUT_OF_THE_WAY, False),
        (300, False),
    ):
        with open(given) as file:
            os.dup2(file.fileno(), number)
        try:
            done = program.give(shows.format(number), pass_fds=(number,))
        finally:
            os.close(number)
        assert (done.stdout, done.stderr) == (f"{given} {warm}\n", "")


def test_another_niceness_or_rights_are_not_taken_over(program: Typed) -> None:
    shows = "import sys; print('steadyhand.resident.serve' in sys.modules)"
    assert program.give(shows).stdout == "True\n"
    for prepared in (["nice", "-n", "5"], ["setpriv", "--no-new-privs"]):
        done = subprocess.run(
            [*prepared, *program.command(shows)], env=program.environment(), cwd=program.folder,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert (done.stdout, done.stderr) == ("False\n", "")


def test_a_closed_input_is_closed_here_too(program: Typed) -> None:
    shows = "import sys; print(sys.stdin)"
    words = ["sh", "-c", 'exec "$@" <&-', "sh", *program.command(shows)]
    done = subprocess.run(
        words, env=program.environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "None\n"


def test_a_folder_that_others_can_reach_into_is_not_trusted(program: Typed, tmp_path: Path) -> None:
    there = tmp_path / "resident"
    there.mkdir(mode=0o777)
    os.chmod(there, 0o777)
    with socket.socket(socket.AF_UNIX) as somebody:
        somebody.bind(door.path(str(there)))
        somebody.listen()
        shows = program.environment() | {"STEADYHAND_RESIDENT": str(there)}
        assert program.give("print('alone')", environment=shows).stdout == "alone\n"
        somebody.settimeout(0)
        with pytest.raises(BlockingIOError):
            somebody.accept()
        os.chmod(there, 0o700)
        reached = door.reach(str(there))
        assert reached is not None
        assert door.peer(reached) == (os.getpid(), os.getuid())
        reached.close()


def test_somebody_else_s_listener_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chmod(tmp_path, 0o700)
    with socket.socket(socket.AF_UNIX) as somebody:
        somebody.bind(door.path(str(tmp_path)))
        somebody.listen()
        monkeypatch.setattr("steadyhand.resident.door.peer", lambda _: (1, os.getuid() + 1))
        assert door.reach(str(tmp_path)) is None


def test_a_listener_that_says_nothing_is_not_waited_for(program: Typed, tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o700)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(door.path(str(tmp_path)))
        deaf.listen()
        environment = program.environment() | {"STEADYHAND_RESIDENT": str(tmp_path)}
        assert program.give("print('alone')", environment=environment).stdout == "alone\n"


def test_what_is_not_gone_on_with_is_not_done(program: Typed, tmp_path: Path) -> None:
    """A caller that ends, or is late, before it has said that the child may begin."""
    code = f"open({str(tmp_path / 'done')!r}, 'w')"
    asks = f"""
import sys, time
from steadyhand.resident import client, door
there = door.reach({str(program.place)!r})
print(client.ask(there, [sys.argv[0], {code!r}])[0])
time.sleep(0.7)  # in which a child that does not wait would have done it
"""
    assert program.cold(asks).stdout == "b'y'\n"
    assert program.warm("print('next')").stdout == "next\n"
    assert not (tmp_path / "done").exists()


# --- at a terminal --------------------------------------------------------------------------------

ASKS = """
import sys, getpass, os, termios
print("warm" if "steadyhand.resident.serve" in sys.modules else "cold", flush=True)
print("secret", getpass.getpass("word? "))
try:
    input("name? ")
except KeyboardInterrupt:
    print("interrupted")
    sys.exit(130)
"""


def test_it_asks_and_is_interrupted_at_a_terminal(
    program: Typed, at_terminal: Callable[..., Terminal]
) -> None:
    screen = at_terminal(program.command(ASKS), program.environment(), program.folder)
    screen.expect("warm")
    screen.expect("word? ")
    screen.type("hidden\n")
    assert "hidden" not in screen.expect("secret")
    screen.expect("hidden")
    screen.expect("name? ")
    _interrupt(screen)
    assert screen.close() == 130


def _interrupt(screen: Terminal) -> None:
    """Type Ctrl-C until it is heard: one that comes before the program reads is lost on any."""
    for _ in range(20):
        screen.type("\x03")
        if screen.shows("interrupted", 0.5):
            return
    raise AssertionError(screen.screen)


def test_it_stops_and_goes_on_with_its_job(
    program: Typed, at_terminal: Callable[..., Terminal]
) -> None:
    shell = ["bash", "--norc", "--noprofile", "-i"]
    screen = at_terminal(shell, program.environment() | {"PS1": "$ "}, program.folder)
    code = "print('be' + 'gun', flush=True); print('read', input()); print('do' + 'ne')"
    screen.type(f'{program.command(code)[0]} program.py "{code}"\n')
    screen.expect("begun")
    child = _child(program)
    screen.type("\x1a")
    screen.expect("Stopped")
    _until(lambda: child.status() == psutil.STATUS_STOPPED)
    screen.type("bg\n")  # it reads: a job in the background is stopped again
    screen.expect("program.py")
    screen.type("echo for the sh''ell\n")
    screen.expect("for the shell")
    screen.type("fg\n")
    screen.expect("program.py")
    screen.type("for the job\n")
    screen.expect("read for the job")
    screen.expect("done")
    screen.type("exit\n")
    screen.close()


def test_its_terminal_goes_away(program: Typed, at_terminal: Callable[..., Terminal]) -> None:
    screen = at_terminal(program.command(WAITS), program.environment(), program.folder)
    screen.expect("here")
    child = _child(program)
    os.close(screen.master)
    child.wait(10)
    assert screen.process.wait(10) == -signal.SIGHUP


HOSTS = """
import os, subprocess
from steadyhand.world.door import Hosted
from steadyhand.world.programs.hosting import hosting
from steadyhand.world.secrets import Secrets
lines = []
def typed(line, confirm):
    lines.append(line)
    return ""
with hosting("cat", Hosted(0, typed), Secrets(), lambda _, chunk: os.write(1, chunk)) as host:
    subprocess.run(["cat"], stdin=host.slave, stdout=host.slave)
print("recorded", lines)
print("typed after it:", input())
"""


def test_a_session_is_hosted_at_its_terminal(
    program: Typed, at_terminal: Callable[..., Terminal]
) -> None:
    screen = at_terminal(program.command(HOSTS), program.environment(), program.folder)
    screen.expect("every line is recorded")
    screen.type("one line\r")
    screen.expect("one line\r\n")  # what cat was sent, as its terminal shows it
    screen.expect("one line\r\n")  # what it says
    screen.type("\x04")
    screen.expect("recorded ['one line']")
    screen.type("it echoes\n")
    screen.expect("typed after it: it echoes")
    assert screen.close() == 0
