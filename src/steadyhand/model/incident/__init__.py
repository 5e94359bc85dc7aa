"""An incident: its events, and the state they add up to."""
