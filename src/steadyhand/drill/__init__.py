"""Drill: prove that a fault is felt, detected, paged and mended, and say how long it took."""
