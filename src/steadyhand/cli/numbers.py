"""What a person writes for a number in; the number out, or what to write instead."""

import math
from typing import Any

import click


class Number(click.FloatRange):
    """A number of a range; what is no number at all ("nan") lies in none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is no number.", param, ctx)
        return number
