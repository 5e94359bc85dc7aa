"""Who may ask the API: tokens, users, sessions."""
