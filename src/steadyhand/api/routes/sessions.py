"""Log in and out, for browsers; and who one is."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import ConfigDict, Field

from steadyhand.api.access import COOKIE, Door, foreign
from steadyhand.api.routes.given import Reader
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import Me
from steadyhand.store.access import users

router = APIRouter(prefix="/api/v1", tags=["sessions"], responses=refusals(400))


@dataclass(frozen=True)
class Login:
    __pydantic_config__ = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=128, pattern=r"^[^\x00]*$")]
    password: Annotated[str, Field(max_length=1000)]


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


@router.post("/login", responses=refusals(429))
def login(
    request: Request, response: Response, said: Login, door: Annotated[Door, Depends(_door)]
) -> Me:
    """Begin a session: a cookie, and the word that must come with every change."""
    foreign(request)
    address = request.client.host if request.client else ""
    keys = (f"address {address}", f"name {said.name}")
    now = door.clock.now()
    if (wait := door.failures.wait(keys, now)) > 0:
        raise HTTPException(
            429, "too many failed logins", headers={"Retry-After": f"{int(wait) + 1}"}
        )
    user = users.check(door.database, said.name, said.password)
    if user is None:
        door.failures.add(keys, now)
        raise HTTPException(401, "no such name, or not that password")
    text, session = users.begin(door.database, user, now)
    response.set_cookie(
        COOKIE, text, max_age=int(users.LASTS.total_seconds()), httponly=True, samesite="lax",
        secure=request.url.scheme == "https", path="/",
    )  # fmt: skip
    return Me(user.name, user.scopes, session.csrf)


@router.post("/logout", status_code=204, responses={204: {"description": "It is over."}})
def logout(request: Request, _who: Reader, door: Annotated[Door, Depends(_door)]) -> Response:
    """End the session of the cookie."""
    if text := request.cookies.get(COOKIE):
        users.end(door.database, text)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/me")
def me(who: Reader) -> Me:
    """Say who one is, and what one may."""
    return Me(who.person, who.scopes, who.csrf)
