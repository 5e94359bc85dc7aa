"""A step's text with its parameters' values: one pass, each value quoted for where it stands. Pure.

One pass, so that one value can never rewrite another; quoted, so that a value is one word whatever
is in it.
"""

import shlex
from collections.abc import Mapping

from steadyhand.model.document.runbook import Step


class Unbound(Exception):
    """A parameter of the step has no value yet; the message is its name."""


def render(step: Step, values: Mapping[str, str]) -> str:
    """Put values into a step's text. Raises Unbound."""
    text = ""
    position = 0
    for occurrence in sorted(step.parameters, key=lambda o: o.start):
        if occurrence.parameter not in values:
            raise Unbound(occurrence.parameter)
        text += step.text[position : occurrence.start]
        text += _quoted(values[occurrence.parameter], occurrence.quote)
        position = occurrence.end
    return text + step.text[position:]


def _quoted(value: str, quote: str) -> str:
    match quote:
        case '"':
            return "".join(f"\\{c}" if c in '"\\$`' else c for c in value)
        case "'":
            return value.replace("'", "'\\''")
        case _:
            return shlex.quote(value)
