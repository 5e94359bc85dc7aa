"""ContractorLens's deploy script, against an `aws` that keeps its state in files.

What is asked of AWS here is what the script decides by; the lab's own tests run it on the lab.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from steadyhand.lab.systems.contractorlens import CONTRACTORLENS

SCRIPT = CONTRACTORLENS.folder / "scripts" / "deploy.sh"
IMAGE = "1.dkr.ecr.us-east-1.amazonaws.com/contractorlens-backend"
ARN = "arn:aws:ecs:us-east-1:1:task-definition/"

# `service` holds the revision in service; `stays` what it becomes, if not what is asked for.
AWS = r"""#!/bin/bash
cd "${0%/*}"
printf '%s\n' "$*" >> calls
case "$1 $2" in
  "ecs describe-services") echo "ARN$(< service)" ;;
  "ecs describe-task-definition")
    case "$*" in *--output\ text*) echo "$(< image)" ;; *) cat definition.json ;; esac ;;
  "ecs register-task-definition") printf '%s' "$4" > registered.json; echo "ARNcontractorlens:8" ;;
  "ecs list-task-definitions") cat revisions ;;
  "ecs update-service")
    [ -e refuse ] && { echo "An error occurred (AccessDeniedException)" >&2; exit 254; }
    [ -e stays ] || printf '%s' "$8" > service ;;
  "ecs wait") [ ! -e unstable ] || exit 255 ;;
esac
""".replace("ARN", ARN)


@dataclass(frozen=True)
class Working:
    """A working copy, and the `aws` beside it."""

    folder: Path
    aws: Path

    def deploy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "scripts" / "deploy.sh", *arguments],
            env={"PATH": f"{self.aws}:{os.defpath}"},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    def set(self, name: str, text: str = "") -> None:
        (self.aws / name).write_text(text)

    @property
    def changes(self) -> list[str]:
        """The calls that change something."""
        calls = (self.aws / "calls").read_text().splitlines()
        return [call for call in calls if " update-" in call or " register-" in call]


@pytest.fixture
def working(tmp_path: Path) -> Working:
    made = Working(tmp_path / "copy", tmp_path / "bin")
    (made.folder / "scripts").mkdir(parents=True)
    made.aws.mkdir()
    shutil.copy(SCRIPT, made.folder / "scripts")
    shutil.copy(CONTRACTORLENS.folder / "RELEASE", made.folder)
    made.set("aws", AWS)
    (made.aws / "aws").chmod(0o755)
    made.set("calls")
    made.set("service", "contractorlens:7")
    made.set("image", f"{IMAGE}:3.2.7")
    container = {"name": "backend", "image": f"{IMAGE}:3.2.7", "environment": []}
    definition = {"family": "contractorlens", "containerDefinitions": [container]}
    made.set("definition.json", json.dumps(definition, indent=4))
    names = ("contractorlens:9", "contractorlens-x:6", "contractorlens:7", "contractorlens:5")
    made.set("revisions", "\t".join(ARN + name for name in names))
    return made


def test_production_registers_the_release_and_rolls_it_out(working: Working) -> None:
    done = working.deploy("production")
    assert done.returncode == 0, done.stderr
    registered = json.loads((working.aws / "registered.json").read_text())
    assert registered["containerDefinitions"][0]["image"] == f"{IMAGE}:3.2.8"
    assert registered["family"] == "contractorlens"
    assert (working.aws / "service").read_text() == "contractorlens:8"
    assert [call.split()[1] for call in working.changes] == [
        "register-task-definition",
        "update-service",
    ]
    assert working.deploy("production", "3.2.9").returncode == 0
    registered = json.loads((working.aws / "registered.json").read_text())
    assert registered["containerDefinitions"][0]["image"] == f"{IMAGE}:3.2.9"


def test_rollback_goes_to_the_next_older_revision_of_the_same_family(working: Working) -> None:
    done = working.deploy("rollback")
    assert done.returncode == 0, done.stderr
    assert "going back from contractorlens:7 to contractorlens:5" in done.stdout
    assert (working.aws / "service").read_text() == "contractorlens:5"


def test_nothing_changes_where_there_is_nothing_to_do(working: Working) -> None:
    assert working.deploy("production", "3.2.7").returncode == 1
    working.set("service", "contractorlens:5")
    done = working.deploy("rollback")
    assert done.returncode == 1
    assert "no revision of contractorlens before 5" in done.stderr
    assert working.deploy().returncode == working.deploy("staging").returncode == 2
    assert working.changes == []


@pytest.mark.parametrize("trouble", ["refuse", "unstable", "stays"])
def test_a_rollout_that_did_not_happen_is_a_failure(working: Working, trouble: str) -> None:
    working.set(trouble)
    done = working.deploy("rollback")
    assert done.returncode != 0
    assert "deploy: contractorlens:5 is in service" not in done.stdout
