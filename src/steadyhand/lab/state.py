"""The lab's folder: who holds it, where the lab can be reached, and how to say so.

`lab.json` is there exactly while the lab is up and healthy.
"""

import fcntl
import json
import os
from pathlib import Path
from typing import Any, TextIO


class StateError(Exception):
    """The folder cannot be used; the message is one line for a person."""


class AlreadyUp(StateError):
    """Another lab holds the folder."""


class NotUp(StateError):
    """No lab is up on the folder."""


class StateFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.lab = self.folder / "lab.json"
        self.processes = self.folder / "processes.json"
        self.log = self.folder / "lab.log"
        self._lock: TextIO | None = None

    def hold(self) -> None:
        """Claim the folder for this process. Raises StateError, AlreadyUp."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self.folder / "lock").open("a+")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyUp(f"a lab is up on {self.folder} already{self._holder()}") from None
        except OSError as error:
            raise StateError(f"cannot use {self.folder}: {error.strerror}") from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()
        self.lab.unlink(missing_ok=True)

    def _holder(self) -> str:
        pid = (self.folder / "lock").read_text().strip()
        return f" (pid {pid})" if pid else ""

    def announce(self, contract: dict[str, Any]) -> None:
        draft = self.lab.with_suffix(".draft")
        draft.write_text(json.dumps(contract) + "\n")
        draft.replace(self.lab)

    def withdraw(self) -> None:
        self.lab.unlink(missing_ok=True)

    def read(self) -> dict[str, Any]:
        """Give what a lab announced. Raises NotUp."""
        try:
            contract: dict[str, Any] = json.loads(self.lab.read_text())
        except (OSError, ValueError):
            raise NotUp(f"no lab is up on {self.folder}") from None
        return contract
