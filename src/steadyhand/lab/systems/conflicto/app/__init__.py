"""The application of Conflicto. It knows its database and nothing of the lab."""
