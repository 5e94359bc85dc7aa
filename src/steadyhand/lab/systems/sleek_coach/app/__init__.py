"""The application of Sleek Coach. It knows its database and nothing of the lab."""
