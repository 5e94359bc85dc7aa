"""The systems the lab can run, by name."""

from steadyhand.lab.systems.conflicto import CONFLICTO
from steadyhand.lab.systems.parts import Parts
from steadyhand.lab.systems.sleek_coach import SLEEK_COACH

SYSTEMS: dict[str, Parts] = {parts.name: parts for parts in (SLEEK_COACH, CONFLICTO)}
