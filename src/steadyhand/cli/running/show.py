"""Plans and runs as lines of text. Pure but for reading outputs from the journal."""

import shlex
from collections.abc import Mapping, Sequence

from steadyhand.model.document.runbook import StepKind
from steadyhand.model.document.shell import refusals
from steadyhand.model.effect import Effect
from steadyhand.model.events import Recorded
from steadyhand.model.run.events import (
    ApprovalAsked,
    Approved,
    CallAnswered,
    CallLost,
    CallObserved,
    CallRefused,
    CallStarted,
    ConditionAnswered,
    Declined,
    DriverTook,
    HoleFilled,
    LineTyped,
    ReadsSent,
    RunDiverged,
    RunEnded,
    RunOpened,
    Signed,
    StepEnded,
    StepRetried,
    StepSkipped,
    StepStarted,
    StepVerified,
    VerificationFailed,
    WatchBegan,
    WatchCut,
)
from steadyhand.model.run.plan import BY_HAND, Hole, Kept, Plan, PlannedStep
from steadyhand.store.journal import Journal
from steadyhand.store.took import Took
from steadyhand.world.words.tools import as_another, elsewhere

NOTHING_TOOK: Mapping[str, Took] = {}


def took_words(took: Took) -> str:
    """Say how long a statement took before: the median, how often, and the longest."""
    often = "once" if took.times == 1 else f"{took.times} times"
    most = f"; at most {_length(took.longest)}" if took.times > 1 else ""
    return f"took {_length(took.median)} before, {often}{most}"


def _length(seconds: float) -> str:
    if seconds >= 120:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def plan_lines(plan: Plan, took: Mapping[str, Took] = NOTHING_TOOK) -> list[str]:
    """Write a plan for the person who will approve it; `took` is how long steps took before."""
    lines = [
        f"plan {plan.digest[:12]}: {plan.title} ({plan.runbook})",
        f"target {plan.target}",
    ]
    if plan.folder:
        lines.append(f"in {plan.folder}")
    if plan.variables or plan.secrets:
        names = {n: f"${n}" for n in plan.variables} | {n: f"${n} (secret)" for n in plan.secrets}
        own = [said for name, said in names.items() if name not in plan.supplied]
        theirs = [said for name, said in names.items() if name in plan.supplied]
        lines += [f"with {', '.join(own)} of whoever starts it"] if own else []
        lines += [f"with {', '.join(theirs)} as the lab exports them"] if theirs else []
    if plan.parallel > 1:
        lines.append(f"reads that follow each other are sent ahead, {plan.parallel} at a time")
    lines += plan.loud.splitlines()
    for binding in plan.bindings:
        if isinstance(binding, Hole):
            how = f"from the output of {binding.step} ({binding.rule}, {binding.scope})"
            if binding.rule == BY_HAND:
                how = f"by a person, where {binding.step} is carried out"
            lines.append(f"  <{binding.parameter}>: filled by the run, {how}")
        else:
            lines.append(f"  <{binding.parameter}> = {binding.value} ({binding.how})")
    for group in plan.alternatives:
        lines.append(f"  alternatives: {group.why}")
        for option in group.options:
            said = "this way" if option.taken else "not this way"
            lines.append(f"     {said}: {option.title} ({option.span})")
    lines += _guard_lines(plan)
    for number, planned in enumerate(plan.steps, 1):
        lines += _step_lines(number, planned, plan.folder)
        if (before := took.get(planned.step.id)) is not None:
            lines.append(f"     {took_words(before)}")
        lines += [f"     breaks: {one.what}" for one in plan.broken if one.step == planned.step.id]
    stopped = [n for n, each in enumerate(plan.steps, 1) if _stops(each, plan.folder)]
    if stopped:
        which = ", ".join(map(str, stopped))
        lines.append(f"  {len(stopped)} of {len(plan.steps)} steps will not run as said: {which}")
    lines += [f"  not run: {skipped.title} ({skipped.reason})" for skipped in plan.skipped]
    return lines


def _guard_lines(plan: Plan) -> list[str]:
    """Say what becomes of the document's safety rules; those of nothing here in one line."""
    lines = [
        f"  safety rule ({guard.span}): {guard.rule}\n     {guard.kept}: {guard.how}"
        for guard in plan.guards
        if guard.kept is not Kept.IDLE
    ]
    idle = dict.fromkeys(str(guard.span) for guard in plan.guards if guard.kept is Kept.IDLE)
    if idle:
        lines.append(f"  safety rules that concern nothing here: {', '.join(idle)}")
    return [line for text in lines for line in text.splitlines()]


def _step_lines(number: int, planned: PlannedStep, folder: str) -> list[str]:
    step = planned.step
    does, needs = step.classified.words, planned.approvals.words
    if step.kind in {StepKind.MANUAL, StepKind.CHECK}:
        does, needs = ("watch", "runs by itself") if planned.watch else ("by hand", "signed")
    lines = [f"{number}. [{does}] {step.title}  ({step.span}; {needs})"]
    if planned.asks:
        lines.append(f"     asked when the run comes to it, else not done: {planned.asks}")
    lines += [f"     {line}" for line in step.text.splitlines()]
    lines += [f"     {line}" for line in _stops(planned, folder)]
    if step.classified.endless:
        lines.append("     never ends by itself: the run ends it")
    if step.classified.interactive and step.effect > Effect.READ:
        lines.append("     a person types in it, at the terminal that drives the run")
    if planned.resource:
        lines.append(f"     on {planned.resource}: {step.classified.reason}")
    lines += [f"     {c.field}: {c.before} → {c.after}" for c in planned.changes]
    if planned.verify:
        lines.append(f"     verified by {planned.verify}")
    if planned.undo:
        lines.append(f"     undone by {planned.undo}")
    return lines


