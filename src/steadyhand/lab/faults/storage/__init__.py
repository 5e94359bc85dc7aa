"""Faults of what is kept in files: S3's buckets, Terraform's state."""

from steadyhand.lab.faults.storage.s3_access_denied import S3_ACCESS_DENIED
from steadyhand.lab.faults.storage.s3_cors import S3_CORS
from steadyhand.lab.faults.storage.s3_wrong_region import S3_WRONG_REGION
from steadyhand.lab.faults.storage.terraform_lock import TERRAFORM_LOCK

STORAGE = (S3_ACCESS_DENIED, S3_CORS, S3_WRONG_REGION, TERRAFORM_LOCK)
