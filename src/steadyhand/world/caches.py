"""Where what can be made again is kept for the next time. Reads the operator's environment."""

import os
from pathlib import Path


def folder() -> Path:
    """Say where: $STEADYHAND_CACHE, or the user's folder for caches."""
    own = os.environ.get("STEADYHAND_CACHE")
    above = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(own) if own else Path(above) / "steadyhand"
