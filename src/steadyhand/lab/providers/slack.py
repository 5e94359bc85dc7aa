"""Messages to a Slack incoming webhook in, "ok" out; what came is kept.

The last part of the webhook's path is its key: `/services/T000/B000/<key>`.
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

import re

from steadyhand.lab.providers.account import Account, KeyState
from steadyhand.lab.providers.messages import Call, Malformed, Reply


def refusal(status: int) -> Reply:
    if status == 429:
        return Reply(429, "rate_limited", {"Retry-After": "30"})
    return Reply(status, "rollup_error")


def answer(call: Call, account: Account) -> Reply:
    found = re.fullmatch(r"/services/\w+/\w+/([\w-]+)", call.path)
    if found is None:
        return Reply(404, "no_service")
    if call.method != "POST":
        return Reply(400, "invalid_payload")
    if account.judge_key(found.group(1)) is not KeyState.VALID:
        return Reply(403, "invalid_token")
    try:
        message = call.json()
    except Malformed:
        return Reply(400, "invalid_payload")
    if not any(message.get(name) for name in ("text", "blocks", "attachments")):
        return Reply(400, "no_text")
    with account.lock:
        account.received.append(message)
    return Reply(200, "ok")
