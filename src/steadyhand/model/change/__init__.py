"""Change records: what was changed, who let it, how it goes back, how it went; deployments."""
