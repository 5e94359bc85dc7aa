"""What operators may call inside a task, under the names that the runbook gives."""
