"""Steps in, every resource that their commands name out, with every place."""

from steadyhand.compile.inventory.gather import Naming, inventory, namings

__all__ = ["Naming", "inventory", "namings"]
