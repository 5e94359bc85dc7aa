"""What the api service answers over HTTP."""
