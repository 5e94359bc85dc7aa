"""What members can ask for, by subject; each module adds its routes to the application."""
