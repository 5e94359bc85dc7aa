"""What exactly will be done: a frozen plan, canonical and hashed. Only `plan` makes one.

Nothing is left to choose in it but the named holes; each hole says which step's output fills it and
by which rule, so the digest covers that too.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from steadyhand.model import canonical
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.shell import Statement
from steadyhand.model.document.span import Span
from steadyhand.model.effect import Effect
from steadyhand.model.once import once
from steadyhand.model.settings.policy import ApprovalsNeeded, Policy
from steadyhand.model.settings.running import STEP_SECONDS

SCHEMA = 1


class Bound(Struct, frozen=True, tag_field="type", tag="bound"):
    """A parameter whose value is known now, and how it came to be known."""

    parameter: str
    value: str
    how: str


class Hole(Struct, frozen=True, tag_field="type", tag="hole"):
    """A parameter whose value an earlier step of the plan will print.

    `rule` names an entry of `actions.EXTRACTIONS`; `scope` is what the rule needs to know.
    """

    parameter: str
    step: str
    rule: str
    scope: str


BY_HAND = "a person gives it"  # the rule of a hole that only a person can fill
Binding = Bound | Hole


class Change(Struct, frozen=True):
    """One field of a resource, before and after."""

    field: str
    before: str
    after: str


class PlannedStep(Struct, frozen=True):
    """A step of the document together with all a person needs to judge it."""

    step: Step
    approvals: ApprovalsNeeded
    resource: str = ""
    changes: tuple[Change, ...] = ()
    verify: str = ""  # how it will be seen that it took effect; "" when nothing is known
    undo: str = ""  # the command of the way back; "" when nothing is known
    watch: float = 0.0  # seconds that a step of its own looks at what was deployed
    probes: tuple[tuple[str, ...], ...] = ()  # the reads that it does, besides looking at changes
    asks: str = ""  # the condition that a person judges when the run comes to it; "" for none


class Skipped(Struct, frozen=True):
    """A step of the chosen part that will not run, and why."""

    step: str
    title: str
    reason: str


class Broken(Struct, frozen=True):
    """A step that will run without something that a step left out would have given it."""

    step: str
    what: str


class Option(Struct, frozen=True):
    """One way of several; its first step stands for it."""

    title: str
    steps: tuple[str, ...]
    span: Span
    taken: bool = False  # this plan goes this way


class Alternatives(Struct, frozen=True):
    """Steps of which only one way is meant to be gone, and how that is known."""

    why: str
    options: tuple[Option, ...]


class Kept(StrEnum):
    """What becomes of a safety rule of the document."""

    ENFORCED = "enforced"
    APPROVED = "approved by another"
    WATCHED = "watched"
    SIGNED = "signed"
    OWN = "signed in the document's own step"
    NOT = "not enforced"
    IDLE = "concerns nothing here"


class Guard(Struct, frozen=True):
    """A safety rule of the document, and what this plan does about it.

    `until` is when what it rests on is too old.
    """

    rule: str
    span: Span
    kept: Kept
    how: str
    steps: tuple[str, ...] = ()  # those that it is about, or that hold it
    until: datetime | None = None


class Plan(Struct, frozen=True, dict=True):
    runbook: str
    runbook_digest: str
    procedure: str
    title: str
    target: str  # the target's name, with account and region: what the plan was made for
    steps: tuple[PlannedStep, ...]
    bindings: tuple[Binding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    broken: tuple[Broken, ...] = ()
    policy: Policy | None = None  # None in plans of before there was one
    folder: str = ""  # the working copy it runs in; "" for an empty folder of its own
    variables: tuple[str, ...] = ()  # taken from the operator's environment
    secrets: tuple[str, ...] = ()  # those too; a script has tokens of them
    supplied: tuple[str, ...] = ()  # of both, those that the target itself gives: a lab's
    parallel: int = 1  # reads that may be under way at once, ahead of the script
    step_seconds: float = STEP_SECONDS  # the longest that a step's statement may take
    alternatives: tuple[Alternatives, ...] = ()
    guards: tuple[Guard, ...] = ()
    schema: int = SCHEMA

    @property
    def digest(self) -> str:
        return canonical.digest(self)

    def outdated(self, now: datetime) -> tuple[Guard, ...]:
        """Give the safety rules that rest on something too old by now."""
        return tuple(g for g in self.guards if g.until is not None and g.until <= now)

    @property
    def loud(self) -> str:
        """A line for whoever has to know that the policy does not hold; "" where it does."""
        why = self.policy.break_glass if self.policy else ""
        return f"BREAK GLASS, the policy does not hold: {why}\n" if why else ""

    def rests_on(self, step_id: str) -> str:
        """Name the safety rule that is held by a step being done; "" for none."""
        held = (g for g in self.guards if g.kept is Kept.ENFORCED and step_id in g.steps)
        return next((f"{guard.rule} ({guard.span})" for guard in held), "")

    def approvals(self, effect: Effect, names: tuple[str, ...]) -> ApprovalsNeeded:
        """State what an effect needs under the policy that the plan was made under."""
        return (self.policy or Policy()).approvals(effect, names)

    @property
    def effect(self) -> Effect:
        return max((p.step.effect for p in self.steps), default=Effect.READ)

    def holes(self) -> tuple[Hole, ...]:
        return tuple(b for b in self.bindings if isinstance(b, Hole))

    def values(self) -> dict[str, str]:
        """What is bound when the plan is made; holes are not in it."""
        return {b.parameter: b.value for b in self.bindings if isinstance(b, Bound)}

    def planned(self, step_id: str) -> PlannedStep:
        return self._by_id[step_id]

    def functions_before(self, step_id: str) -> list[Statement]:
        """Give the statements of earlier steps that define functions."""
        upto = self._places[step_id]
        return [statement for at, statement in self._functions if at < upto]

    @once
    def _by_id(self) -> dict[str, PlannedStep]:
        return {planned.step.id: planned for planned in self.steps}

    @once
    def _places(self) -> dict[str, int]:
        return {planned.step.id: at for at, planned in enumerate(self.steps)}

    @once
    def _functions(self) -> list[tuple[int, Statement]]:
        each = ((at, planned.step.statement) for at, planned in enumerate(self.steps))
        return [(at, one) for at, one in each if one is not None and one.defines]
