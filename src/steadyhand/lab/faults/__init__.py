"""The faults, by name. To add one: a module with a Fault in a subject's folder, and a line in the
tuple of that folder's `__init__`; to add a subject: a folder, and a line in GROUPS."""

from steadyhand.lab.faults.answers import (
    IGNORED_UPDATE_SERVICE,
    LOST_ANSWER,
    REFUSE,
    SLOW_ANSWER,
)
from steadyhand.lab.faults.cache import CACHE
from steadyhand.lab.faults.compute import COMPUTE
from steadyhand.lab.faults.database import DATABASE
from steadyhand.lab.faults.fault import Fault
from steadyhand.lab.faults.messaging import MESSAGING
from steadyhand.lab.faults.network import NETWORK
from steadyhand.lab.faults.provider import PROVIDER
from steadyhand.lab.faults.release import RELEASE
from steadyhand.lab.faults.security import SECURITY
from steadyhand.lab.faults.storage import STORAGE

ANSWERS = (IGNORED_UPDATE_SERVICE, SLOW_ANSWER, LOST_ANSWER, REFUSE)
GROUPS: tuple[tuple[Fault, ...], ...] = (
    CACHE,
    MESSAGING,
    PROVIDER,
    COMPUTE,
    NETWORK,
    STORAGE,
    DATABASE,
    RELEASE,
    SECURITY,
    ANSWERS,
)
FAULTS: dict[str, Fault] = {fault.name: fault for group in GROUPS for fault in group}
