"""The schema's versions, each with its way back."""
