"""Procedures for tests of respond, written down as values."""

from collections.abc import Sequence

from steadyhand.model.document.runbook import Cause, Phase, Procedure, Step, StepKind
from steadyhand.model.document.span import Span
from steadyhand.model.effect import Classified, Effect


def span(line: int) -> Span:
    return Span("RUNBOOK.md", line, line)


def step(number: int, section: str, title: str, phase: Phase, effect: Effect) -> Step:
    return Step(
        id=f"p/{number}",
        kind=StepKind.COMMAND,
        title=title,
        text=f"do {title}",
        span=span(number),
        section=section,
        phase=phase,
        classified=Classified(effect, "as the test says"),
    )


def procedure(
    title: str,
    *,
    line: int = 1,
    symptoms: Sequence[str] = (),
    causes: Sequence[tuple[str, str]] = (),
    steps: Sequence[Step] = (),
) -> Procedure:
    return Procedure(
        id=title.casefold().replace(" ", "-"),
        title=title,
        span=span(line),
        level=3,
        steps=tuple(steps),
        symptoms=tuple(symptoms),
        causes=tuple(Cause(cause, fix, span(9)) for cause, fix in causes),
    )


ASSESS = step(1, "Investigation", "Describe the service", Phase.ASSESS, Effect.READ)
LIST = step(2, "Going back", "List the versions", Phase.ROLL_BACK, Effect.READ)
BACK = step(3, "Going back", "Roll back to the previous version", Phase.ROLL_BACK, Effect.CHANGE)
BIGGER = step(4, "Scale the ECS service", "More tasks", Phase.ACT, Effect.CHANGE)
LOOKS = step(5, "Restarting", "Restart one container", Phase.ASSESS, Effect.CHANGE)
