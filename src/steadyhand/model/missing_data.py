"""What a period without a value stands for. Its own module: settings name it, and judge nothing."""

from enum import StrEnum


class MissingData(StrEnum):
    """What a period without a value stands for."""

    MISSING = "missing"
    NOT_BREACHING = "notBreaching"
    BREACHING = "breaching"
    IGNORE = "ignore"  # whatever the state is, it stays
