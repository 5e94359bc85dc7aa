"""Names in, the ids under which the journal keeps things of several documents, out. Pure."""

import hashlib

_LONGEST = 64  # characters of an id in the journal's table


def alarm_key(system: str, alarm: str) -> str:
    """Name an alarm of a system in the journal; too long a name ends in a digest of itself."""
    return fitting(f"{system}/{alarm}")


def fitting(key: str) -> str:
    """Give an id that the journal's table has room for: too long a one ends in a digest."""
    if len(key) <= _LONGEST:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{key[: _LONGEST - len(digest) - 1]}~{digest}"
