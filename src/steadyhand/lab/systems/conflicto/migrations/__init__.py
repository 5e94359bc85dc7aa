"""The schema of Conflicto, one step after the other; each step knows its way back."""
