"""Programs that a fault runs inside a task. Each is run by its path: it knows nothing of ours."""
