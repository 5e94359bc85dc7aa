"""A steady load of each system's own users, with nothing injected: nobody meets an error."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.lab.running_lab import lab_environment

from steadyhand.lab.systems import SYSTEMS

pytestmark = [pytest.mark.soak, pytest.mark.lab]
LOAD = Path(__file__).parents[2] / "benchmarks" / "lab_load.py"


@pytest.mark.parametrize("system", SYSTEMS)
def test_200_requests_a_second_for_a_minute(system: str) -> None:
    done = subprocess.run(
        [sys.executable, str(LOAD), system, "--rate", "200", "--seconds", "60"],
        env=lab_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    (row,) = json.loads(done.stdout.splitlines()[-1])["systems"]
    assert row["requests"] == 12_000
    assert row["errors"] == 0
    # Open loop: a system that falls behind would be asked late, and end late.
    assert row["rate"] > 180
