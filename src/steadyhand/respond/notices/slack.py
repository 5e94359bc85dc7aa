"""A notice as a message to a Slack incoming webhook, with a button to acknowledge a page.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from steadyhand.model.incident.notice import Notice
from steadyhand.respond.notices.channel import Channels, Delivered, Failed, value_at
from steadyhand.respond.notices.posting import post

_SECTION = 3000  # characters of a section's text, Slack's own limit


def send(notice: Notice, channels: Channels) -> Delivered | Failed:
    """Post it."""
    reached = channels.reach(notice)
    if reached is None or not reached.slack:
        return Failed("no Slack webhook is set", lasting=True)
    return post(value_at(reached.slack), message(notice, channels.link(notice)))


def message(notice: Notice, link: str) -> dict[str, object]:
    """Write the message; what only Slack's own markup may hold is escaped. Pure."""
    title, body = _plain(notice.title), _plain(notice.body)
    said = f"*{title}*\n{body}"
    blocks: list[dict[str, object]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": said[:_SECTION]}}
    ]
    if link and notice.kind == "page":
        text = {"type": "plain_text", "text": "Acknowledge"}
        button = {"type": "button", "text": text, "url": link, "style": "primary"}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": title, "blocks": blocks}


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
