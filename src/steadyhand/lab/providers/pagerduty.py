"""Events in, PagerDuty's acknowledgement out; each alert's state is kept by its dedup_key.

The routing_key of an event is the key. https://developer.pagerduty.com/docs/send-alert-event
"""

import hashlib
import json
from typing import Any

from steadyhand.lab.providers.account import Account, KeyState
from steadyhand.lab.providers.messages import Call, Malformed, Reply

STATES = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
SEVERITIES = ("critical", "error", "warning", "info")
ALERTS_KEPT = 500


def refusal(status: int) -> Reply:
    if status == 429:
        return Reply(429, {"status": "throttle exceeded", "message": "Too many requests"})
    return Reply(status, {"status": "error", "message": "Internal Server Error"})


def answer(call: Call, account: Account) -> Reply:
    if (call.method, call.path) != ("POST", "/v2/enqueue"):
        return Reply(404, {"status": "not found", "message": "Not Found"})
    try:
        event = call.json()
    except Malformed as error:
        return _invalid([str(error)])
    problems = _problems(event)
    if problems:
        return _invalid(problems)
    if account.judge_key(str(event["routing_key"])) is not KeyState.VALID:
        return _invalid(["'routing_key' is not a valid key"])
    key = str(event.get("dedup_key") or _dedup_key(event))
    with account.lock:
        account.received.append(event)
        _move(account.store, key, event["event_action"])
    return Reply(202, {"status": "success", "message": "Event processed", "dedup_key": key})


def _move(alerts: dict[str, Any], key: str, action: str) -> None:
    """An alert that is resolved, or was never triggered, is not acknowledged or resolved again."""
    open_now = alerts.get(key) in ("triggered", "acknowledged")
    if action == "trigger" or open_now:
        if not (action == "trigger" and open_now):
            alerts.pop(key, None)
            alerts[key] = STATES[action]
        for oldest in list(alerts)[:-ALERTS_KEPT]:
            del alerts[oldest]


def _problems(event: dict[str, Any]) -> list[str]:
    problems = [
        f"'{name}' is missing" for name in ("routing_key", "event_action") if not event.get(name)
    ]
    action = event.get("event_action")
    if action and action not in STATES:
        problems.append("'event_action' must be one of trigger, acknowledge, resolve")
    if action in ("acknowledge", "resolve") and not event.get("dedup_key"):
        problems.append("'dedup_key' is missing")
    if action == "trigger":
        payload = event.get("payload")
        if not isinstance(payload, dict):
            return [*problems, "'payload' is missing"]
        problems += [
            f"'payload.{n}' is missing" for n in ("summary", "source") if not payload.get(n)
        ]
        if payload.get("severity") not in SEVERITIES:
            problems.append(f"'payload.severity' must be one of {', '.join(SEVERITIES)}")
    return problems


def _dedup_key(event: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()[:32]


def _invalid(problems: list[str]) -> Reply:
    content = {"status": "invalid event", "message": "Event object is invalid", "errors": problems}
    return Reply(400, content)
