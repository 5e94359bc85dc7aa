"""Steps in, every resource that their commands name out, with every place."""

from steadyhand.compile.inventory.gather import inventory

__all__ = ["inventory"]
