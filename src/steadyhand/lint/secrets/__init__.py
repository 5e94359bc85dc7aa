"""What rules need to know of secrets: names, options that take them, where they are kept."""
