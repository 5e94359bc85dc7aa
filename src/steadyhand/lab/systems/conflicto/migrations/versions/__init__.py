"""One file a step; the newest is what the application was written for."""
