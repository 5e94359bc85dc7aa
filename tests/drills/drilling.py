"""`steadyhand drill` as a user starts it: what it said, how it ended, what it left behind."""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

LAST_LINE = re.compile(r"^RESOLVED incident=(\S+) seconds=(\d+(?:\.\d+)?) report=(\S+)$")


@dataclass(frozen=True)
class Drilled:
    code: int
    screen: str
    state: Path

    @property
    def report(self) -> str:
        found = LAST_LINE.match(self.screen.splitlines()[-1])
        assert found, self.screen
        return Path(found[3]).read_text()


def drill(state: Path, *arguments: str, scenario: str = "bad-deployment") -> Drilled:
    """Run `steadyhand drill sleek-coach …` as a user would, and look for what it leaves behind."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "steadyhand", "--state", str(state), "drill", "sleek-coach",
         scenario, "--factor", "60", *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    left = left_behind(state)
    assert left == [], left
    return Drilled(done.returncode, done.stdout + done.stderr, state)


def left_behind(state: Path, seconds: float = 5.0) -> list[str]:
    """Name every process that still works in or for a state directory.

    What was killed with its parent needs a moment to be gone: so long is waited for it at most.
    """
    deadline = time.monotonic() + seconds
    while (left := _there(state)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _there(state: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["pid", "cmdline", "environ", "cwd"]):
        said = " ".join(process.info["cmdline"] or [])
        said += " ".join((process.info["environ"] or {}).values()) + (process.info["cwd"] or "")
        if str(state) in said and process.pid != os.getpid():
            found.append(f"{process.pid}: {' '.join(process.info['cmdline'] or [])[:200]}")
    return found
