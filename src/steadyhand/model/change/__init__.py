"""Change records: what was changed, who let it, how it goes back, and how it went afterwards."""
