"""Alternatives put to the person at this terminal; what they want planned, with their choice, out.

The answer is what `--choose` and `--skip` say. Nobody is asked without a terminal.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import replace

import click

from steadyhand.app.problem import ToChoose
from steadyhand.model.plan import Alternatives, Plan
from steadyhand.plan.make import Selection

_NONE = "none"


def decided(make: Callable[[Selection], Plan], selection: Selection, asks: bool) -> Plan:
    """Make a plan; where a person has to choose first and is here, ask, and make it then."""
    while True:
        try:
            return make(selection)
        except ToChoose as problem:
            if not asks or not sys.stdin.isatty():
                raise
            for group in problem.groups:
                selection = _asked(group, selection)


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
