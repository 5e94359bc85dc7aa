"""Modules that make schemas in, their databases at the newest one out. Its own program, too.

`python -m steadyhand.lab.migrations`, with MIGRATIONS set: the JSON of name → [module, variables].
Alembic and SQLAlchemy are imported once, then a child is forked for each; side by side they take
half the time. A line that begins with a name says what failed; the exit code, how many did.
"""

import importlib
import json
import os
import runpy
import subprocess
import sys
import time
from collections.abc import Mapping

from steadyhand.lab.ecs.tasks import PYTHON
from steadyhand.lab.processes import Child, Processes, Program

MODULES = ("alembic.command", "alembic.config", "sqlalchemy.dialects.postgresql.psycopg")
SECONDS = 120.0
LAST_WORDS = 2.0  # seconds until what was said last has been read

Wanted = Mapping[str, tuple[str, Mapping[str, str]]]  # name → module, variables


class Migrations:
    """They run from `begin` on; `failed` waits for their end."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._said: list[str] = []
        self._names: frozenset[str] = frozenset()

    def begin(self, wanted: Wanted) -> None:
        """From a thread that lives as long as the lab."""
        self._names = frozenset(wanted)
        argv = (sys.executable, "-m", __name__)
        variables = {**PYTHON, "MIGRATIONS": json.dumps(wanted)}
        program = Program("migrations", argv, variables, may_be_forked=True)
        self._child: Child = self._processes.spawn(program, self._said.append)

    def failed(self) -> str:
        """What failed, in a line; empty when nothing did."""
        try:
            code = self._child.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return f"some system: it was not over after {SECONDS:g} seconds"
        self._processes.forget(self._child.pid)
        if code == 0:
            return ""
        ends = time.monotonic() + LAST_WORDS
        while len(told := self._told()) < code and time.monotonic() < ends:
            time.sleep(0.02)
        return "; ".join(told) or f"some system, with exit code {code}"

    def _told(self) -> list[str]:
        return [line for line in self._said if line.partition(":")[0] in self._names]


def main() -> None:
    wanted = json.loads(os.environ.pop("MIGRATIONS"))
    for module in MODULES:
        importlib.import_module(module)
    running: list[int] = []
    for name, (module, variables) in wanted.items():
        pid = os.fork()
        if pid == 0:
            os.environ.update(variables)
            _run(name, module)
            return
        running.append(pid)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in running]
    sys.exit(sum(code != 0 for code in codes))


def _run(name: str, module: str) -> None:
    """Run a module as `python -m` does; in a child."""
    sys.argv = [module]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except Exception as error:
        _fail(name, f"{type(error).__name__}: {' '.join(str(error).split())}")
    except SystemExit as end:
        if end.code:
            _fail(name, str(end.code))


def _fail(name: str, why: str) -> None:
    """Say what failed in one piece, so that nothing of another child comes between, and end."""
    os.write(2, f"{name}: {why}\n".encode())
    sys.exit(1)


if __name__ == "__main__":
    main()
