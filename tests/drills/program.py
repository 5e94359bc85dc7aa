"""What tests of the control plane against a lab share: the lab as they see it, and the program."""

import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Lab:
    file: Path
    control: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def ours(self) -> int:
        """Count the deployments that were made through the API."""
        made = self.ask("GET", "/deployments")
        return sum(1 for deployment in made if deployment["cause"] == "api")


def clean_environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, **more}


def steadyhand(state: Path, lab: Lab | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a user would, with no terminal."""
    environment = clean_environment(**({"STEADYHAND_LAB": str(lab.file)} if lab else {}))
    return subprocess.run(
        [sys.executable, "-m", "steadyhand", "--state", str(state), *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
