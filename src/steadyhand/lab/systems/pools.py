"""A task's environment in, how long it keeps a connection to its database out.

What the systems' pools do alike: none keeps a connection for ever, so that a change of the network
or of a name is met in minutes. Knows no database.
"""

import os
from collections.abc import Mapping

CONNECTION_SECONDS = 300.0


def lifetime(given: Mapping[str, str] = os.environ) -> float:
    """The age in seconds at which a connection is replaced by a new one."""
    return float(given.get("CONNECTION_SECONDS", CONNECTION_SECONDS))
