"""CloudWatch Logs of the lab: groups, streams and events, what is searched, exported, counted."""
