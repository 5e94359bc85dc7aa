"""A compiled document in, findings out. Deterministic and offline; rules read no clock.

`lint.lint` has the rules; `lint.report` needs none of them, so nothing is imported here.
"""
