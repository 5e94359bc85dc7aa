"""redis-cli, as the lab answers it."""
