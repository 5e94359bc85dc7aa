"""Sessions that hold what others need."""
