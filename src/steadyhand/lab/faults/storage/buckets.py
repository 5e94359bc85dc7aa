"""A scene in, the bucket that is meant out."""

from typing import Any

from steadyhand.lab.faults.fault import BadParameter, Scene, text

BUCKET = {"bucket": "the S3 bucket (the first in the system's region)"}


def bucket_of(scene: Scene) -> Any:
    """The bucket as moto keeps it. The API's lock is held. Raises BadParameter."""
    own = [bucket.name for bucket in scene.live.parts.buckets if not bucket.region]
    name = text(scene.given, "bucket", own[0] if own else None)
    found = scene.lab.moto.s3.buckets.get(name)
    if found is None:
        raise BadParameter(f"there is no bucket {name}")
    return found
