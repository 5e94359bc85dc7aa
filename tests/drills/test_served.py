"""Two incidents through `serve` in the lab: alarm, page, assessment, approval, remedy, post-mortem.

Everything is done as people do it: the service is a process, they type commands beside it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import steadyhand.lab.systems
from tests.lab.running_lab import RunningLab, eventually, lab_environment, start_lab

pytestmark = [pytest.mark.soak, pytest.mark.lab, pytest.mark.timeout(400)]

SYSTEMS = Path(next(iter(steadyhand.lab.systems.__path__)))
PROGRAM = (sys.executable, "-m", "steadyhand")


class Room:
    """A state directory, the lab's files, and a person who types."""

    def __init__(self, state: Path, lab: RunningLab) -> None:
        self.state = state
        self.lab = lab
        # As on the operations host, where the lab says what an operator has set.
        own = lab.contract["system"]["environment"]
        self.environment = lab_environment({"STEADYHAND_LAB": str(lab.state / "lab.json"), **own})

    def typed(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            [*PROGRAM, "--state", str(self.state), *words],
            env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def refused(self, *words: str) -> str:
        done = subprocess.run(
            [*PROGRAM, "--state", str(self.state), *words],
            env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 2, done.stdout + done.stderr
        return done.stderr

    def asked(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.typed(*words, "--json").splitlines()]

    def incident(self) -> dict[str, Any]:
        (one,) = eventually(lambda: self.asked("incidents", "list"), 90)
        found: dict[str, Any] = one
        return found

    def run_that_asks(self) -> str:
        def found() -> list[str]:
            return [one["id"] for one in self.asked("runs", "list") if one["state"] == "asks"]

        key: str = eventually(found, 90)[0]
        return key

    def workers(self) -> int:
        found = self.lab.client("ecs").describe_services(
            cluster="prod-revenue-context", services=["context-engine"]
        )
        return int(found["services"][0]["runningCount"])

    def pages(self) -> list[str]:
        told = self.lab.control("GET", "/webhooks")
        return [one["body"]["title"] for one in told]


@contextmanager
def served(tmp_path: Path, system: str, folder: str) -> Iterator[Room]:
    lab = start_lab(tmp_path / "lab", "--traffic", "20", system=system)
    try:
        room = Room(tmp_path / "state", lab)
        words = [
            *PROGRAM,
            "--state",
            str(room.state),
            "serve",
            str(SYSTEMS / folder / "RUNBOOK.md"),
        ]
        with (tmp_path / "serve.log").open("wb") as log:
            service = subprocess.Popen(
                [*words, "--target", "lab"], env=room.environment, stdout=log, stderr=log
            )
            try:
                eventually(lambda: b"serving" in (tmp_path / "serve.log").read_bytes(), 60)
                yield room
            except BaseException:
                print((tmp_path / "serve.log").read_text())
                raise
            finally:
                service.terminate()
                assert service.wait(60) == 0
    finally:
        lab.stop()


def resolved(room: Room, key: str) -> str:
    """Wait until it is over and reviewed; the post-mortem."""
    eventually(lambda: room.incident()["state"] == "reviewed", 180)
    return (room.state / "reports" / f"{key}.md").read_text()


def test_a_bad_deployment_is_rolled_back(tmp_path: Path) -> None:
    with served(tmp_path, "sleek-coach", "sleek_coach") as room:
        room.lab.control("POST", "/faults/bad-deployment", {})
        key = room.incident()["id"]
        run = room.run_that_asks()
        assert run.startswith(key)
        room.typed("incidents", "ack", key)
        room.typed("approve", run, "--yes")
        text = resolved(room, key)
        assert "update-service" in text
        assert any("page" in title for title in room.pages())
        assert any("resolved" in title for title in room.pages())


def test_a_burst_of_messages_is_worked_off_by_more_workers(tmp_path: Path) -> None:
    with served(tmp_path, "revenue-context", "revenue_context") as room:
        room.lab.control("POST", "/faults/kafka-lag", {"rate": 150})
        key = room.incident()["id"]
        assert "Kafka Consumer Lag" in room.typed("incidents", "show", key)
        room.typed("incidents", "ack", key)
        eventually(lambda: "a person chooses" in room.typed("incidents", "show", key), 90)
        assert "is no part" in room.refused("incidents", "remedy", key, "Nothing")
        room.typed("incidents", "remedy", key, "Resolution")
        room.typed("approve", room.run_that_asks(), "--yes")
        eventually(lambda: room.workers() == 3, 60)
        room.lab.control("DELETE", "/faults/kafka-lag")  # the burst is over; what piled up is not
        text = resolved(room, key)
        assert "--desired-count 3" in text
        assert "kafka-consumer-groups.sh" in text
        assert any("resolved" in title for title in room.pages())
