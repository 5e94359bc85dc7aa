"""How each kind of probe looks: one file for a kind; `registry.py` has them all."""
