"""A process that has imported what tasks import, and forks a child for each of them (ADR 10)."""
