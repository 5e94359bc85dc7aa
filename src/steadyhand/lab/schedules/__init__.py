"""EventBridge rules that run by the clock: when each is due, and what it then does."""
