"""A request in; who asks and what they may, or a refusal, out. Tokens for programs, cookies for
browsers. Knows no use.

What a cookie lets in must show that a page of ours asks: its Origin is ours, and it has the
session's own word. Failed logins are counted by address and by name.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from steadyhand.engine.clock import Clock
from steadyhand.store.access import tokens, users
from steadyhand.store.database import Database

SCOPES = ("read", "respond", "approve", "admin")
COOKIE = "steadyhand_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(auto_error=False, description="A token: `steadyhand tokens create`.")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="A session, by login.")


@dataclass(frozen=True)
class Caller:
    """Who asks, and what they may."""

    person: str
    scopes: tuple[str, ...]
    csrf: str = ""

    def may(self, scope: str) -> bool:
        """Tell whether a scope is among theirs; a key of one heartbeat has “beat”."""
        if scope == "beat":
            return self.may("respond") or any(one.startswith("beat:") for one in self.scopes)
        return scope in self.scopes or "admin" in self.scopes


@dataclass
class Door:
    """Lets in or refuses. One for each process."""

    database: Database
    clock: Clock
    failures: "Failures" = field(default_factory=lambda: Failures())

    def caller(
        self, request: Request, bearer: HTTPAuthorizationCredentials | None, cookie: str | None
    ) -> Caller:
        """Tell who asks. Raises HTTPException 401, or 403 for a cookie without our page."""
        now = self.clock.now()
        if bearer is not None:
            token = tokens.find(self.database, bearer.credentials, now)
            if token is not None:
                return Caller(token.person, token.scopes)
        elif cookie and (session := users.session(self.database, cookie, now)) is not None:
            if request.method not in _SAFE:
                self._ours(request, session)
            return Caller(session.user.name, session.user.scopes, session.csrf)
        raise HTTPException(
            401, "a token or a session is needed", headers={"WWW-Authenticate": "Bearer"}
        )

    def _ours(self, request: Request, session: users.Session) -> None:
        foreign(request)
        given = request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(given.encode(), session.csrf.encode()):
            raise HTTPException(403, "X-CSRF-Token is missing or is not this session's")


def foreign(request: Request) -> None:
    """Raise HTTPException 403 where a page of another origin asks."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "this comes from a page of another origin")


def need(scope: str) -> Callable[..., Caller]:
    """Make the dependency that lets in who has a scope."""

    def checked(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
        cookie: Annotated[str | None, Security(_cookie)],
    ) -> Caller:
        door: Door = request.app.state.door
        caller = door.caller(request, bearer, cookie)
        if not caller.may(scope):
            raise HTTPException(403, f"this needs the scope “{scope}”")
        return caller

    return checked


_AT_MOST = 5  # failed logins within _WITHIN, for one address and for one name
_WITHIN = timedelta(minutes=1)
_REMEMBERED = 10_000


@dataclass
class Failures:
    """Failed logins, counted. Safe from several threads."""

    _times: OrderedDict[str, tuple[datetime, ...]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, keys: tuple[str, ...], now: datetime) -> float:
        """Say how many seconds are to be waited before the next attempt; 0 where it may be."""
        with self._lock:
            newest = [self._recent(key, now) for key in keys]
        full = [times for times in newest if len(times) >= _AT_MOST]
        return max(((times[0] + _WITHIN - now).total_seconds() for times in full), default=0.0)

    def add(self, keys: tuple[str, ...], now: datetime) -> None:
        with self._lock:
            for key in keys:
                self._times[key] = (*self._recent(key, now), now)[-_AT_MOST:]
                self._times.move_to_end(key)
            while len(self._times) > _REMEMBERED:
                self._times.popitem(last=False)

    def _recent(self, key: str, now: datetime) -> tuple[datetime, ...]:
        return tuple(at for at in self._times.get(key, ()) if at > now - _WITHIN)
