"""A run driven from here: what happens is shown, what it asks is put to the person who is here.

For a person as text, for a program as JSON lines; a program, or a person without a terminal, is
never asked. Colours only on a terminal, and not under NO_COLOR.
"""

import json
import os
import pwd
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import click

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.running import by_hand, runs
from steadyhand.cli.asking import forget_typed
from steadyhand.cli.running.show import event_lines
from steadyhand.model import canonical
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.events import IllegalEvent, Recorded
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import (
    CallLost,
    CallObserved,
    CallRefused,
    ConditionAnswered,
    Doubt,
    HoleFilled,
    Outcome,
    StepEnded,
    StepRetried,
    StepSkipped,
    StepStarted,
    StepVerified,
    VerificationFailed,
)
from steadyhand.model.run.plan import BY_HAND
from steadyhand.model.run.state import Question, Run, evolve
from steadyhand.plan.choosing import CONDITIONAL, broken
from steadyhand.world.door import Stream
from steadyhand.world.secrets import TOKEN


def user() -> str:
    """Name the operating-system user that this process runs as, whatever its environment says."""
    return pwd.getpwuid(os.getuid()).pw_name


def drive(control: Control, key: str, as_json: bool = False) -> int:
    """Go on with a run until it has ended or needs somebody who is not here; the exit code."""
    shown: _Shown = _Lines(key) if as_json else _Text(key, runs.state(control, key))
    asks = not as_json and sys.stdin.isatty()
    gone: list[BaseException] = []

    def unheard(error: BaseException) -> None:
        gone.append(error)
        control.performer.stop()  # nobody looks any more; `resume` goes on from there

    control.engine.listeners.append(shown.heard)
    control.engine.unheard = unheard
    control.performer.output = shown.printed
    control.performer.looking = shown.looking
    if asks:
        control.performer.keyboard = _keyboard
        control.performer.fallen = lambda key, run: _what_now(control, key, run)
    try:
        while True:
            came = runs.drive(control, key)
            if gone:
                raise gone[0]
            match came:
                case Finished(outcome):
                    shown.ended(outcome, runs.state(control, key).detail)
                    return 0 if outcome == Outcome.COMPLETED else 1
                case Wait(_, why):
                    if not (asks and _answered(control, key)):
                        shown.waits(why, runs.state(control, key).question is not None)
                        return 3
    except (KeyboardInterrupt, click.Abort):
        click.echo(f"interrupted; steadyhand resume {key} goes on from here", err=True)
        return 130
    finally:
        control.engine.listeners.remove(shown.heard)


