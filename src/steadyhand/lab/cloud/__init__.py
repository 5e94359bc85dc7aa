"""The AWS API: moto answers, and what it says is made true by the physics put under it."""

import os

# moto reads these when it is imported, so they are set before any module here imports it.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ["MOTO_ACCOUNT_ID"] = "123456789012"
