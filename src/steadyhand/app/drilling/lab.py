"""The lab, seen from outside: start it as a program of its own, and talk to its control address."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steadyhand.app.problem import Problem
from steadyhand.app.targets import LabInfo, lab_info, read_lab

# What a lab may not see, whatever the operator's shell holds: it has no use for it.
_CREDENTIALS = ("AWS_", "PG", "STEADYHAND_")
_TO_START = 60.0  # seconds


@dataclass
class Lab:
    """A lab that this process started, or one that was up already (`process` None)."""

    info: LabInfo
    process: subprocess.Popen[bytes] | None = None

    def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Call the control address and read the JSON it answers. Raises Problem."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.info.control + path, data, method=method)
        request.add_header("content-type", "application/json")
        # The operator's proxy settings have no say about loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            raise Problem(f"the lab refuses {method} {path}: {said}", 1) from None
        except OSError as error:
            raise Problem(f"the lab does not answer at {self.info.control}: {error}", 1) from None

    def close(self) -> None:
        """End the lab if this process started it; with it ends everything in it."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def start_lab(system: str, state: Path, factor: float, options: Sequence[str] = ()) -> Lab:
    """Start the lab for one system and wait until all in it is healthy. Raises Problem."""
    command = [
        sys.executable, "-m", "steadyhand.lab", "up", system, "--factor", f"{factor:g}",
        "--state", str(state), "--die-with-parent", "--fresh", *options,
    ]  # fmt: skip
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(_CREDENTIALS)
    }
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is ours to pass on, in order
    )
    try:
        return Lab(lab_info(json.loads(_first_line(process))), process)
    except BaseException:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        raise


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    if process.stdout is None or process.stderr is None:
        raise AssertionError("the lab was started with pipes")
    deadline = time.monotonic() + _TO_START
    while time.monotonic() < deadline:
        ready, _, _ = select.select([process.stdout], [], [], 0.2)
        if ready and (line := process.stdout.readline()):
            return line
        if process.poll() is not None:
            said = process.stderr.read().decode(errors="replace").strip()
            raise Problem(f"the lab did not start: {said.splitlines()[-1] if said else '?'}", 1)
    raise Problem(f"the lab was not healthy within {_TO_START:g} seconds", 1)


def find_lab(lab_file: Path) -> Lab:
    """Find the lab that is up. Raises Problem when there is none."""
    return Lab(read_lab(lab_file))
