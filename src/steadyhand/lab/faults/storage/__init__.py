"""Faults of what is kept in files: S3's buckets, Terraform's state."""
