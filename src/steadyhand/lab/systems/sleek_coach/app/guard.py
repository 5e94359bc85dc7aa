"""A request's headers in, the member out that it belongs to; and whether it is one too many.

Rate limits are counted in Redis. Where that is away nobody is counted, and everybody is let in.
"""

import time
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from steadyhand.lab.systems.sleek_coach.app.logs import say
from steadyhand.lab.systems.sleek_coach.app.stores.shared import Shared, seconds_left
from steadyhand.lab.systems.sleek_coach.app.tokens import BadToken, member_of

MINUTE = 60
REQUESTS = 1200  # a minute, of one member
CHATS = 20  # a minute, of one member
FAILED_LOGINS = 5  # in five minutes, for one address

# What the OpenAPI document says of refusals.
REFUSED: dict[int, str] = {
    400: "The body is not JSON",
    401: "Sign in again",
    404: "There is no such thing",
    409: "Not yet, or not any more",
    429: "Too many requests; Retry-After says when to come back",
    500: "A mistake of ours",
    502: "The storage of photos failed",
    503: "The database does not answer",
}


def refusals(*codes: int) -> dict[int | str, dict[str, Any]]:
    shape = {"type": "object", "properties": {"detail": {"type": "string"}}}
    content = {"application/json": {"schema": {**shape, "required": ["detail"]}}}
    return {
        code: {"description": REFUSED[code], "content": content}
        for code in sorted({*codes, 500, 503})
    }


def members_only(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route that wants a member."""
    return refusals(401, 429, *codes)


_bearer = HTTPBearer(auto_error=False, description="An access token of /auth/login")


def signed_in(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> int:
    """The member whose access token it is. Raises HTTPException."""
    state = request.app.state
    if given is None:
        raise _refused("no bearer token")
    try:
        member = member_of(given.credentials, state.settings.signing_key, time.time())
    except BadToken as error:
        raise _refused(str(error)) from None
    allow(state.shared, f"member:{member}", REQUESTS, MINUTE)
    return member


Member = Annotated[int, Depends(signed_in)]


def allow(shared: Shared, what: str, most: int, seconds: int) -> None:
    """Count it, and refuse what is over the limit. Raises HTTPException."""
    if shared.count(what, seconds) > most:
        raise too_many(what, seconds)


def too_many(what: str, seconds: int) -> HTTPException:
    say("WARNING", f"rate limit: {what.partition(':')[0]}")
    return HTTPException(
        429, "too many requests", headers={"Retry-After": str(seconds_left(seconds))}
    )


def _refused(why: str) -> HTTPException:
    say("WARNING", f"not signed in: {why}")
    return HTTPException(401, "sign in again", {"WWW-Authenticate": "Bearer"})
