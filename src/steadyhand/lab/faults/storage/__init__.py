"""Faults of what is kept in files: S3's buckets, Terraform's state."""

from steadyhand.lab.faults.storage.terraform_lock import TERRAFORM_LOCK

STORAGE = (TERRAFORM_LOCK,)
