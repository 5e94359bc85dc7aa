"""Keys and codes: drawn, hashed, and refused with a line in the log. Only hashes are kept."""

import hashlib
import secrets

from fastapi import HTTPException, Request

from steadyhand.lab.systems.conflicto.app.logs import say

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that a projector makes look like another
CODE_LENGTH = 6


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def new_key() -> str:
    return secrets.token_urlsafe(24)


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def refused(request: Request, who: str) -> HTTPException:
    """Write down that somebody came with a wrong key; what is given back is to be raised."""
    say("WARNING", f"authentication failed for {who}", request.state.request_id)
    return HTTPException(401, f"not a valid key of a {who}")
