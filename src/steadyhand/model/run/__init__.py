"""A run: its plan and its target, its events, and the state they add up to."""
