"""`[run]` of a steadyhand.toml: what an operator has at hand when a procedure is begun. Pure data,
and what is wrong with it. Reads no environment and no folder.
"""

from collections.abc import Iterator

from steadyhand.model.document.shell import REFUSED_VARIABLES
from steadyhand.model.table import Table

STEP_SECONDS = 3600.0
MOST_AT_ONCE = 16
_A_WEEK = 7 * 24 * 3600.0


class Running(Table, frozen=True):
    """`folder` is the working copy that each fence starts in, relative to the document; without one
    a run has an empty folder of its own.

    `variables` and `secrets` are names, taken from the operator's environment; of `secrets` a
    script has tokens only. `sql` is the one of them that says where SQL of the document goes.
    `step_seconds` is the longest that a step's statement may take; `parallel` is how many reads may
    be under way at once.
    """

    folder: str = ""
    variables: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    sql: str = ""
    step_seconds: float = STEP_SECONDS
    parallel: int = 1

    def mistakes(self) -> Iterator[str]:
        """Say what is well-formed and still cannot be."""
        for key in ("variables", "secrets"):
            for name in getattr(self, key):
                if not name.isidentifier() or name in REFUSED_VARIABLES:
                    yield f"run.{key}: {name!r} is no variable that a run may be given"
        if both := sorted({*self.variables} & {*self.secrets}):
            yield f"run.secrets: {', '.join(both)} stands in run.variables too"
        if not 1 <= self.step_seconds <= _A_WEEK:
            yield f"run.step_seconds: {self.step_seconds:g} is not between 1 s and a week"
        if not 1 <= self.parallel <= MOST_AT_ONCE:
            yield f"run.parallel: {self.parallel} is not between 1 and {MOST_AT_ONCE}"
        if self.sql and self.sql not in {*self.variables, *self.secrets}:
            yield f"run.sql: {self.sql} is neither in run.variables nor in run.secrets"
