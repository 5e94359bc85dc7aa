"""A mistake or a circumstance that a person can do something about: one clear message."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every command imports this one, and few a plan
    from steadyhand.model.run.plan import Alternatives


class Problem(Exception):
    """The message says where, what, and what to do. The skins print it and exit with `code`."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


class ToChoose(Problem):
    """A person has to choose between alternatives first; `groups` are those still open."""

    def __init__(self, message: str, groups: Sequence["Alternatives"]) -> None:
        super().__init__(message, 3)
        self.groups = tuple(groups)
