"""The AI coach: what it may say, what it looks up, whom it asks."""
