"""What the gate knows of a tool's operation beyond its effect: the words for it.

An `Action` is a row of pure functions. It gives the argv to look with and reads what that printed;
it never looks itself. `State` is a few small facts that can be compared, named for people.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from msgspec import Struct

from steadyhand.actions.words import Argv

State = dict[str, str]


class Observation(StrEnum):
    """What looking says about a call that was started and never answered."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


class Settled(StrEnum):
    """Whether a change that was accepted has really taken effect."""

    REACHED = "reached"
    MOVING = "moving"
    IGNORED = "ignored"  # accepted, and nothing of it is to be seen
    FAILED = "failed"  # it began, and ended badly: waiting does not help


class Action(Struct, frozen=True):
    """One operation. Made by the modules of `aws/`, listed in `registry.ACTIONS`.

    `before` is None for an argv about which nothing can be looked up; then the functions that
    compare states are not asked.
    """

    verify: str  # how it is seen that it took effect, for a plan
    resource: Callable[[Argv], str]  # "ecs service cluster/name"
    before: Callable[[Argv], Argv | None]  # the read that gives the state
    state: Callable[[str, Argv], State]  # what it printed on stdout; {} where nothing is there
    after: Callable[[Argv, Mapping[str, str]], State]  # the fields that the call sets
    done: Callable[[Argv, Mapping[str, str], Mapping[str, str]], Observation]  # argv, before, now
    settled: Callable[[Argv, Mapping[str, str], Mapping[str, str]], tuple[Settled, str]]
    undo: Callable[[Argv, Mapping[str, str]], Argv | None]
    # argv, before, now: the way back of what names its own result, once the change is made
    undo_made: Callable[[Argv, Mapping[str, str], Mapping[str, str]], Argv | None] | None = None
    # argv and what the call printed: the read of what it made, or why it has made nothing; None
    # where that cannot be told. For what names its own result only in its answer.
    made: Callable[[Argv, str], Argv | str | None] | None = None
    steady: float = 0.0  # seconds for which it must be seen to have taken effect
