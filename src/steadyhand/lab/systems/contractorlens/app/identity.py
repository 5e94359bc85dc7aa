"""A user's token in, who that is out, as the identity provider says. Knows no estimate.

Signing in is optional: an estimate asked for without a token belongs to nobody, and anybody who
knows its number can read it.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Header, HTTPException

from steadyhand.lab.systems.contractorlens.app.logs import say
from steadyhand.lab.systems.contractorlens.app.outside import NoAnswer, post_json

NOBODY = ""
TIMEOUT = 5.0  # seconds

Authorization = Annotated[str, Header()]


@dataclass(frozen=True)
class Firebase:
    url: str
    key: str

    # https://firebase.google.com/docs/reference/rest/auth
    def user(self, authorization: str) -> str:
        """Name the user of an Authorization header; NOBODY for none. Raises HTTPException."""
        if not authorization:
            return NOBODY
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise _refused("not a bearer token")
        address = f"{self.url}/v1/accounts:lookup?key={self.key}"
        try:
            status, answer = post_json(address, {"idToken": token}, {}, TIMEOUT)
        except NoAnswer as error:
            say("ERROR", f"identity provider: {error}")
            raise HTTPException(503, "the identity provider does not answer") from None
        if status == 400:
            raise _refused("the identity provider does not know the token")
        try:
            return str(answer["users"][0]["localId"])
        except (LookupError, TypeError):
            say("ERROR", f"identity provider: refused with {status}")
            raise HTTPException(503, "the identity provider does not answer") from None


def _refused(why: str) -> HTTPException:
    say("WARNING", f"authentication failed: {why}")
    return HTTPException(401, "sign in again", {"WWW-Authenticate": "Bearer"})
