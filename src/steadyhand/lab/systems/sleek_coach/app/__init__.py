"""The application of Sleek Coach. It knows what it depends on, and nothing of the lab."""
