"""Signing in with a password, staying signed in with refresh tokens, signing out.

A refresh token is good once: using it gives the next one. One that comes a second time was stolen
from somebody, so all that came from the same sign-in are ended. Only hashes of them are kept.
https://datatracker.ietf.org/doc/html/rfc9700#section-4.14.2
"""

import hashlib
import secrets
import time
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, HTTPException, Response
from psycopg import Connection

from steadyhand.lab.systems.sleek_coach.app.guard import FAILED_LOGINS, refusals, too_many
from steadyhand.lab.systems.sleek_coach.app.logs import say
from steadyhand.lab.systems.sleek_coach.app.passwords import NOBODY, fits
from steadyhand.lab.systems.sleek_coach.app.routes.shapes import Credentials, RefreshToken, Tokens
from steadyhand.lab.systems.sleek_coach.app.stores.database import Database
from steadyhand.lab.systems.sleek_coach.app.tokens import LIFETIME, access_token

WINDOW = 300  # seconds in which failed logins are counted
DAYS = 30  # that a refresh token is good

ADD = f"""insert into refresh_tokens (hash, member_id, sign_in, expires_at)
    values (%(hash)s, %(member)s, %(sign_in)s, now() + interval '{DAYS} days')
    returning expires_at"""
FIND = """select member_id, sign_in, used_at is null and ended_at is null as good,
    expires_at > now() as fresh from refresh_tokens where hash = %(hash)s for update"""
USE = "update refresh_tokens set used_at = now() where hash = %(hash)s"
END = """update refresh_tokens set ended_at = now()
    where sign_in = %(sign_in)s and ended_at is null"""
MEMBER = "select id, password from members where lower(email) = lower(%(email)s)"


def add_signing_in(app: FastAPI, database: Database) -> None:
    shared, key = app.state.shared, app.state.settings.signing_key

    @app.post("/auth/login", responses=refusals(400, 401, 429))
    def login(given: Credentials) -> Tokens:
        counter = f"login:{hashed(given.email.lower())}"
        if shared.counted(counter, WINDOW) >= FAILED_LOGINS:
            say("WARNING", "login failed", {"reason": "too many attempts"})
            raise too_many(counter, WINDOW)
        member = database.row(MEMBER, email=given.email)
        kept = NOBODY if member is None or member["password"] is None else member["password"]
        if not fits(given.password, kept) or member is None:
            shared.count(counter, WINDOW)
            reason = "unknown member" if member is None else "wrong password"
            say("WARNING", "login failed", {"reason": reason})
            raise HTTPException(401, "the address or the password is wrong", CHALLENGE)
        with database.together() as connection:
            return _tokens(connection, member["id"], str(uuid4()), key)

    @app.post("/auth/refresh", responses=refusals(400, 401))
    def refresh(given: RefreshToken) -> Tokens:
        old = hashed(given.refresh_token)
        with database.together() as connection:
            found = connection.execute(FIND.encode(), {"hash": old}).fetchone()
            if found is not None and found["good"] and found["fresh"]:
                connection.execute(USE.encode(), {"hash": old})
                return _tokens(connection, found["member_id"], found["sign_in"], key)
            if found is not None and not found["good"]:
                connection.execute(END.encode(), {"sign_in": found["sign_in"]})
                told = {"member_id": found["member_id"]}
                say("WARNING", "refresh token used twice: its sign-in is ended", told)
        raise HTTPException(401, "sign in again", CHALLENGE)

    @app.post("/auth/logout", status_code=204, responses=refusals(400))
    def logout(given: RefreshToken) -> Response:
        with database.together() as connection:
            found = connection.execute(
                FIND.encode(), {"hash": hashed(given.refresh_token)}
            ).fetchone()
            if found is not None:
                connection.execute(END.encode(), {"sign_in": found["sign_in"]})
        return Response(status_code=204)


CHALLENGE = {"WWW-Authenticate": "Bearer"}


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _tokens(connection: Connection[Any], member: int, sign_in: str, key: str) -> Tokens:
    made = secrets.token_urlsafe(32)
    values = {"hash": hashed(made), "member": member, "sign_in": sign_in}
    row = connection.execute(ADD.encode(), values).fetchone()
    assert row is not None
    return Tokens(
        access_token=access_token(member, key, time.time()),
        expires_in=LIFETIME,
        refresh_token=made,
        refresh_expires_at=row["expires_at"],
    )
