"""Faults of what is released: a new revision, a migration, a secret."""

from steadyhand.lab.faults.fault import Fault
from steadyhand.lab.faults.release.bad_deployment import BAD_DEPLOYMENT
from steadyhand.lab.faults.release.failed_deployment import FAILED_DEPLOYMENT
from steadyhand.lab.faults.release.failed_migration import FAILED_MIGRATION
from steadyhand.lab.faults.release.secret_rotated_wrongly import SECRET_ROTATED_WRONGLY
from steadyhand.lab.faults.release.stuck_migration import STUCK_MIGRATION

RELEASE: tuple[Fault, ...] = (
    BAD_DEPLOYMENT,
    FAILED_DEPLOYMENT,
    STUCK_MIGRATION,
    FAILED_MIGRATION,
    SECRET_ROTATED_WRONGLY,
)
