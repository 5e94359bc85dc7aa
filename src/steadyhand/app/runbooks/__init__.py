"""Documents: found, read, compiled and linted, and what is kept of that on disk."""
