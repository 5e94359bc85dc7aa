"""What a person is shown before signing: the command with its values, state now, way back."""

import shlex
from collections.abc import Callable, Mapping

from steadyhand.actions import action_for, changing
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.effect import Effect
from steadyhand.model.run.plan import Option, PlannedStep
from steadyhand.model.run.state import Run
from steadyhand.run.render import Unbound, Unfit, render
from steadyhand.world.door import Call, Lost, Refused, World, ask

_STEPS_BEFORE, _LINES, _WIDTH = 3, 12, 200  # of what was printed, as evidence for a condition
NOBODY_CLAIMS: Mapping[str, str] = {}


def evidence_for(
    planned: PlannedStep,
    values: Mapping[str, str],
    world: World,
    claimed: Mapping[str, str] = NOBODY_CLAIMS,
) -> str:
    """Write the evidence an approval signs. Reads the state that is there now.

    `claimed` says who gave a value by hand.
    """
    step = planned.step
    if step.kind in {StepKind.MANUAL, StepKind.CHECK}:
        said = step.text if step.kind is StepKind.CHECK else step.title
        return f"{said}\n({step.span}; a person does this and signs)"
    try:
        text = render(step, values)
    except (Unbound, Unfit):
        text = step.text
    used = dict.fromkeys(occurrence.parameter for occurrence in step.parameters)
    by_hand = [f"<{n}> = {values[n]}: {claimed[n]}" for n in used if n in claimed and n in values]
    lines = [text, *by_hand, f"effect: {step.classified.words} ({step.classified.reason})"]
    if step.classified.interactive and step.effect > Effect.READ:
        lines.append("a person types in it, at the terminal that drives the run: each is recorded")
    elif step.classified.interactive:
        lines.append("it has no terminal here: its input is what the statement gives it, or empty")
    argv = changing(step.commands, values) or ()
    action = action_for(argv)
    if action is not None:
        lines.append(f"resource: {action.resource(argv)}")
        lines += _change_lines(argv, world)
        if undo := _undo(argv, world):
            lines.append(f"way back: {undo}")
    if planned.verify:
        lines.append(f"verified by: {planned.verify}")
    return "\n".join(lines)


def what_led_to(planned: PlannedStep, run: Run, printed: Callable[[str], bytes]) -> str:
    """Write the evidence for a condition: its words, what would be done, what was seen before.

    `printed` gives what a step printed. What the same heading's last steps printed is shown.
    """
    step = planned.step
    try:
        text = render(step, run.values)
    except (Unbound, Unfit):
        text = step.text
    lines = [
        f"does this hold? {planned.asks}  ({step.span})",
        f"yes carries out “{step.title}”; no goes on without it:",
        *(f"  {line}" for line in text.splitlines()),
        f"effect: {step.classified.words} ({step.classified.reason})",
    ]
    for group in run.plan.alternatives:
        others = [o.title for o in group.options if step.id not in o.steps and _gone(o, run)]
        if others and any(step.id in option.steps for option in group.options):
            lines.append(f"another way was gone already ({group.why}): {', '.join(others)}")
    order = [p.step.id for p in run.plan.steps]
    before = [s for s in order[: order.index(step.id)] if run.exit_codes.get(s) == 0]
    for earlier in before[-_STEPS_BEFORE:]:
        said = printed(earlier).decode(errors="replace").splitlines()
        lines.append(f"{run.plan.planned(earlier).step.title}:")
        lines += [f"  … {len(said) - _LINES} lines before"] if len(said) > _LINES else []
        lines += [f"  | {line[:_WIDTH]}" for line in said[-_LINES:]] or ["  printed nothing"]
    if not before:
        lines.append("nothing was looked at before it in this run")
    return "\n".join(lines)


def _gone(option: Option, run: Run) -> bool:
    return any(step in run.exit_codes for step in option.steps)


def _before(argv: tuple[str, ...], world: World) -> dict[str, str] | None:
    action = action_for(argv)
    reading = action.before(argv) if action else None
    if action is None or reading is None:
        return None
    try:
        answer = ask(world, Call(reading))
    except (Refused, Lost):
        return None
    return action.state(answer.text, argv) if not answer.exit_code else None


def _change_lines(argv: tuple[str, ...], world: World) -> list[str]:
    action = action_for(argv)
    before = _before(argv, world)
    if action is None or before is None:
        return ["state now: could not be read"]
    after = action.after(argv, before)
    return [
        f"{field}: {before.get(field, '?')} → {value}"
        for field, value in sorted(after.items())
        if before.get(field) != value
    ]


def _undo(argv: tuple[str, ...], world: World) -> str:
    action = action_for(argv)
    before = _before(argv, world)
    undo = action.undo(argv, before) if action and before is not None else None
    return shlex.join(undo) if undo else ""
