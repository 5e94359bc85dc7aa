"""What happens to an instance: how it is made, changed, copied, and what time does to it."""
