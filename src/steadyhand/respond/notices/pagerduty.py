"""A notice as an event of PagerDuty's Events API v2: an incident is one alert there.

A page triggers, or rings again; taken up acknowledges; resolved and held resolve. The dedup_key is
the incident's, so that however often an event comes, there is one alert.
https://developer.pagerduty.com/docs/send-alert-event
"""

from steadyhand.model.incident.notice import Notice
from steadyhand.respond.notices.channel import Channels, Delivered, Failed, value_at
from steadyhand.respond.notices.posting import post

_ACTIONS = {
    "page": "trigger",
    "digest": "trigger",
    "acknowledged": "acknowledge",
    "resolved": "resolve",
    "held": "resolve",
}
_SEVERITIES = ("critical", "error", "warning", "info")  # by rank
_SUMMARY = 1024  # characters, the API's own limit


def send(notice: Notice, channels: Channels) -> Delivered | Failed:
    """Send the event that a notice stands for; news are none."""
    action = _ACTIONS.get(notice.kind)
    if action is None:
        return Delivered()
    reached = channels.reach(notice)
    if reached is None or not reached.pagerduty:
        return Failed("no routing key is set", lasting=True)
    event: dict[str, object] = {
        "routing_key": value_at(reached.pagerduty),
        "event_action": action,
        "dedup_key": f"steadyhand/{notice.incident or notice.id}",
    }
    if action == "trigger":
        event |= _triggering(notice, channels)
    return post(f"{channels.settings.pagerduty_url.rstrip('/')}/v2/enqueue", event)


def _triggering(notice: Notice, channels: Channels) -> dict[str, object]:
    rank = 1 if notice.rank is None else min(notice.rank, len(_SEVERITIES) - 1)
    link = channels.link(notice)
    return {
        "payload": {
            "summary": notice.title[:_SUMMARY],
            "source": notice.system or "steadyhand",
            "severity": _SEVERITIES[rank],
            "custom_details": {"level": notice.level, "body": notice.body, "notice": notice.id},
        },
        "links": [{"href": link, "text": "Acknowledge"}] if link else [],
    }
