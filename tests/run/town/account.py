"""The town's account: a file that every process sees alike, and that outlives each of them.

It does what `operations` says, one deed at a time, and writes down every deed with whether the
state was another one afterwards. Effects are counted here, not by those who ask for them.
"""

import copy
import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.run.town.operations import OPERATIONS, Answer, Refusal, State, begin, same
from tests.run.town.options import asked

Argv = tuple[str, ...]
READS = ("describe-", "list-", "get-")


@dataclass(frozen=True)
class Deed:
    """One change that was asked for and done; `changed` where that made a difference."""

    argv: Argv
    changed: bool
    said: Answer

    @property
    def what(self) -> str:
        """The operation and what it was done to, without the values."""
        options = asked(self.argv).options
        names = (v for k, v in options.items() if k in NAMES)
        return " ".join([self.argv[2], *(word for values in names for word in values)])


NAMES = frozenset(
    "--service --name --secret-id --db-instance-identifier --db-snapshot-identifier "
    "--cache-cluster-id --replication-group-id --listener-arn --rule-arn --log-group-name "
    "--target-db-instance-identifier --alarm-names --group-id --resource-id".split()
)


@dataclass(frozen=True)
class Account:
    file: Path

    @staticmethod
    def open(folder: Path) -> "Account":
        """Open the account in a folder; a new one where there is none."""
        account = Account(folder / "account.json")
        if not account.file.exists():
            account._write({"state": begin(), "deeds": []})
        return account

    @property
    def state(self) -> State:
        with self._held() as kept:
            found: State = kept["state"]
            return found

    @property
    def deeds(self) -> list[Deed]:
        with self._held() as kept:
            return [Deed(tuple(argv), changed, said) for argv, changed, said in kept["deeds"]]

    @property
    def changes(self) -> list[str]:
        """Say what was changed, in its order: deeds that made a difference."""
        return [deed.what for deed in self.deeds if deed.changed]

    def do(self, argv: Argv, ignore: bool = False) -> Answer:
        """Carry out a command whole. Raises Refusal, and then nothing was done.

        `ignore` answers as if, and does nothing.
        """
        call = asked(argv)
        operation = OPERATIONS.get((call.service, call.operation))
        if operation is None:
            raise Refusal(f"InvalidAction: {call.service} {call.operation}")
        with self._held() as kept:
            state = copy.deepcopy(kept["state"])
            try:
                answer = operation(state, call)
            except (KeyError, ValueError) as error:
                raise Refusal(f"ValidationError: {error!r}") from None
            if not is_read(argv) and not ignore:
                changed = not same(state, kept["state"])
                deed = [list(argv), changed, answer]
                self._write({"state": state, "deeds": [*kept["deeds"], deed]})
        return answer

    @contextmanager
    def _held(self) -> Iterator[dict[str, Any]]:
        with self.file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept: dict[str, Any] = json.loads(self.file.read_text())
            yield kept

    def _write(self, kept: dict[str, Any]) -> None:
        new = self.file.with_suffix(".new")  # whoever is killed meanwhile leaves the old one
        new.write_text(json.dumps(kept))
        new.replace(self.file)


def is_read(argv: Argv) -> bool:
    return argv[2].startswith(READS)
