"""The systems the lab can run, by name."""

from steadyhand.lab.systems.arbor import ARBOR
from steadyhand.lab.systems.conflicto import CONFLICTO
from steadyhand.lab.systems.contractorlens import CONTRACTORLENS
from steadyhand.lab.systems.parts import Parts
from steadyhand.lab.systems.revenue_context import REVENUE_CONTEXT
from steadyhand.lab.systems.sleek_coach import SLEEK_COACH

SYSTEMS: dict[str, Parts] = {
    parts.name: parts for parts in (CONTRACTORLENS, ARBOR, SLEEK_COACH, CONFLICTO, REVENUE_CONTEXT)
}
