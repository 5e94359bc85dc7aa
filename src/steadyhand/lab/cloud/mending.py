"""moto's answers that are untrue in a small way, mended one by one. The seam puts this in place.

What is untrue in a large way has a room in moto's place; what moto lets through that AWS refuses is
strict/. Knows no physics.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlparse

from moto.acm.models import CertBundle
from moto.cloudtrail.models import TrailStatus
from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend, Image
from moto.moto_server import werkzeug_app
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, FakeKey
from moto.s3.responses import S3Response
from moto.secretsmanager.models import FakeSecret
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.ssm.models import SimpleSystemManagerBackend
from moto.sts.responses import TokenResponse

from steadyhand.lab.account import ACCOUNT
from steadyhand.lab.cloud.room import Refusal
from steadyhand.lab.strict import buckets

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
STATUS = {"AccessForbidden": 403, "NoSuchUpload": 404}


def put_in_place(owner: Any, name: str, made: Any) -> Any:
    """Put `made` where moto has something by that name; give back what was there.

    Raises AttributeError where a newer moto has no such name: what nobody reads mends nothing.
    """
    plain = getattr(owner, name)
    setattr(owner, name, made)
    return plain


def mend() -> None:
    """Once per process."""
    _secrets()
    _parameters()
    _certificates()
    _images()
    _identity()
    _storage()
    _trails()
    # moto's server lets every origin in; which ones a bucket lets in, its own rules say.
    put_in_place(werkzeug_app, "DISABLE_GLOBAL_CORS", True)


def _secrets() -> None:
    """A version without a stage is deprecated: shown only to who asks for those too.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html
    """

    def stages(self: Any) -> dict[str, list[str]]:
        return {
            key: version["version_stages"]
            for key, version in self.versions.items()
            if version["version_stages"]
        }

    def versions(self: SecretsManagerResponse) -> str:
        secret: Any = self.backend.secrets[self._get_param("SecretId")]
        shown = [
            {
                "VersionId": key,
                "VersionStages": version["version_stages"],
                "CreatedDate": version["createdate"],
            }
            for key, version in secret.versions.items()
            if version["version_stages"] or self._get_param("IncludeDeprecated")
        ]
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": shown})

    put_in_place(FakeSecret, "_form_version_ids_to_stages", stages)
    put_in_place(SecretsManagerResponse, "list_secret_version_ids", versions)


def _certificates() -> None:
    """What is not issued yet has no serial number and no life.

    https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
    """

    def describe(self: CertBundle) -> dict[str, Any]:
        told: dict[str, Any] = plain(self)
        if self.status == "PENDING_VALIDATION":
            for name in ("Issuer", "NotAfter", "NotBefore", "Serial"):
                told["Certificate"].pop(name, None)
        return told

    plain = put_in_place(CertBundle, "describe", describe)


def _images() -> None:
    """An image's digest is that of its manifest.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-retag.html
    """

    def digest(self: Any) -> None:
        self._image_digest = "sha256:" + hashlib.sha256(self.image_manifest.encode()).hexdigest()

    def put(
        self: Any, repository_name: str, image_manifest: str, image_tag: str, *rest: Any
    ) -> Any:
        """A tag moves to what is pushed; what had it before stays, without it."""
        repository = self.repositories[repository_name]
        if repository.image_tag_mutability == "MUTABLE":
            for image in repository.images:
                if image.image_manifest != image_manifest:
                    image.remove_tag(image_tag)
        return plain(self, repository_name, image_manifest, image_tag, *rest)

    put_in_place(Image, "_create_digest", digest)
    plain = put_in_place(ECRBackend, "put_image", put)


def _parameters() -> None:
    """To have asked for what is not there leaves nothing behind."""

    def get(self: Any, names: list[str]) -> Any:
        for name in [name for name, versions in self._parameters.items() if not versions]:
            del self._parameters[name]
        return plain(self, names)

    plain = put_in_place(SimpleSystemManagerBackend, "get_parameters", get)


def _identity() -> None:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

    def identity(_: TokenResponse) -> ActionResult:
        user = f"arn:aws:iam::{ACCOUNT}:user/lab"
        return ActionResult({"UserId": "AIDALABLABLABLABLABLA", "Account": ACCOUNT, "Arn": user})

    put_in_place(TokenResponse, "get_caller_identity", identity)


def _trails() -> None:
    """A trail has delivered when it last did, not whenever somebody asks.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
    """

    def description(self: TrailStatus) -> dict[str, Any]:
        known = self.latest_delivery_time, self.latest_delivery_attempt
        told: dict[str, Any] = plain(self)
        self.latest_delivery_time, self.latest_delivery_attempt = known
        if "LatestDeliveryTime" in told:
            told["LatestDeliveryTime"], told["LatestDeliveryAttemptTime"] = known
        return told

    plain = put_in_place(TrailStatus, "description", description)


def _storage() -> None:
    for name in ("_bucket_response", "_key_response"):
        put_in_place(S3Response, name, _checked(getattr(S3Response, name)))

    def options(self: S3Response, headers: dict[str, str], bucket_name: str) -> Any:
        if not _lets_in(self, headers, bucket_name):
            message = "CORSResponse: This CORS request is not allowed."
            return self.serialized(ActionResult(_refusal("AccessForbidden", message)))
        return plain(self, headers, bucket_name)

    plain = put_in_place(S3Response, "_response_options", options)

    def told(self: FakeKey) -> dict[str, Any]:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html"""
        status = getattr(self, "replication_status", "")
        shown: dict[str, Any] = of_object.fget(self)
        return shown | ({"x-amz-replication-status": status} if status else {})

    of_object = put_in_place(FakeKey, "response_dict", property(told))


