"""The instance itself: away, failing over, behind."""
