"""Too much of something: work, connections, rows without an index, bytes."""