def _lets_in(response: S3Response, headers: dict[str, str], bucket_name: str) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html"""
    bucket: FakeBucket | None = response.backend.buckets.get(bucket_name)
    origin = headers.get("Origin", "")
    method = headers.get("Access-Control-Request-Method", "")
    for rule in bucket.cors if bucket is not None else []:
        origins, methods = _several(rule.allowed_origins), _several(rule.allowed_methods)
        if method in methods and any(_fits(origin, pattern) for pattern in origins):
            return True
    return False


def _several(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given or [])


def _fits(origin: str, pattern: str) -> bool:
    head, star, tail = pattern.partition("*")
    return origin.startswith(head) and origin.endswith(tail) if star else origin == pattern


def _checked(plain: Callable[..., Any]) -> Callable[..., Any]:
    """An action of S3 that is held against strict/buckets.py first."""

    def action(self: S3Response, request: Any, full_url: str) -> Any:
        parts = urlparse(full_url)
        key = self.parse_key_name() if plain.__name__ == "_key_response" else ""
        body = self.body if isinstance(self.body, bytes) else str(self.body or "").encode()
        asked = buckets.Request(
            method=request.method,
            bucket=str(self.bucket_name or ""),
            key=str(key or ""),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
        )
        upload = asked.query.get("uploadId")
        bucket = self.backend.buckets.get(asked.bucket)
        if upload and bucket is not None and upload not in bucket.multiparts:
            message = "The specified multipart upload does not exist."
            raise _refusal("NoSuchUpload", message)
        try:
            buckets.check(asked)
        except Refusal as refusal:
            raise _refusal(refusal.code, refusal.message) from None
        return plain(self, request, full_url)

    return action


def _refusal(code: str, message: str) -> S3ClientError:
    """An error of S3's own: moto tells the service by the error's module."""
    status = STATUS.get(code, 400)
    home = {"__module__": S3Response.__module__, "status_code": status, "code": status}
    made: S3ClientError = type("Refused", (S3ClientError,), home)(code, message)
    return made
