"""Faults between the parts: names, target health, security groups, certificates."""
