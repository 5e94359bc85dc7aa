"""Faults that somebody means."""

from steadyhand.lab.faults.fault import Fault
from steadyhand.lab.faults.security.authentication_failure_burst import (
    AUTHENTICATION_FAILURE_BURST,
)

SECURITY: tuple[Fault, ...] = (AUTHENTICATION_FAILURE_BURST,)
