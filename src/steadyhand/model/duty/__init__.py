"""Duties: recurring tasks that people answer for. `events`, what they add up to, what is next."""
