"""Drills: started and told while they go, listed and shown."""
