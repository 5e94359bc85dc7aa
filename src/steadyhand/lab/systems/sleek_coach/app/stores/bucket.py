"""A key in S3 in, a link to it out that is good for some minutes; and what lies there.

Photos go between the member's device and S3 directly. Here links are signed, and asked for once.
"""

import http.client
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from steadyhand.lab.systems.sleek_coach.app.logs import say
from steadyhand.lab.systems.sleek_coach.app.settings import Aws

TIMEOUT = 5.0  # seconds
OWN = 60  # seconds for which a link is good that is used at once


class StorageFailed(Exception):
    """S3 refused, or did not answer; the message says which."""


@dataclass(frozen=True)
class Stored:
    size: int
    content_type: str


@dataclass(frozen=True)
class Bucket:
    name: str
    aws: Aws

    def link(self, method: str, key: str, seconds: int, headers: dict[str, str]) -> str:
        """A presigned link; whoever uses it has to send these headers.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
        """
        address = f"{self.aws.endpoint.rstrip('/')}/{self.name}/{quote(key)}"
        request = AWSRequest(method, address, headers=dict(headers))
        who = Credentials(self.aws.key_id, self.aws.key)
        S3SigV4QueryAuth(who, "s3", self.aws.region, expires=seconds).add_auth(request)
        return str(request.url)

    def look(self, key: str) -> Stored | None:
        """What lies under a key; None for nothing. Raises StorageFailed."""
        answer = self._ask("HEAD", key)
        if answer.status == 404:
            return None
        self._check(answer.status, "HEAD", key)
        size, kind = answer.headers["Content-Length"], answer.headers["Content-Type"]
        return Stored(int(size or 0), kind or "")

    def remove(self, key: str) -> None:
        """Raises StorageFailed."""
        self._check(self._ask("DELETE", key).status, "DELETE", key)

    def _ask(self, method: str, key: str) -> http.client.HTTPResponse:
        address = urlsplit(self.link(method, key, OWN, {}))
        secure = address.scheme == "https"
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(address.hostname or "", address.port, timeout=TIMEOUT)
        try:
            connection.request(method, f"{address.path}?{address.query}")
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(f"S3 {method} {key}: {type(error).__name__}: {error}") from None
        finally:
            connection.close()
        return answer

    def _check(self, status: int, method: str, key: str) -> None:
        if status == 403:
            raise self._failed(f"S3 {method} {key}: Access Denied")
        if status >= 300:
            raise self._failed(f"S3 {method} {key}: status {status}")

    def _failed(self, message: str) -> StorageFailed:
        say("ERROR", message, {"bucket": self.name})
        return StorageFailed(message)