def colours() -> bool:
    """Tell whether whoever looks wants colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


# --- what is shown --------------------------------------------------------------------------------


class _Shown(Protocol):
    def heard(self, recorded: Recorded) -> None: ...
    def printed(self, run: str, step: str, stream: Stream, chunk: bytes) -> None: ...
    def looking(self, run: str, step: str, why: str) -> None: ...
    def waits(self, why: str, asks: bool) -> None: ...
    def ended(self, outcome: str, detail: str) -> None: ...


class _Text:
    """For a person: a line when a step begins and when it is over, and all that it prints."""

    def __init__(self, key: str, run: Run) -> None:
        self._key = key
        self._of = len(run.plan.steps)
        self._titles = {p.step.id: (n, p.step.title) for n, p in enumerate(run.plan.steps, 1)}
        self._questions = [s for s in run.plan.skipped if s.reason.startswith(CONDITIONAL)]
        self._began: datetime | None = None
        self._within = False  # a line that was printed and not ended
        self._colours = colours()

    def heard(self, recorded: Recorded) -> None:
        if (recorded.kind, recorded.id) != ("run", self._key):
            return
        match recorded.event:
            case StepStarted(step, _):
                self._began = recorded.at
                number, title = self._titles[step]
                self._say(f"── {number}/{self._of} {title}", bold=True)
            case StepEnded(_, code):
                took = (recorded.at - (self._began or recorded.at)).total_seconds()
                if code:
                    self._say(f"   returned {code} after {took:.1f} s", fg="red")
                else:
                    self._say(f"   done in {took:.1f} s", fg="green")
            case CallRefused() | CallLost() | VerificationFailed():
                self._say("\n".join(f"   {x.strip()}" for x in event_lines(recorded.event)), "red")
            case (
                HoleFilled() | CallObserved() | StepVerified() | StepRetried() | StepSkipped()
                | ConditionAnswered()
            ):  # fmt: skip
                self._say("\n".join(f"   {x.strip()}" for x in event_lines(recorded.event)))
            case _:
                pass

    def printed(self, _run: str, _step: str, stream: Stream, chunk: bytes) -> None:
        file = sys.stdout if stream is Stream.OUT else sys.stderr
        file.buffer.write(chunk)
        file.flush()
        self._within = not chunk.endswith(b"\n")

    def looking(self, _run: str, _step: str, why: str) -> None:
        self._say(f"   not yet: {why}")

    def waits(self, why: str, asks: bool) -> None:
        click.echo(f"waiting: {why}", err=True)
        first = f"steadyhand approve {self._key}   then: " if asks else ""
        click.echo(f"  {first}steadyhand resume {self._key}", err=True)

    def ended(self, outcome: str, detail: str) -> None:
        click.echo(f"{outcome}: run {self._key}" + (f": {detail}" if detail else ""))
        for one in self._questions if outcome == Outcome.COMPLETED else ():
            click.echo(f"  for you to judge: {one.reason.partition(': ')[2]}")
            click.echo(f"    --only {one.step} runs “{one.title}”")

    def _say(self, text: str, fg: str = "", bold: bool = False) -> None:
        if self._within:
            click.echo()
            self._within = False
        click.echo(click.style(text, fg=fg or None, bold=bold or None) if self._colours else text)


class _Lines:
    """For a program: every event and every piece of output as one JSON object on a line."""

    def __init__(self, key: str) -> None:
        self._key = key

    def heard(self, recorded: Recorded) -> None:
        if (recorded.kind, recorded.id) == ("run", self._key):
            click.echo(event_line(recorded))

    def printed(self, _run: str, step: str, stream: Stream, chunk: bytes) -> None:
        text = chunk.decode(errors="replace")
        self._say({"type": "Output", "step": step, "stream": stream.value, "text": text})

    def looking(self, _run: str, step: str, why: str) -> None:
        self._say({"type": "Looking", "step": step, "why": why})

    def waits(self, why: str, asks: bool) -> None:
        del asks  # what is asked stands in an event
        self._say({"type": "Waiting", "why": why})

    def ended(self, outcome: str, detail: str) -> None:
        """Nothing more to say: the last event has said it."""

    def _say(self, said: Mapping[str, object]) -> None:
        click.echo(json.dumps({"run": self._key, **said}))


def event_line(recorded: Recorded) -> str:
    """Write an event of a run as one JSON object."""
    said = {"run": recorded.id, "seq": recorded.seq, "at": recorded.at.isoformat()}
    body = canonical.plain(recorded.event)
    return json.dumps({**said, "type": type(recorded.event).__name__, **body})


def _keyboard() -> int | None:
    """Give the terminal of the person who is here, as an open file."""
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError):
        return None


# --- what is asked --------------------------------------------------------------------------------


def _answered(control: Control, key: str) -> bool:
    """Put the open question to the person at this terminal, if that helps."""
    run = runs.state(control, key)
    question = run.question
    if question is None:
        return _said(control, key, run)
    if question.count > 1:
        return False
    click.echo(f"\n{question.evidence}\n")
    by = runs.person(control, key, user())
    try:
        match _choose(_ways(run, question)):
            case "y":
                runs.approve(control, key, by, claimed=False, shown=question)
            case "n":
                usual = "it does not hold" if question.condition else "no reason"
                reason = click.prompt("why not", default=usual)
                runs.decline(control, key, by, reason, question)
            case "s":
                runs.skip(control, key, question.step, by, _reason_to_skip(run, question.step))
            case _:
                return False
    except Problem as problem:
        if runs.state(control, key).question == question:
            raise
        click.echo(f"somebody else was faster: {problem}", err=True)
    return True


def _said(control: Control, key: str, run: Run) -> bool:
    """Ask what only a person can know: whether a call was done, and what one by hand has given."""
    by = runs.person(control, key, user())
    if call := by_hand.in_doubt(control, key):
        click.echo(f"\nnobody knows whether this was done: {call.shown}\n")
        said = {"d": Doubt.DONE, "n": Doubt.NOT_DONE}
        ways = {"d": "it was done", "n": "it was not", "l": "leave it for later"}
        if (doubt := said.get(_choose(ways))) is not None:
            heard = doubt is Doubt.DONE and call.heard
            printed = click.prompt(_READ, default="", show_default=False) if heard else None
            by_hand.settle_doubt(control, key, doubt, by, printed)
        return doubt is not None
    if name := by_hand.wanted_by_hand(control, key):
        why = "a step that was done by hand would have printed"
        if any(h.parameter == name and h.rule == BY_HAND for h in run.plan.holes()):
            why = "nothing prints, and this step needs"
        value = click.prompt(f"\n<{name}> is what {why}\n<{name}>", default="", show_default=False)
        if value:
            by_hand.give_value(control, key, name, value, by)
        return bool(value)
    return False


_READ = "the script reads what it printed, and that is lost; what was it"


def _ways(run: Run, question: Question) -> dict[str, str]:
    if question.condition:
        return {"y": "yes, it holds", "n": "no, go on without it", "l": "leave it for later"}
    ways = {"y": "yes", "n": "no, end the run", "s": "skip this step", "l": "leave it for later"}
    if run.plan.planned(question.step).step.kind in {StepKind.MANUAL, StepKind.CHECK}:
        del ways["s"]
        ways["y"] = "yes, it is done"
    return ways


def _what_now(control: Control, key: str, run: Run) -> StepRetried | StepSkipped | Wait | None:
    """Ask what becomes of a run whose step failed; None ends it."""
    step, by = run.failed, runs.person(control, key, user())
    click.echo(f"{step} failed: {run.problem[1] if run.problem else ''}")
    ways = {"r": "retry", "s": "skip it", "l": "leave it for later", "a": "abort"}
    values = {name: value for name, value in run.values.items() if not TOKEN.search(value)}
    if values:
        ways["e"] = "edit a parameter and retry"
    while True:
        said: StepRetried | StepSkipped
        match _choose(ways):
            case "r":
                said = StepRetried(step, by, {})
            case "e":
                said = StepRetried(step, by, _edited(values))
            case "s":
                said = StepSkipped(step, by, _reason_to_skip(run, step))
            case "l":
                return Wait(None, f"{step} failed, and {by} left it for later")
            case _:
                return None
        try:
            evolve(run, said)
        except IllegalEvent as error:
            click.echo(f"that cannot be: {error}", err=True)
        else:
            return said


def _choose(ways: Mapping[str, str]) -> str:
    listed = ", ".join(f"[{letter}] {words}" for letter, words in ways.items())
    kind = click.Choice(list(ways), case_sensitive=False)
    forget_typed()
    answer: str = click.prompt(f"{listed}\n?", type=kind, show_choices=False, prompt_suffix=" ")
    return answer


def _edited(values: Mapping[str, str]) -> dict[str, str]:
    name = next(iter(values))
    if len(values) > 1:
        name = click.prompt("which parameter", type=click.Choice(list(values)))
    return {name: click.prompt(f"<{name}>", default=values[name])}


def _reason_to_skip(run: Run, step: str) -> str:
    steps = [planned.step for planned in run.plan.steps]
    for one in broken(steps, [other for other in steps if other.id != step]):
        click.echo(f"breaks {one.step}: {one.what}")
    reason: str = click.prompt("why is it skipped", default="no reason")
    return reason
