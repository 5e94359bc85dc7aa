"""Signals in, intent scores out. Pure: the times are arguments.

A signal is worth its kind's weight when it happens, and less by e^(-0.1 h) after h hours.
"""

from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any
from uuid import UUID

DECAY = 0.1  # an hour
AHEAD = timedelta(minutes=5)  # so far may a sender's clock be ahead of ours

WEIGHTS = {
    "page_view": 1.0,
    "email_open": 2.0,
    "content_download": 5.0,
    "pricing_view": 8.0,
    "webinar": 10.0,
    "funding_round": 15.0,
    "trial_start": 20.0,
    "demo_request": 25.0,
}


class Poison(Exception):
    """A message that no try can make better; it says why."""


def read_signal(message: Any, now: datetime) -> dict[str, Any]:
    """Give a signal's values, with its weight. Raises Poison."""
    if not isinstance(message, dict):
        raise Poison("not a JSON object")
    kind, account = message.get("kind"), message.get("account_id")
    if kind not in WEIGHTS:
        raise Poison(f"unknown kind of signal: {kind!r}")
    if not isinstance(account, int) or isinstance(account, bool) or not 0 < account < 1 << 31:
        raise Poison(f"not an account: {account!r}")
    try:
        occurred = datetime.fromisoformat(message["occurred_at"])
        identity = UUID(message["id"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Poison(f"{type(error).__name__}: {error}") from None
    if occurred.tzinfo is None:
        occurred = occurred.replace(tzinfo=UTC)
    if occurred > now + AHEAD:
        raise Poison(f"occurs in the future: {message['occurred_at']}")
    return {
        "id": identity,
        "account_id": account,
        "kind": kind,
        "weight": WEIGHTS[kind],
        "occurred_at": occurred,
    }


def decayed(value: float, since: datetime, now: datetime) -> float:
    hours = max(0.0, (now - since).total_seconds() / 3600)
    return value * exp(-DECAY * hours)


def with_signal(
    score: float, updated: datetime, weight: float, occurred: datetime
) -> tuple[float, datetime]:
    """Add a signal to a score; give the new score and its time, the later of the two."""
    now = max(updated, occurred)
    return decayed(score, updated, now) + decayed(weight, occurred, now), now
