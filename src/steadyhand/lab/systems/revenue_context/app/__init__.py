"""The application of the Revenue Context Engine, in three roles. It knows nothing of the lab."""