def _stops(planned: PlannedStep, folder: str) -> list[str]:
    """Say why a step will not run as it stands; nothing where it will."""
    step = planned.step
    refused = refusals(step.text, step.statement) if step.statement is not None else ()
    past = as_another(command.name or "" for command in step.commands)
    out = elsewhere((command.argv for command in step.commands if command.argv), folder)
    return [
        *(f"will not be given to bash: {one}" for one in refused),
        *(f"will be refused: `{name}` would run it past the gate" for name in past),
        *(f"will be refused: {path} is outside the run's directory" for path in out),
    ]


_OWN_FILES = "nothing, since no program that it called changes anything"


def run_lines(journal: Journal, run: str, history: Sequence[Recorded]) -> list[str]:
    """Write a run as one readable record."""
    lines: list[str] = []
    for recorded in history:
        stamp = f"{recorded.at:%H:%M:%S.%f}"[:-3]
        lines += [f"{stamp}  {line}" for line in event_lines(recorded.event)]
        if isinstance(recorded.event, CallAnswered):
            event = recorded.event
            for output in journal.printed(run, event.step, event.number):
                text = output.body.decode(errors="replace")
                lines += [f"              | {line}" for line in text.splitlines()]
    return lines


def event_lines(event: object) -> list[str]:
    """Say one event of a run in a line; nothing for those that only matter to the engine."""
    match event:
        case RunOpened(plan, starter, _, digest):
            shown = (digest or plan.digest)[:12]
            said = [f"opened by {starter}: {plan.title} on {plan.target}, plan {shown}"]
            if plan.policy is not None and plan.policy.break_glass:
                said.append(f"BREAK GLASS: {plan.policy.break_glass}")
            return said
        case HoleFilled(parameter, value, how):
            return [f"<{parameter}> = {value}: {how}"]
        case ApprovalAsked(_, evidence, condition=condition) if condition:
            return ["asks whether a condition holds:", *(f"  {x}" for x in evidence.splitlines())]
        case ConditionAnswered(step, holds, by, reason):
            then = f"holds: {step} is carried out" if holds else f"does not hold: without {step}"
            return [f"{by} says that it {then}" + (f": {reason}" if reason else "")]
        case ApprovalAsked(_, evidence, count):
            return [f"asks for {count} approval(s):", *(f"  {x}" for x in evidence.splitlines())]
        case Approved(_, by, signature, expires_at, claimed):
            name = f"{by} (as claimed)" if claimed else by
            return [f"approved by {name} until {expires_at:%H:%M} ({signature[:12]})"]
        case Declined(_, by, reason):
            return [f"declined by {by}: {reason}"]
        case Signed(step, by):
            return [f"{step} signed by {by}"]
        case StepStarted(step, text):
            return [f"{step}", *(f"  {line}" for line in text.splitlines())]
        case ReadsSent(_, argvs):
            return [f"  {len(argvs)} reads are sent ahead of the script"]
        case CallStarted(_, number, argv, effect):
            return [f"  call {number} [{effect.word}] {shlex.join(argv)}"]
        case LineTyped(_, number, text, effect, _, withheld):
            kept = f" (not sent: {withheld})" if withheld else ""
            return [f"  typed into call {number} [{effect.word}] {text}{kept}"]
        case CallAnswered(_, number, exit_code):
            return [f"  call {number} returned {exit_code}"]
        case CallRefused(_, number, _, reason):
            return [f"  call {number} refused: {reason}"]
        case CallLost(_, number, reason):
            return [f"  call {number} was not answered: {reason}"]
        case CallObserved(_, number, doubt, how):
            return [f"  call {number} looked at: {doubt}: {how}"]
        case StepEnded(step, exit_code):
            return [f"{step} returned {exit_code}"]
        case StepVerified(_, how):
            return [f"looked at afterwards: {how or _OWN_FILES}"]
        case VerificationFailed(_, outcome, detail):
            return [f"did not take effect ({outcome}): {detail}"]
        case WatchBegan(step, until):
            return [f"{step} looks until {until:%H:%M:%S}"]
        case WatchCut(step, by, reason):
            return [f"{step} ended before its time by {by}: {reason}"]
        case StepRetried(step, by, values):
            given = ", ".join(f"<{name}> = {value}" for name, value in values.items())
            return [f"{step} once more, {by} says" + (f", with {given}" if given else "")]
        case StepSkipped(step, by, reason):
            return [f"{by} goes on without {step}: {reason}"]
        case RunDiverged(_, detail):
            return [f"diverged: {detail}"]
        case RunEnded(outcome, detail):
            return [f"ended: {outcome}" + (f": {detail}" if detail else "")]
        case DriverTook(driver):
            return [f"driven by process {driver}"]
        case _:
            return [type(event).__name__]
