"""The runs of an incident in; what they printed, and every command they made, out."""

from collections.abc import Sequence
from datetime import datetime

from steadyhand.app.control import Control
from steadyhand.app.running import runs
from steadyhand.model.events import Recorded
from steadyhand.model.incident.events import AssessmentOpened, Printed, RemedyOpened
from steadyhand.model.run.events import CallAnswered, CallStarted
from steadyhand.respond.writing.postmortem import CommandRecord

_EXCERPT = 4000  # characters of an output that go into a record


def printed(control: Control, run: str) -> Sequence[Printed]:
    """Collect what each step of an assessment printed."""
    state = runs.state(control, run)
    found = []
    for planned in state.plan.steps:
        step = planned.step
        printed = control.journal.printed(run, step.id, 0)
        text = b"".join(output.body for output in printed).decode(errors="replace")
        found.append(Printed(step.title, step.text, text[:_EXCERPT], state.exit_codes.get(step.id)))
    return found


def commands(control: Control, history: Sequence[Recorded]) -> list[CommandRecord]:
    """Collect every command that the runs of an incident made, in the order of time."""
    found = []
    for recorded in history:
        if isinstance(recorded.event, AssessmentOpened | RemedyOpened):
            found += _commands_of(control, recorded.event.run)
    return found


def _commands_of(control: Control, run: str) -> list[CommandRecord]:
    state = runs.state(control, run)
    started: dict[tuple[str, int], tuple[CallStarted, datetime]] = {}
    found = []
    for recorded in control.journal.read("run", run):
        match recorded.event:
            case CallStarted(step, number) as call:
                started[step, number] = (call, recorded.at)
            case CallAnswered(step, number, exit_code):
                call, at = started[step, number]
                outputs = control.journal.printed(run, step, number)
                text = b"".join(out.body for out in outputs).decode(errors="replace")
                question = state.questions.get(step)
                found.append(
                    CommandRecord(
                        argv=" ".join(call.argv),
                        effect=call.effect.word,
                        exit_code=exit_code,
                        output=text[:_EXCERPT],
                        started=at,
                        ended=recorded.at,
                        approved_by=question.signed_by if question else (),
                    )
                )
            case _:
                pass
    return found
