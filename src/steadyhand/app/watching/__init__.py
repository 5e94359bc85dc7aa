"""What documents have watched, and how it stands: alarms, probes, the catalog of services."""
