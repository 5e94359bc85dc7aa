"""The rules by subject; one module a rule: its docstring is the page."""
