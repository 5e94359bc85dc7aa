"""Compiled runbooks in, a steadyhand.toml out for a person to finish: `steadyhand init`."""

from steadyhand.compile.draft.write import draft

__all__ = ["draft"]
