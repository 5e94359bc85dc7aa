"""Where a page ends, in; the token that stands for it, out; and the way back."""

import base64
import binascii
import json

from steadyhand.lab.cloud.room import Refusal


def token(at: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"at": at}).encode()).decode()


def offset(given: object, code: str) -> int:
    if not given:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(str(given)))["at"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise Refusal(code, "Invalid next token.") from None
