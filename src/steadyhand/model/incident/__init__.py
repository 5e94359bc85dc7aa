"""An incident: its events, the state they add up to, its notices, its review, its measures."""
