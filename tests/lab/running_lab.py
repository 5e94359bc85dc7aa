"""Labs for tests: each is a process of its own, as it is for everybody else.

`start_lab` brings one up; whoever starts one ends it with `stop`.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.session import Session

# Never a person's credentials, and always an endpoint: a test cannot reach AWS itself.
DUMMY = {
    "AWS_ACCESS_KEY_ID": "lab",
    "AWS_SECRET_ACCESS_KEY": "lab",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
LAB = (sys.executable, "-m", "steadyhand.lab")


def lab_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return {**kept, **DUMMY, **(extra or {})}


@dataclass
class RunningLab:
    """A lab that is up: its process, its folder and what it announced."""

    process: subprocess.Popen[str]
    state: Path
    contract: dict[str, Any]

    def control(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.contract["control"] + path, data, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = self.control("GET", "/status")
        return told

    def client(self, service: str, **config: Any) -> Any:
        """A botocore client of the lab's API; its endpoint and credentials are always given."""
        session = Session()
        settings = Config(**config)
        return session.create_client(
            service,
            region_name="us-east-1",
            endpoint_url=self.contract["aws"]["endpoint"],
            aws_access_key_id="lab",
            aws_secret_access_key="lab",
            config=settings,
        )

    def aws(self, *words: str) -> Any:
        """Run the real AWS CLI; give its JSON."""
        command = [str(Path(sys.executable).with_name("aws"))]
        command += ["--endpoint-url", self.contract["aws"]["endpoint"], "--output", "json", *words]
        done = subprocess.run(
            command, env=lab_environment(), capture_output=True, text=True, check=True, timeout=60
        )
        return json.loads(done.stdout)

    def stop(self) -> int:
        """End it as a person would, and give its exit code."""
        self.process.terminate()
        try:
            self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:  # nothing of it may be left to those who come after
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode


def start_lab(
    state: Path, *options: str, system: str = "sleek-coach", fresh: bool = True
) -> RunningLab:
    """Bring a system up at factor 60 and wait until it is healthy."""
    command = [*LAB, "up", system, "--state", str(state), "--die-with-parent"]
    command += ["--fresh"] if fresh else []
    process = subprocess.Popen(
        [*command, "--factor", "60", *options],
        env=lab_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    if not line:
        _, said = process.communicate(timeout=20)
        raise AssertionError(f"the lab did not come up: {said}")
    return RunningLab(process, state, json.loads(line))


def eventually(check: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Poll until `check` gives something true, and return that."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return found
