"""What documents have watched: operating from them, alarms explained, the catalog of services."""
