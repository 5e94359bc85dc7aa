"""The systems the lab can run, by name."""

from steadyhand.lab.systems.sleek_coach import SLEEK_COACH
from steadyhand.lab.systems.system import System

SYSTEMS: dict[str, System] = {SLEEK_COACH.name: SLEEK_COACH}
