"""Steps in, every resource that their commands name out, with every place."""

from steadyhand.compile.inventory.gather import Mention, inventory, mentioned

__all__ = ["Mention", "inventory", "mentioned"]
