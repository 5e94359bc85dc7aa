"""The AWS CLI, kept warm in a process of its own that forks once per command."""
