"""Faults of what is released: a new revision, a migration, a secret."""

from steadyhand.lab.faults.fault import Fault
from steadyhand.lab.faults.release.bad_deployment import BAD_DEPLOYMENT

RELEASE: tuple[Fault, ...] = (BAD_DEPLOYMENT,)
