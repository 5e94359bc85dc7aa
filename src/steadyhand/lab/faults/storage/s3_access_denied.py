"""A bucket's policy has been changed: it denies everybody what the application does with it."""

import json
from typing import Any

from steadyhand.lab.faults.fault import Fault, Scene
from steadyhand.lab.faults.storage.buckets import BUCKET, bucket_of

SID = "DenyUntilReviewed"
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")


def inject(scene: Scene) -> dict[str, Any]:
    """Add a statement to the policy that denies everybody."""
    with scene.lab.lock:
        bucket = bucket_of(scene)
        before = scene.kept["before"] = bucket.policy
        policy: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
        policy = json.loads(before) if before else policy
        arn = f"arn:aws:s3:::{bucket.name}"
        denied = {"Sid": SID, "Effect": "Deny", "Principal": "*", "Action": list(ACTIONS)}
        policy["Statement"].append({**denied, "Resource": [arn, f"{arn}/*"]})
        changed = scene.kept["changed"] = json.dumps(policy).encode()
        scene.lab.moto.s3.put_bucket_policy(bucket.name, changed)
        return {"bucket": bucket.name, "statement": SID}


def clear(scene: Scene) -> None:
    """Put the policy back, unless somebody has changed it since."""
    with scene.lab.lock:
        bucket = bucket_of(scene)
        if bucket.policy == scene.kept["changed"]:
            bucket.policy = scene.kept["before"]


S3_ACCESS_DENIED = Fault(
    name="s3-access-denied",
    summary="A statement in the bucket's policy denies everybody to read, write and list.",
    notice=(
        "aws s3 ls ends with AccessDenied; presigned links are made and refused with 403; "
        "get-bucket-policy shows a Deny; the application's log has ERROR lines with Access Denied."
    ),
    inject=inject,
    clear=clear,
    parameters=BUCKET,
)
