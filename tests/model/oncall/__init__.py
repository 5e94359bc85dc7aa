"""Schedules, rotations, overrides, calendars, business hours."""
