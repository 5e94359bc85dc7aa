"""The systems the lab can run, by name."""

from steadyhand.lab.systems.parts import Parts
from steadyhand.lab.systems.sleek_coach import SLEEK_COACH

SYSTEMS: dict[str, Parts] = {SLEEK_COACH.name: SLEEK_COACH}
