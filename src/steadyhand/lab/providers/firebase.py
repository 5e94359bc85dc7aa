"""Calls to Firebase in, its replies out: who signs up and in, and whose token it is.

https://firebase.google.com/docs/reference/rest/auth
"""

import base64
import hashlib
import hmac
import time
from typing import Any

from steadyhand.lab.providers.account import Account, KeyState
from steadyhand.lab.providers.messages import Call, Malformed, Reply

TOKEN_SECONDS = 3600
PEOPLE_KEPT = 5000
_SECRET = b"stand-in"  # what a token is signed with; it guards nothing outside the lab
_BAD_KEY = "API key not valid. Please pass a valid API key."


def refusal(status: int) -> Reply:
    return _error(status, "QUOTA_EXCEEDED" if status == 429 else "BACKEND_ERROR")


def answer(call: Call, account: Account) -> Reply:
    # The root of the real host has no page either: asking for it says nothing of Firebase.
    if call.method != "POST" or not call.path.startswith("/v1/accounts:"):
        return Reply(404, "Error 404 (Not Found)")
    match account.judge_key(call.query.get("key", "")):
        case KeyState.VALID:
            pass
        case KeyState.EXPIRED:
            return _error(400, "API key expired. Please renew the API key.")
        case _:
            return _error(400, _BAD_KEY)
    try:
        given = call.json()
    except Malformed as error:
        return _error(400, str(error))
    match call.path.partition(":")[2]:
        case "signUp":
            return _sign_up(given, account)
        case "signInWithPassword":
            return _sign_in(given, account)
        case "lookup":
            return _lookup(str(given.get("idToken", "")), account)
        case _:
            return Reply(404, "Error 404 (Not Found)")


def _sign_up(given: dict[str, Any], account: Account) -> Reply:
    email, password = str(given.get("email", "")).lower(), str(given.get("password", ""))
    if "@" not in email:
        return _error(400, "INVALID_EMAIL")
    if len(password) < 6:
        return _error(400, "WEAK_PASSWORD : Password should be at least 6 characters")
    with account.lock:
        if email in account.store:
            return _error(400, "EMAIL_EXISTS")
        if len(account.store) >= PEOPLE_KEPT:
            return _error(400, "TOO_MANY_ATTEMPTS_TRY_LATER")
        account.store[email] = _digest(password)
    return _signed_in(email)


def _sign_in(given: dict[str, Any], account: Account) -> Reply:
    email, password = str(given.get("email", "")).lower(), str(given.get("password", ""))
    if account.store.get(email) != _digest(password):
        return _error(400, "INVALID_LOGIN_CREDENTIALS")
    return _signed_in(email)


def _lookup(token: str, account: Account) -> Reply:
    content, _, signature = token.rpartition(".")
    if not content or not hmac.compare_digest(_signature(content).encode(), signature.encode()):
        return _error(400, "INVALID_ID_TOKEN")
    expires, _, email = base64.urlsafe_b64decode(content).decode().partition(" ")
    if time.time() >= int(expires):
        return _error(400, "TOKEN_EXPIRED")
    if email not in account.store:
        return _error(400, "USER_NOT_FOUND")
    return Reply(200, {"users": [{"localId": _identity(email), "email": email}]})


def _signed_in(email: str) -> Reply:
    expires = int(time.time()) + TOKEN_SECONDS
    content = base64.urlsafe_b64encode(f"{expires} {email}".encode()).decode()
    made = {"idToken": f"{content}.{_signature(content)}", "expiresIn": str(TOKEN_SECONDS)}
    return Reply(200, {**made, "localId": _identity(email), "email": email})


def _identity(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:28]


def _digest(password: str) -> str:
    return hashlib.sha256(_SECRET + password.encode()).hexdigest()


def _signature(content: str) -> str:
    return hmac.new(_SECRET, content.encode(), hashlib.sha256).hexdigest()[:32]


def _error(status: int, message: str) -> Reply:
    error = {"message": message, "domain": "global", "reason": "invalid"}
    return Reply(status, {"error": {"code": status, "message": message, "errors": [error]}})
