"""A state's folder in, its lock out: one holder, written in a file that is made or is there.

Knows no command. A holder that was killed leaves its lock behind, as in production.
"""

import getpass
import json
import os
import socket
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = "lock.json"
VERSION = "1.11.4"


# https://github.com/hashicorp/terraform/blob/v1.11.4/internal/states/statemgr/locker.go
@dataclass(frozen=True)
class Lock:
    """Who holds a state, since when and for what. The names are those in Terraform's own record."""

    ID: str
    Path: str
    Operation: str
    Who: str
    Version: str
    Created: str
    Info: str = ""

    def lines(self) -> list[str]:
        pairs = [("ID", self.ID), ("Path", self.Path), ("Operation", self.Operation)]
        pairs += [("Who", self.Who), ("Version", self.Version), ("Created", self.Created)]
        return ["Lock Info:", *(f"  {f'{k}:':<11}{v}" for k, v in [*pairs, ("Info", self.Info)])]


def new_lock(path: str, operation: str, who: str = "") -> Lock:
    now = datetime.now(UTC)
    created = f"{now:%Y-%m-%d %H:%M:%S}.{now.microsecond:06}000 +0000 UTC"
    return Lock(str(uuid.uuid4()), path, operation, who or _who(), VERSION, created)


def _who() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):  # a user without a name
        return f"{os.getuid()}@{socket.gethostname()}"


def take(folder: Path, lock: Lock) -> Lock | None:
    """Become the holder. Gives the lock that is in the way, or None when it was taken."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{lock.ID}"
    draft.write_text(json.dumps(asdict(lock)))
    try:
        os.link(draft, folder / FILE)  # made whole, or not at all
    except FileExistsError:
        return held(folder) or take(folder, lock)
    finally:
        draft.unlink(missing_ok=True)  # the second try has removed it
    return None


def held(folder: Path) -> Lock | None:
    try:
        return Lock(**json.loads((folder / FILE).read_text()))
    except FileNotFoundError:
        return None


def release(folder: Path, identity: str) -> bool:
    """Remove the lock with this ID; False when the holder is another, or there is none."""
    found = held(folder)
    if found is None or identity != found.ID:
        return False
    (folder / FILE).unlink(missing_ok=True)
    return True
