"""What a level of escalation is for. Its own module: settings name it, and need no events."""

from enum import StrEnum


class On(StrEnum):
    """What a level of escalation is for: nobody has taken it up, or it is not over."""

    UNACKNOWLEDGED = "unacknowledged"
    UNRESOLVED = "unresolved"
