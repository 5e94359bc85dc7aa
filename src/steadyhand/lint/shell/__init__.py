"""What rules need to know of a shell's text: quotes, variables, blocks. Parses no grammar."""
