"""What is written of an incident: its timeline, its post-mortem, what the runbook learns."""
