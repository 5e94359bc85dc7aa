"""A backend's name in, its folder in the lab's out; and what Terraform remembers in it."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = "state.json"


def folder_of(lab: Path, backend: str) -> Path:
    """Where a state and its lock lie: one folder for each bucket and key."""
    return lab / "terraform" / "states" / hashlib.sha256(backend.encode()).hexdigest()[:16]


def initialised(lab: Path, project: Path) -> bool:
    """Whether `init` was run in a folder; also a checkout that brings its `.terraform` counts."""
    return _mark(lab, project).exists() or (project / ".terraform").is_dir()


def initialise(lab: Path, project: Path) -> None:
    mark = _mark(lab, project)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(str(project.resolve()))


def _mark(lab: Path, project: Path) -> Path:
    digest = hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:16]
    return lab / "terraform" / "initialised" / digest


def write(folder: Path, resources: Mapping[str, Any], outputs: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    before = read(folder)
    kept = {"resources": dict(resources), "outputs": dict(outputs)}
    if before is not None and {k: before[k] for k in kept} == kept:
        return
    serial = before["serial"] + 1 if before else 1
    draft = folder / f"{FILE}.draft"
    draft.write_text(json.dumps({"version": 4, "serial": serial, **kept}, indent=1))
    draft.replace(folder / FILE)


def read(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / FILE).read_text())
    except FileNotFoundError:
        return None
    return found
