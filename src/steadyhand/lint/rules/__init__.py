"""One module a rule: its docstring is the page, `check` the rule."""
