"""What is open put to the person at this terminal; what they want planned, with their answers, out.

Alternatives: the answer is what `--choose` and `--skip` say. Values: what `--set` says, or what was
read now. Nobody is asked without a terminal.
"""

import re
import sys
from collections.abc import Callable, Mapping

import click
from msgspec import Struct, field
from msgspec.structs import replace

from steadyhand.app.problem import ToChoose
from steadyhand.app.running.runs import ToGive
from steadyhand.app.running.suggesting import Suggested
from steadyhand.model.run.plan import Alternatives, Plan
from steadyhand.plan.make import Selection

_NONE = "none"


class Answers(Struct, frozen=True):
    """What a person wants planned: the steps, and values with how they are known."""

    selection: Selection
    values: Mapping[str, str]
    how: Mapping[str, str] = field(default_factory=dict)


def decided(make: Callable[[Answers], Plan], answers: Answers, asks: bool) -> Plan:
    """Make a plan; where a person has to choose or to give a value first and is here, ask."""
    asks = asks and sys.stdin.isatty()
    while True:
        try:
            return make(answers)
        except ToChoose as problem:
            if not asks:
                raise
            for group in problem.groups:
                answers = replace(answers, selection=_asked(group, answers.selection))
        except ToGive as problem:
            if not asks:
                raise
            for one in problem.found:
                answers = _given(one, answers)


def _given(one: Suggested, answers: Answers) -> Answers:
    """Ask for one value; what was read now is what Enter takes."""
    click.echo(f"{one.missing.step.span}: {one.missing.parameter.spelling} has no value")
    if one.value:
        click.echo(f"  read now: {one.value} ({one.how})")
    elif one.lines:
        click.echo("\n".join(one.lines))
    secret = one.missing.parameter.secret
    value = click.prompt(f"<{one.name}>", default=one.value or None, hide_input=secret)
    how = f"read now: {one.how}" if value == one.value else "given at the terminal"
    values, hows = {**answers.values, one.name: value}, {**answers.how, one.name: how}
    return replace(answers, values=values, how=hows)


def _asked(group: Alternatives, selection: Selection) -> Selection:
    """Ask which ways of one group are to be gone: one, several or none."""
    ways = {option.steps[0].rpartition("/")[2]: option for option in group.options}
    click.echo(f"only one of these is meant to be done ({group.why}):")
    for number, option in ways.items():
        click.echo(f"  {number}  {option.title}  ({option.span})")
    while True:
        said = click.prompt(f"which? {', '.join(ways)}, several with commas, or {_NONE}\n?",
                            prompt_suffix=" ")  # fmt: skip
        named = [word for word in re.split(r"[,\s]+", said.strip().casefold()) if word]
        if named == [_NONE]:
            left = tuple(step for option in group.options for step in option.steps)
            return replace(selection, skip=(*selection.skip, *left))
        if named and all(name in ways for name in named):
            taken = tuple(ways[name].steps[0] for name in dict.fromkeys(named))
            return replace(selection, choose=(*selection.choose, *taken))
        click.echo("that is none of them", err=True)
