"""What the application keeps, and where: PostgreSQL, Redis, S3, its own memory."""
