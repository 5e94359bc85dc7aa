"""What release line 2.5 brings."""
