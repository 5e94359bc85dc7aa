"""The events of a run, and the words they use. Pure data; what they add up to is `state`.

Words: a *step* is a statement of the document, a *call* is one program that the statement reached
the gate with. A call that was started and never answered is *in doubt*.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from steadyhand.model.effect import Effect
from steadyhand.model.run.plan import Plan


class Outcome(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    FAILED = "failed"  # a statement returned non-zero, or was refused by the world
    REFUSED = "refused"  # a person said no
    IGNORED = "ignored"  # a change was accepted and nothing happened
    UNVERIFIED = "unverified"  # a change did not take effect in the time it has
    DIVERGED = "diverged"  # the replay did not go the way the journal went
    CANCELLED = "cancelled"


class Doubt(StrEnum):
    """What is known of a call that was started and never answered."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


# --- events ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class RunOpened:
    plan: Plan
    starter: str
    incident: str = ""  # the id of the incident it belongs to
    digest: str = ""  # the plan's, as it was signed; a later version may make another one of it


@dataclass(frozen=True)
class VariablesGiven:
    """What the run has of its starter's environment: values, and tokens of those that are secret.

    Whoever goes on with it later may have others set."""

    variables: Mapping[str, str]


@dataclass(frozen=True)
class DriverTook:
    """A process begins to drive. Every append of an earlier driver fails from here on."""

    driver: str


@dataclass(frozen=True)
class HoleFilled:
    """A hole has its value: what a step printed, or what a person (`by`) claims it is."""

    parameter: str
    value: str
    how: str
    by: str = ""


@dataclass(frozen=True)
class ApprovalAsked:
    """A question to people. `argv` is filled when a call differs from what was approved."""

    step: str
    evidence: str
    count: int
    starter_may: bool
    argv: tuple[str, ...] = ()
    condition: str = ""  # whether this holds is asked, and nothing else yet


@dataclass(frozen=True)
class ConditionAnswered:
    """A person has judged a condition: where it holds the step is gone on with, else without it."""

    step: str
    holds: bool
    by: str
    reason: str = ""


@dataclass(frozen=True)
class Approved:
    """A signature on (plan digest, step, evidence, expiry); `signature` is their digest."""

    step: str
    by: str
    signature: str
    expires_at: datetime
    claimed: bool = False  # the name was given with --as, not taken from the system


@dataclass(frozen=True)
class Declined:
    step: str
    by: str
    reason: str


@dataclass(frozen=True)
class Signed:
    """A person says that a manual step or a checkbox is done."""

    step: str
    by: str


@dataclass(frozen=True)
class StepStarted:
    step: str
    text: str  # with the parameters' values; secrets are tokens
    # files that it appends to, below the run's directory, and their bytes before it; -1: not there
    sizes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class ReadsSent:
    """Reads of this step and of those after it are sent now, before the script comes to them."""

    step: str
    argvs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class CallStarted:
    """The intent, written before the deed. `before` is the resource's state just then."""

    step: str
    number: int  # from 1, within the step
    argv: tuple[str, ...]
    effect: Effect
    reason: str
    before: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class LineTyped:
    """A person typed a line in a hosted session; written before it is sent, or `withheld`: why."""

    step: str
    number: int
    text: str  # secrets are tokens
    effect: Effect
    reason: str
    withheld: str = ""


@dataclass(frozen=True)
class CallAnswered:
    step: str
    number: int
    exit_code: int


@dataclass(frozen=True)
class CallRefused:
    """The gate or the world said no: nothing was done."""

    step: str
    number: int
    argv: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class CallLost:
    """The world did not answer. From here on the call is in doubt."""

    step: str
    number: int
    reason: str


@dataclass(frozen=True)
class CallObserved:
    """What looking at the world (or a person, `by`) said about a call in doubt.

    `heard`: the script reads what the call prints, so that "done" alone does not let it go on.
    """

    step: str
    number: int
    doubt: Doubt
    how: str
    by: str = ""
    heard: bool = False


@dataclass(frozen=True)
class StepEnded:
    step: str
    exit_code: int
    snapshot: str  # variables and functions of the session, as bash source


@dataclass(frozen=True)
class StepVerified:
    step: str
    how: str


@dataclass(frozen=True)
class VerificationFailed:
    step: str
    outcome: Outcome  # IGNORED or UNVERIFIED
    detail: str


@dataclass(frozen=True)
class WatchBegan:
    """A step that looks at what was deployed begins; its time is over at `until`."""

    step: str
    until: datetime


@dataclass(frozen=True)
class WatchCut:
    """A person ends a watch before its time."""

    step: str
    by: str
    reason: str


@dataclass(frozen=True)
class StepRetried:
    """A person wants a step that failed carried out anew, perhaps with other values.

    Its calls stay what they are, done; none of them answers one of the new attempt."""

    step: str
    by: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class StepSkipped:
    """A person goes on without a step: it failed, or was to be approved."""

    step: str
    by: str
    reason: str


@dataclass(frozen=True)
class RunDiverged:
    step: str
    detail: str


@dataclass(frozen=True)
class RunEnded:
    outcome: Outcome
    detail: str


RUN_EVENTS: Mapping[str, type] = {
    event.__name__: event
    for event in (
        RunOpened, VariablesGiven, DriverTook, HoleFilled, ApprovalAsked, ConditionAnswered,
        Approved, Declined, Signed, StepStarted, ReadsSent, CallStarted, LineTyped, CallAnswered,
        CallRefused, CallLost, CallObserved, StepEnded, StepVerified, VerificationFailed,
        WatchBegan, WatchCut, StepRetried, StepSkipped, RunDiverged, RunEnded,
    )
}  # fmt: skip
