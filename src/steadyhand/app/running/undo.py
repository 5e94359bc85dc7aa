"""The way back of a run: from the states its changes found, a document that undoes them, planned.

The document is compiled, planned, approved and run as any other. What has no known way back is
said, not guessed.
"""

import shlex
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.actions import action_for
from steadyhand.actions.action import Action, Observation
from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.compiled import compiled
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.app.runbooks.sources import Read
from steadyhand.app.running import runs
from steadyhand.app.targets import resolve_again
from steadyhand.model.effect import Effect
from steadyhand.model.run.plan import Broken, Plan, Skipped
from steadyhand.model.run.state import CallState, Run
from steadyhand.model.settings.policy import Policy
from steadyhand.model.settings.reach import Person
from steadyhand.model.settings.whole import Settings
from steadyhand.plan.make import Selection

_HEADING = "Undo"


class _Back(Struct, frozen=True):
    """A change that was made, and the command that undoes it; () where none is known."""

    step: str
    call: CallState
    argv: tuple[str, ...]
    action: Action | None


def plan_undo(control: Control, key: str) -> Plan:
    """Plan the way back of everything that a run changed, the last change first.

    Raises Problem when nothing was changed, or nothing of it has a known way back.
    """
    run = runs.state(control, key)
    back = list(_changes(control, run))
    ways = [one for one in back if one.argv]
    if not back:
        raise Problem(f"run {key} changed nothing; there is nothing to undo")
    if not ways:
        raise Problem("\n".join(_unknown(one) for one in back))
    loaded = _document(control, key, ways, _rules_of(run))
    target = resolve_again(run.plan.target, control.lab_file)
    # Every step is named: whatever it looks like, all of it is to be undone.
    every = tuple(step.id for step in loaded.runbook.procedure(_HEADING).steps)
    plan = runs.plan(control, loaded, runs.Wanted(_HEADING, Selection(only=every)), target)
    left = tuple(Skipped(one.step, one.call.shown, _unknown(one)) for one in back if not one.argv)
    steps = (planned.step.id for planned in plan.steps)
    moved = ((step, _moved(control, run, one)) for step, one in zip(steps, ways, strict=True))
    broken = tuple(Broken(step, what) for step, what in moved if what)
    return replace(plan, skipped=(*plan.skipped, *left), broken=(*plan.broken, *broken))


def _changes(control: Control, run: Run) -> Iterator[_Back]:
    """Give what a run changed, the last first. A call in doubt may have changed something."""
    for planned in reversed(run.plan.steps):
        for call in reversed(run.calls.get(planned.step.id, ())):
            if call.effect is Effect.READ or call.refused or (call.exit_code or 0) != 0:
                continue
            action = action_for(call.argv)
            before = dict(call.before)
            argv = _way(control, run, call, action) if action is not None and before else None
            yield _Back(planned.step.id, call, argv or (), action)


def _way(control: Control, run: Run, call: CallState, action: Action) -> tuple[str, ...] | None:
    """Give the way back from the state before; where that needs the state now, look first."""
    before = dict(call.before)
    argv = action.undo(call.argv, before)
    if argv is not None or action.undo_made is None:
        return argv
    target = resolve_again(run.plan.target, control.lab_file)
    now: Mapping[str, str] = runs.read_state(control, call.argv, target) or {}
    return action.undo_made(call.argv, before, now)


def _unknown(one: _Back) -> str:
    return f"no way back is known for `{one.call.shown}`"


def _rules_of(run: Run) -> Settings:
    """Give the settings that hold for a run: who signs a change signs its way back too."""
    policy = run.plan.policy or Policy()
    people = {name: Person(user=user) for user, name in policy.users.items()}
    return Settings(policy=policy, people=people)


def _document(control: Control, key: str, ways: list[_Back], settings: Settings) -> Loaded:
    lines = [f"# The way back of run {key}", "", f"## {_HEADING}", ""]
    for one in ways:
        lines += ["```bash", f"# Undo `{one.call.shown}`", shlex.join(one.argv), "```", ""]
    file = control.state / "plans" / f"undo-{key}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines)
    file.write_text(text)
    made = compiled(Read(file, text.encode(), None))
    return Loaded(made.runbook, made.findings, settings, made.text, made.folder)


def _moved(control: Control, run: Run, one: _Back) -> str:
    """Say that the resource is no longer as the run left it; "" where it is, or nobody can tell."""
    if one.action is None:
        return ""
    target = resolve_again(run.plan.target, control.lab_file)
    now: Mapping[str, str] = runs.read_state(control, one.call.argv, target) or {}
    if one.action.done(one.call.argv, dict(one.call.before), now) is Observation.DONE:
        return ""
    return f"{one.action.resource(one.call.argv)} is no longer as the run left it"
