"""The events of a run, and the words they use. Pure data; what they add up to is `state`.

Words: a *step* is a statement of the document, a *call* is one program that the statement reached
the gate with. A call that was started and never answered is *in doubt*.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

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


class RunOpened(Struct, frozen=True):
    plan: Plan
    starter: str
    incident: str = ""  # the id of the incident it belongs to
    digest: str = ""  # the plan's, as it was signed; a later version may make another one of it


class VariablesGiven(Struct, frozen=True):
    """What the run has of its starter's environment: values, and tokens of those that are secret.

    Whoever goes on with it later may have others set."""

    variables: Mapping[str, str]


class DriverTook(Struct, frozen=True):
    """A process begins to drive. Every append of an earlier driver fails from here on."""

    driver: str


class HoleFilled(Struct, frozen=True):
    """A hole has its value: what a step printed, or what a person (`by`) claims it is."""

    parameter: str
    value: str
    how: str
    by: str = ""


class ApprovalAsked(Struct, frozen=True):
    """A question to people. `argv` is filled when a call differs from what was approved."""

    step: str
    evidence: str
    count: int
    starter_may: bool
    argv: tuple[str, ...] = ()
    condition: str = ""  # whether this holds is asked, and nothing else yet


class ConditionAnswered(Struct, frozen=True):
    """A person has judged a condition: where it holds the step is gone on with, else without it."""

    step: str
    holds: bool
    by: str
    reason: str = ""


class Approved(Struct, frozen=True):
    """A signature on (plan digest, step, evidence, expiry); `signature` is their digest."""

    step: str
    by: str
    signature: str
    expires_at: datetime
    claimed: bool = False  # the name was given with --as, not taken from the system


class Declined(Struct, frozen=True):
    step: str
    by: str
    reason: str


class Signed(Struct, frozen=True):
    """A person says that a manual step or a checkbox is done."""

    step: str
    by: str


class StepStarted(Struct, frozen=True):
    step: str
    text: str  # with the parameters' values; secrets are tokens
    # files that it appends to, below the run's directory, and their bytes before it; -1: not there
    sizes: tuple[tuple[str, int], ...] = ()


class ReadsSent(Struct, frozen=True):
    """Reads of this step and of those after it are sent now, before the script comes to them."""

    step: str
    argvs: tuple[tuple[str, ...], ...]


class CallStarted(Struct, frozen=True):
    """The intent, written before the deed. `before` is the resource's state just then."""

    step: str
    number: int  # from 1, within the step
    argv: tuple[str, ...]
    effect: Effect
    reason: str
    before: tuple[tuple[str, str], ...] = ()


class LineTyped(Struct, frozen=True):
    """A person typed a line in a hosted session; written before it is sent, or `withheld`: why."""

    step: str
    number: int
    text: str  # secrets are tokens
    effect: Effect
    reason: str
    withheld: str = ""


class CallAnswered(Struct, frozen=True):
    step: str
    number: int
    exit_code: int


class CallRefused(Struct, frozen=True):
    """The gate or the world said no: nothing was done."""

    step: str
    number: int
    argv: tuple[str, ...]
    reason: str


class CallLost(Struct, frozen=True):
    """The world did not answer. From here on the call is in doubt."""

    step: str
    number: int
    reason: str


class CallObserved(Struct, frozen=True):
    """What looking at the world (or a person, `by`) said about a call in doubt.

    `heard`: the script reads what the call prints, so that "done" alone does not let it go on.
    """

    step: str
    number: int
    doubt: Doubt
    how: str
    by: str = ""
    heard: bool = False


class StepEnded(Struct, frozen=True):
    step: str
    exit_code: int
    snapshot: str  # variables and functions of the session, as bash source


NOT_SEEN = "NOT SEEN"  # begins what is said of a change that there is no way to look at


class StepVerified(Struct, frozen=True):
    step: str
    how: str


class VerificationFailed(Struct, frozen=True):
    step: str
    outcome: Outcome  # IGNORED or UNVERIFIED
    detail: str


class WatchBegan(Struct, frozen=True):
    """A step that looks at what was deployed begins; its time is over at `until`."""

    step: str
    until: datetime


class WatchCut(Struct, frozen=True):
    """A person ends a watch before its time."""

    step: str
    by: str
    reason: str


class StepRetried(Struct, frozen=True):
    """A person wants a step that failed carried out anew, perhaps with other values.

    Its calls stay what they are, done; none of them answers one of the new attempt."""

    step: str
    by: str
    values: Mapping[str, str]


class StepSkipped(Struct, frozen=True):
    """A person goes on without a step: it failed, or was to be approved."""

    step: str
    by: str
    reason: str


class RunDiverged(Struct, frozen=True):
    step: str
    detail: str


class RunEnded(Struct, frozen=True):
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
