"""What stands in a steadyhand.toml: a module for each subject, and `whole` for all of it. Pure."""
