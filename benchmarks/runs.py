"""What a run costs beside plain bash: its start, each durable step, and an output of 100 MB.

`make bench` runs it. Whole processes, wall clock; the documents have nothing but programs of this
machine in them, so no AWS and no network is in the figures. A step is a statement with one program
through the gate: journaled before and after, its output kept, the session saved. What a step costs
is what lies between the first one's time and the last one's, as they say it themselves (`date`): no
start, plan or end is in it.

Start-up is from the start of the program to the moment that the first command of the document says
(`date`), cold and with a resident, one after the other in turns; beside it `lint` of a runbook.

    python benchmarks/runs.py [PATH/ansible-playbook]

With Ansible's program, installed anywhere, the same steps are a play on the local machine, in the
same run.
"""

import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("steadyhand"))
ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "src/steadyhand/lab/systems/sleek_coach/RUNBOOK.md"
NONE = "none"
STEPS = 40
MEGABYTES = 100
RUNS = 5


def document(statements: list[str]) -> str:
    """Write a runbook with one procedure, a statement for each step."""
    return "\n".join(["# Bench", "", "## Go", "", "```bash", *statements, "```", ""])


def steadyhand(
    folder: Path, name: str, statements: list[str], state: str = ""
) -> tuple[float, int]:
    """Run the statements; seconds of wall time and the most memory of one process, in bytes."""
    (folder / f"{name}.md").write_text(document(statements))
    words = [PROGRAM, "--state", str(folder / (state or name))]
    return _timed([*words, "run", f"{name}.md", "Go", "--target", "aws:bench@us-east-1"], folder)


def bash(folder: Path, statements: list[str]) -> tuple[float, int]:
    """Run the same in plain bash."""
    (folder / "plain.sh").write_text("\n".join(statements) + "\n")
    return _timed(["bash", "plain.sh"], folder)


def each_step(words: list[str], folder: Path) -> float:
    """Run what prints the time in nanoseconds, STEPS times; seconds from one to the next."""
    done = subprocess.run(
        words, cwd=folder, env=_environment(NONE), capture_output=True, check=True
    )
    times = [int(one) for one in re.findall(rb"^1\d{18}$", done.stdout, re.MULTILINE)]
    assert len(times) == STEPS, done.stdout
    return (times[-1] - times[0]) / 1e9 / (STEPS - 1)


def steps(folder: Path) -> tuple[float, float]:
    """Take the step's time in turns with bash's; the median of both."""
    (folder / "steps.md").write_text(document(["date +%s%N"] * STEPS))
    (folder / "steps.sh").write_text("date +%s%N\n" * STEPS)
    target = ["run", "steps.md", "Go", "--target", "aws:bench@us-east-1"]
    pairs = [
        (
            each_step([PROGRAM, "--state", str(folder / f"steps{n}"), *target], folder),
            each_step(["bash", "steps.sh"], folder),
        )
        for n in range(RUNS)
    ]
    ours, plain = zip(*pairs, strict=True)
    return statistics.median(ours), statistics.median(plain)


def ansible(program: str, folder: Path, steps: int) -> float:
    """Run a play of as many tasks, `date` each; seconds."""
    tasks = "".join("    - ansible.builtin.command: date\n" for _ in range(steps))
    head = "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n"
    (folder / "play.yml").write_text(head + tasks)
    with_python = f"ansible_python_interpreter={sys.executable}"
    return _timed([program, "-i", "localhost,", "-e", with_python, "play.yml"], folder)[0]


@contextlib.contextmanager
def resident(folder: Path) -> Iterator[str]:
    """Have a resident for as long as this lasts; where it is."""
    place = str(folder / "resident")
    words = [PROGRAM, "resident", "start"]
    with subprocess.Popen(words, env=_environment(place), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"ready" in process.stdout.readline()
        try:
            yield place
        finally:
            process.terminate()


def to_the_first(folder: Path, place: str) -> float:
    """Run a document whose command says how late it is; seconds until it did."""
    (folder / "late.md").write_text(document(["date +%s%N"]))
    words = [PROGRAM, "--state", str(folder / "late"), "run", "late.md", "Go"]
    began = time.time_ns()
    done = subprocess.run(
        [*words, "--target", "aws:bench@us-east-1"],
        cwd=folder,
        env=_environment(place),
        capture_output=True,
        text=True,
        check=True,
    )
    (late,) = (int(line) for line in done.stdout.splitlines() if line.isdecimal())
    return (late - began) / 1e9


def lint(folder: Path, place: str) -> float:
    """Lint our runbook, which has been linted before; seconds."""
    env = _environment(place) | {"STEADYHAND_CACHE": str(folder / "cache")}
    began = time.perf_counter()
    done = subprocess.run([PROGRAM, "lint", str(OURS)], env=env, capture_output=True, check=False)
    assert done.returncode in {0, 1}, done.stderr.decode()
    return time.perf_counter() - began


def _environment(place: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"STEADYHAND_RESIDENT": place}


def _timed(words: list[str], folder: Path) -> tuple[float, int]:
    env = _environment(NONE)
    started = time.perf_counter()
    process = subprocess.Popen(words, cwd=folder, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return time.perf_counter() - started, usage.ru_maxrss * 1024


def start_up(folder: Path) -> None:
    """Print how long it is until the first command, and for a lint, cold and warm."""
    with resident(folder) as warm:
        for what, name in ((to_the_first, "to the first command"), (lint, "lint, nothing changed")):
            pairs = [(what(folder, NONE), what(folder, warm)) for _ in range(2 * RUNS + 1)][1:]
            cold, quick = (statistics.median(taken) for taken in zip(*pairs, strict=True))
            print(f"{name}: {cold:.3f} s cold, {quick:.3f} s warm, {cold / quick:.1f}×")


def main() -> None:
    """Print the figures."""
    much = [f"head -c {MEGABYTES * 10**6} /dev/zero"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_up(folder)
        one = [steadyhand(folder, f"one{n}", ["date"])[0] for n in range(RUNS)]
        known = [steadyhand(folder, f"one{n}", ["date"], f"known{n}")[0] for n in range(RUNS)]
        step, plain = steps(folder)
        start = statistics.median(one)
        print(f"cold, one program:  {start:.3f} s from the command to its end")
        print(f"the same document:  {statistics.median(known):.3f} s, compiled before")
        print(f"each further step:  {step * 1000:.1f} ms")
        print(f"the same in bash:   {plain * 1000:.1f} ms each")
        if len(sys.argv) > 1:
            short, long = (ansible(sys.argv[1], folder, steps) for steps in (1, 1 + STEPS // 4))
            each = (long - short) / (STEPS // 4)
            print(f"Ansible, one task:  {short:.3f} s, {short / start:.1f}× ours")
            print(f"each further task:  {each * 1000:.1f} ms, {each / step:.1f}× ours")
        seconds, memory = steadyhand(folder, "much", much)
        _, little = steadyhand(folder, "little", ["date"])
        beside, _ = bash(folder, much)
        print(f"{MEGABYTES} MB printed: {seconds:.1f} s ({beside:.1f} s in bash to /dev/null)")
        print(f"memory of it:       {memory / 2**20:.0f} MiB, {little / 2**20:.0f} without")


if __name__ == "__main__":
    main()
