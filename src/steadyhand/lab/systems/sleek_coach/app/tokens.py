"""A member in, a signed access token out; and back, as long as it is good. Pure: time is given.

JSON Web Tokens with HS256, https://datatracker.ietf.org/doc/html/rfc7519.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

LIFETIME = 15 * 60  # seconds


class BadToken(Exception):
    """Not ours, changed, or too old; the message says which."""


def _packed(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


HEADER = _packed(b'{"alg":"HS256","typ":"JWT"}')


def access_token(member: int, key: str, now: float) -> str:
    claims = json.dumps({"sub": str(member), "exp": int(now) + LIFETIME}, separators=(",", ":"))
    said = f"{HEADER}.{_packed(claims.encode())}"
    return f"{said}.{_signature(said, key)}"


def member_of(token: str, key: str, now: float) -> int:
    """Whose token it is. Raises BadToken."""
    said, _, signature = token.rpartition(".")
    # Compared as bytes: what a stranger sends need not be ASCII.
    if not hmac.compare_digest(signature.encode(), _signature(said, key).encode()):
        raise BadToken("the signature is wrong")
    try:
        header, claims = said.split(".")
        if header != HEADER:
            raise BadToken("the algorithm is not ours")
        told = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        member, expires = int(told["sub"]), float(told["exp"])
    except (ValueError, LookupError, TypeError):
        raise BadToken("unreadable") from None
    if now >= expires:
        raise BadToken("expired")
    return member


def _signature(said: str, key: str) -> str:
    return _packed(hmac.digest(key.encode(), said.encode(), hashlib.sha256))
