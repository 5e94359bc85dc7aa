"""The door to the town: `aws` goes to its account, every other program is the real one.

What goes wrong on purpose is said by number: the first change that is asked for is 1.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jmespath

from steadyhand.world.door import Call, Lost, Refused, Sink, Stream, World
from tests.run.town.account import Account, is_read
from tests.run.town.operations import Refusal
from tests.run.town.options import asked


@dataclass
class Trouble:
    """What becomes of which changes. `wait` is slept through before each deed."""

    refuse: frozenset[int] = frozenset()
    ignore: frozenset[int] = frozenset()
    lose: frozenset[int] = frozenset()  # the deed is done, its answer never comes
    drop: frozenset[int] = frozenset()  # never arrives, and nobody says so
    wait: Callable[[], float] = lambda: 0.0
    asked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> int:
        with self._lock:
            self.asked += 1
            return self.asked


@dataclass
class Town:
    account: Account
    tools: World  # of the run
    trouble: Trouble = field(default_factory=Trouble)

    def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
        if call.argv[0] != "aws":
            return self.tools.send(call, sink, stdin)
        number = 0 if is_read(call.argv) else self.trouble.next()
        if number in self.trouble.refuse:
            raise Refused("AccessDenied")
        if number in self.trouble.drop:
            raise Lost("the connection could not be made, or was it")
        if number:
            time.sleep(self.trouble.wait())
        try:
            answer = self.account.do(call.argv, ignore=number in self.trouble.ignore)
        except Refusal as refusal:
            sink(Stream.ERR, f"An error occurred: {refusal}\n".encode())
            return 254
        if number in self.trouble.lose:
            raise Lost("the connection was closed")
        sink(Stream.OUT, printed(call.argv, answer).encode())
        return 0

    def close(self) -> None:
        self.tools.close()


def printed(argv: tuple[str, ...], answer: dict[str, Any]) -> str:
    call = asked(argv)
    found = jmespath.search(call.one("--query"), answer) if call.has("--query") else answer
    if call.one("--output") != "text":
        return json.dumps(found, indent=4) + "\n"
    words = found if isinstance(found, list) else [found]
    return "\t".join(str(word) for word in words) + "\n"
