"""A bucket's CORS rules are gone: browsers may not speak with it from the application's pages."""

from typing import Any

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene
from steadyhand.lab.faults.storage.buckets import BUCKET, bucket_of


def inject(scene: Scene) -> dict[str, Any]:
    """Delete the rules, as delete-bucket-cors does."""
    with scene.lab.lock:
        bucket = bucket_of(scene)
        if not bucket.cors:
            raise BadParameter(f"{bucket.name} has no CORS rules")
        scene.kept["rules"], bucket.cors = bucket.cors, []
        return {"bucket": bucket.name, "rules": len(scene.kept["rules"])}


def clear(scene: Scene) -> None:
    """Put the rules back, unless somebody has made others."""
    with scene.lab.lock:
        bucket = bucket_of(scene)
        if not bucket.cors:
            bucket.cors = scene.kept["rules"]


S3_CORS = Fault(
    name="s3-cors",
    summary="The bucket's CORS rules are deleted; whoever is no browser notices nothing.",
    notice=(
        "The preflight (OPTIONS with an Origin) is answered 403 without Access-Control headers; "
        "get-bucket-cors says NoSuchCORSConfiguration; aws s3 ls and presigned links go on to work."
    ),
    inject=inject,
    clear=clear,
    parameters=BUCKET,
)
