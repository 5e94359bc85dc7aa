"""One notice in, delivered by its channel or the reason why not, out. To add a channel: a line."""

from collections.abc import Callable, Mapping

from steadyhand.model.incident.notice import Notice
from steadyhand.respond.notices import mail, other, pagerduty, slack, terminal, webhook
from steadyhand.respond.notices.channel import Channels, Delivered, Failed, NoSecret

CHANNELS: Mapping[str, Callable[[Notice, Channels], Delivered | Failed]] = {
    "terminal": terminal.send,
    "webhook": webhook.send,
    "pagerduty": pagerduty.send,
    "slack": slack.send,
    "mail": mail.send,
    "apprise": other.send,
}


def deliver(notice: Notice, channels: Channels) -> Delivered | Failed:
    """Deliver one notice by its channel."""
    send = CHANNELS.get(notice.channel)
    if send is None:
        return Failed(f"nobody knows the channel {notice.channel}", lasting=True)
    try:
        return send(notice, channels)
    except NoSecret as error:
        return Failed(str(error), error.lasting)
    except Exception as error:  # a fault of ours in one channel keeps nobody from being told
        return Failed(f"{notice.channel}: {type(error).__name__}")
