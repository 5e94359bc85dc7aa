"""E-mails written by a language model, within a daily budget and behind a circuit breaker."""
