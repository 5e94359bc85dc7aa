"""What becomes of an alarm: its story while it happens, incidents looked at and led, reviews."""
