"""Who is on call, when: rotations, overrides, calendars, business hours; silences. Pure."""
