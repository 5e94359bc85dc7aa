"""How a table of a settings file says that it has no other keys than those of its class."""

from collections.abc import Mapping

CLOSED: Mapping[str, str] = {"extra": "forbid"}  # a key that nobody knows is a mistake, no option
